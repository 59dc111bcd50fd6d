// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.shape;

import static dev.pointsman.replay.run.TraceFacts.integer;
import static dev.pointsman.replay.run.TraceFacts.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.pointsman.replay.run.TraceFacts;
import dev.pointsman.replay.run.Traces;
import dev.pointsman.replay.stats.QuantileSummary;
import dev.pointsman.replay.trace.TraceFile;
import dev.pointsman.replay.trace.TraceRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TraceShapeTest {
    @Test
    void conversationTrace_equalsTheReference() throws IOException {
        Map<String, Object> facts = TraceFacts.of("mooncake_conversation");

        TraceShape shape = TraceShape.of(new TraceFile(TraceFacts.conversationFile()));

        assertThat(shape.requests()).isEqualTo(integer(facts, "requests"));
        compare(shape.inputTokens(), map(facts, "input_length"), 1);
        compare(shape.outputTokens(), map(facts, "output_length"), 1);
        compare(shape.blocksPerRequest(), map(facts, "blocks_per_request"), 1);
        compareArrivals(shape.arrivals(), facts, map(facts, "interarrival_ms"), 1_000_000);
        assertThat(shape.arrivals().distinctArrivals()).isEqualTo(integer(facts, "distinct_timestamps"));
        ReuseShape reuse = shape.reuse();
        assertThat(reuse).isNotNull();
        compareReuse(reuse, facts, map(facts, "tree"));
    }

    @Test
    void azureTrace_equalsTheReference_andSaysNothingOfReuse() throws IOException {
        Map<String, Object> facts = TraceFacts.of("azure2023_conv");

        TraceShape shape = TraceShape.of(new TraceFile(TraceFacts.azureFile()));

        assertThat(shape.requests()).isEqualTo(integer(facts, "requests"));
        compare(shape.inputTokens(), map(facts, "input_length"), 1);
        compare(shape.outputTokens(), map(facts, "output_length"), 1);
        compareArrivals(shape.arrivals(), facts, map(facts, "interarrival_ticks"), 100);
        assertThat(shape.arrivals().spanNanos()).isEqualTo(100 * integer(facts, "span_ticks"));
        assertThat(shape.reuse()).isNull();
        assertThat(shape.blocksPerRequest().max()).isZero();
    }

    @Test
    void smallTrace_isCountedAsByHand() throws IOException {
        TraceShape shape = TraceShape.of(Traces.start()
                .sized(0, 25, 1, 2, 3)
                .sized(0, 25, 1, 2, 3)
                .sized(4, 20, 1, 2)
                .sized(4, 30, 1, 9, 8)
                .sized(4, 0)
                .build());

        ReuseShape reuse = shape.reuse();
        assertThat(reuse).isNotNull();
        assertThat(reuse.totalBlocks()).isEqualTo(11);
        assertThat(reuse.uniqueBlocks()).isEqualTo(5);
        assertThat(reuse.blocksUsedOnce()).isEqualTo(2);
        assertThat(reuse.hitBlocks()).isEqualTo(0 + 3 + 2 + 1);
        assertThat(reuse.hitTokens()).isEqualTo(25 + 20 + 10);
        assertThat(reuse.fullBlocks()).isEqualTo(2 + 2 + 2 + 3);
        assertThat(reuse.fullHitBlocks()).isEqualTo(2 + 2 + 1);
        assertThat(reuse.meanRequestRatio()).isCloseTo((0 + 1 + 1 + 1 / 3.0 + 0) / 5, within(1e-12));
        assertThat(List.of(
                        reuse.requestsWithoutHit(),
                        reuse.requestsWithOneBlock(),
                        reuse.requestsWithMore(),
                        reuse.requestsFullyFound()))
                .containsExactly(2L, 1L, 2L, 2L);
        assertThat(reuse.reuseGapNanos().n()).isEqualTo(3);
        assertThat(reuse.reuseGapNanos().sum()).isEqualTo(4_000);
        assertThat(shape.arrivals().zeroGaps()).isEqualTo(3);
    }

    @Test
    void emptyTrace_isAllZeros() throws IOException {
        TraceShape shape = TraceShape.of(Traces.start().build());

        assertThat(shape.requests()).isZero();
        assertThat(shape.reuse()).isNull();
        assertThat(shape.arrivals().meanRatePerSecond()).isZero();
        assertThat(shape.arrivals().distinctArrivals()).isZero();
    }

    @Test
    void arrivalAgesLater_fillsNoMemoryWithEmptyMinutes() {
        ArrivalShape.Recorder recorder = new ArrivalShape.Recorder();

        recorder.add(0);
        recorder.add(Long.MAX_VALUE);

        assertThat(recorder.finish().perMinute().n()).isEqualTo(366 * 24 * 60);
        assertThat(TraceRequest.withoutBlocks(0, Long.MAX_VALUE, 1, 1).arrivalNanos())
                .isEqualTo(Long.MAX_VALUE);
    }

    private static void compareArrivals(
            ArrivalShape arrivals, Map<String, Object> facts, Map<String, Object> gaps, long unitNanos) {
        assertThat(arrivals.meanRatePerSecond()).isEqualTo((Double) facts.get("mean_rate_per_s"));
        assertThat(arrivals.zeroGaps()).isEqualTo(integer(gaps, "zero_gaps"));
        assertThat(arrivals.gapNanos().sum()).isEqualTo(unitNanos * integer(gaps, "sum"));
        assertThat(arrivals.gapNanos().p50()).isEqualTo(unitNanos * integer(gaps, "p50"));
        assertThat(arrivals.gapNanos().p90()).isEqualTo(unitNanos * integer(gaps, "p90"));
        assertThat(arrivals.gapNanos().p99()).isEqualTo(unitNanos * integer(gaps, "p99"));
        assertThat(arrivals.gapNanos().max()).isEqualTo(unitNanos * integer(gaps, "max"));
        assertThat(arrivals.gapVariation()).isCloseTo((Double) gaps.get("cv_population"), withinPercentage(1e-7));
        Map<String, Object> minutes = map(map(facts, "counts_per_window"), "60s");
        assertThat(arrivals.perMinute().n()).isEqualTo(integer(minutes, "windows_full"));
        assertThat(arrivals.perMinute().sum()).isEqualTo(integer(minutes, "sum_full"));
        assertThat(arrivals.perMinute().min()).isEqualTo(integer(minutes, "min"));
        assertThat(arrivals.perMinute().p50()).isEqualTo(integer(minutes, "p50"));
        assertThat(arrivals.perMinute().max()).isEqualTo(integer(minutes, "max"));
        assertThat(arrivals.minuteDispersion())
                .isCloseTo((Double) minutes.get("index_of_dispersion"), withinPercentage(1e-7));
    }

    private static void compareReuse(ReuseShape reuse, Map<String, Object> facts, Map<String, Object> tree) {
        Map<String, Object> infinite = map(facts, "infinite_single");
        Map<String, Object> full = map(facts, "infinite_single_full_blocks_only");
        assertThat(reuse.uniqueBlocks()).isEqualTo(integer(tree, "unique_blocks"));
        assertThat(reuse.blocksUsedOnce()).isEqualTo(integer(tree, "blocks_used_once"));
        assertThat(reuse.hitBlocks()).isEqualTo(integer(infinite, "hit_blocks"));
        assertThat(reuse.totalBlocks()).isEqualTo(integer(infinite, "total_blocks"));
        assertThat(reuse.blockHitRatio()).isEqualTo((Double) infinite.get("block_hit_ratio"));
        assertThat(reuse.hitTokens()).isEqualTo(integer(infinite, "hit_tokens"));
        assertThat(reuse.totalTokens()).isEqualTo(integer(infinite, "total_tokens"));
        assertThat(reuse.tokenHitRatio()).isEqualTo((Double) infinite.get("token_hit_ratio"));
        assertThat(reuse.fullHitBlocks()).isEqualTo(integer(full, "hit_blocks"));
        assertThat(reuse.fullBlocks()).isEqualTo(integer(full, "total_blocks"));
        assertThat(reuse.fullBlockHitRatio()).isEqualTo((Double) full.get("block_hit_ratio"));
        assertThat(reuse.meanRequestRatio())
                .isCloseTo((Double) tree.get("mean_of_per_request_block_ratio"), withinPercentage(1e-7));
        assertThat(List.of(reuse.requestsWithoutHit(), reuse.requestsWithOneBlock(), reuse.requestsWithMore()))
                .isEqualTo(tree.get("requests_by_match_run_0_1_2plus"));
        assertThat(reuse.requestsFullyFound()).isEqualTo(integer(tree, "requests_fully_matched"));
        compare(reuse.matchedRun(), map(tree, "match_run_quantiles"), 1);
        compare(
                reuse.reuseGapNanos(),
                map(tree, "reuse_gap_ms_excluding_block_of_first_position_of_request_0"),
                1_000_000);
    }

    private static void compare(QuantileSummary actual, Map<String, Object> expected, long unit) {
        assertThat(actual)
                .isEqualTo(new QuantileSummary(
                        integer(expected, "n"),
                        unit * integer(expected, "sum"),
                        actual.mean(),
                        unit * integer(expected, "min"),
                        unit * integer(expected, "p50"),
                        unit * integer(expected, "p90"),
                        unit * integer(expected, "p95"),
                        unit * integer(expected, "p99"),
                        unit * integer(expected, "p99.9"),
                        unit * integer(expected, "max")));
        if (unit == 1) {
            assertThat(actual.mean()).isEqualTo((Double) expected.get("mean"));
        }
    }
}
