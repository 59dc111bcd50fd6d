// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static dev.pointsman.core.latency.Scene.LATENCY;
import static dev.pointsman.core.latency.Scene.endpoint;
import static dev.pointsman.core.latency.Scene.load;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Predictions move the way that common sense says. */
class LatencyProperties {
    private static final List<String> CHIPS = List.of("h100-sxm", "mi300x", "l4", "tpu-v6e", "gaudi3", "b200-sxm");

    private final PredictedLatencyProducer producer =
            PredictedLatencyProducer.builder().build();

    @Provide
    Arbitrary<String> chips() {
        return Arbitraries.of(CHIPS);
    }

    @Property(tries = 300)
    void moreCached_neverLater(
            @ForAll("chips") String chip,
            @ForAll @IntRange(min = 1, max = 4000) int blocks,
            @ForAll @IntRange(max = 4000) int one,
            @ForAll @IntRange(max = 4000) int other,
            @ForAll @IntRange(max = 100) int requests,
            @ForAll @IntRange(max = 1_000_000) int ahead) {
        int less = Math.min(Math.min(one, other), blocks);
        int more = Math.min(Math.max(one, other), blocks);

        long cold = value(LATENCY.ttft(), chip, blocks, less, requests, ahead);
        long warm = value(LATENCY.ttft(), chip, blocks, more, requests, ahead);

        assertThat(warm).isLessThanOrEqualTo(cold);
    }

    @Property(tries = 300)
    void moreAhead_neverSooner(
            @ForAll("chips") String chip,
            @ForAll @IntRange(min = 1, max = 2000) int blocks,
            @ForAll @IntRange(max = 1_000_000) int one,
            @ForAll @IntRange(max = 1_000_000) int other) {
        long short_ = value(LATENCY.ttft(), chip, blocks, 0, 3, Math.min(one, other));
        long long_ = value(LATENCY.ttft(), chip, blocks, 0, 3, Math.max(one, other));

        assertThat(short_).isLessThanOrEqualTo(long_);
    }

    @Property(tries = 300)
    void moreRunning_neverFaster(
            @ForAll("chips") String chip,
            @ForAll @IntRange(min = 1, max = 2000) int blocks,
            @ForAll @IntRange(max = 500) int one,
            @ForAll @IntRange(max = 500) int other) {
        for (LongColumnKey key : List.of(LATENCY.tpot(), LATENCY.ttft(), LATENCY.slowdown())) {
            long few = value(key, chip, blocks, 0, Math.min(one, other), 0);
            long many = value(key, chip, blocks, 0, Math.max(one, other), 0);

            assertThat(few).as(key.name()).isLessThanOrEqualTo(many);
        }
    }

    @Property(tries = 200)
    void nineInTen_takeNoLessThanTheLikelyTime(
            @ForAll("chips") String chip,
            @ForAll @IntRange(min = 1, max = 2000) int blocks,
            @ForAll @IntRange(max = 500) int requests) {
        assertThat(value(LATENCY.ttftP90(), chip, blocks, 0, requests, 1000))
                .isGreaterThanOrEqualTo(value(LATENCY.ttft(), chip, blocks, 0, requests, 1000));
        assertThat(value(LATENCY.tpotP90(), chip, blocks, 0, requests, 1000))
                .isGreaterThanOrEqualTo(value(LATENCY.tpot(), chip, blocks, 0, requests, 1000));
    }

    private long value(LongColumnKey key, String chip, int blocks, int cached, int requests, int ahead) {
        TestFleet fleet = TestFleet.builder().endpoint(endpoint("a", chip)).build();
        TestCycle cycle = TestCycle.of(
                fleet,
                TestRequests.builder()
                        .tokens(new int[blocks * Scene.BLOCK])
                        .expectedOutputTokens(100)
                        .build());
        load(cycle, "a", blocks, cached, requests, ahead);
        producer.joined(0, fleet.incarnation(0), fleet.endpoint(0)); // another chip may have had the slot
        return cycle.produce(producer).numbers(key).get("a");
    }
}
