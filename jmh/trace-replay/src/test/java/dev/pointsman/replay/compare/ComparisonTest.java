// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.policy.PolicyCatalog;
import dev.pointsman.replay.policy.ReplayPolicy;
import dev.pointsman.replay.run.CacheOnlyEngine;
import dev.pointsman.replay.run.QueueingEngine;
import dev.pointsman.replay.run.ReplayResult;
import dev.pointsman.replay.run.ReplaySettings;
import dev.pointsman.replay.run.ServiceTime;
import dev.pointsman.replay.stats.Quantile;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    @Test
    void rows_areInOrderOfTheirMean_andKeepTheEnginesNumbers() {
        Comparison comparison = Comparisons.replayed("sessions").build();

        assertThat(comparison.rows()).extracting(row -> row.ttft().meanMicros()).isSorted();
        assertThat(comparison.verdict().byMean().order())
                .isEqualTo(comparison.rows().stream().map(PolicyRow::policy).toList());
        for (PolicyRow row : comparison.rows()) {
            ReplayResult result = Comparisons.replay(row.policy());
            assertThat(row.hitRatio()).isEqualTo(result.cache().tokenHitRatio());
            assertThat(row.busiestOverMean()).isEqualTo(result.maxOverMeanUncached());
            assertThat(row.ttft().quantileMicros(Quantile.P50))
                    .isEqualTo(result.queue().ttftMicros().p50());
            assertThat(row.ttft().quantileMicros(Quantile.P90))
                    .isEqualTo(result.queue().ttftMicros().p90());
            assertThat(row.ttft().quantileMicros(Quantile.P99))
                    .isEqualTo(result.queue().ttftMicros().p99());
            assertThat(row.ttft().maxMicros())
                    .isEqualTo(result.queue().ttftMicros().max());
        }
        assertThat(comparison.workload().requests()).isEqualTo(300);
        assertThat(comparison.workload().spanMicros()).isEqualTo(299 * 80_000 + 44_000);
    }

    @Test
    void oracles_areBounds() {
        Comparison comparison = Comparisons.replayed("sessions").build();

        assertThat(comparison.references())
                .extracting(Reference::name)
                .containsExactly("infinite cache", "clairvoyant cache");
        Reference infinite = comparison.references().get(0);
        for (PolicyRow row : comparison.rows()) {
            assertThat(row.hitRatio()).isLessThanOrEqualTo(infinite.hitRatio());
            assertThat(row.ttft().meanMicros()).isGreaterThanOrEqualTo(infinite.meanTtftMicros());
            for (int perMille = 10; perMille <= 1000; perMille += 10) {
                Quantile quantile = new Quantile(perMille);
                assertThat(row.ttft().quantileMicros(quantile))
                        .isGreaterThanOrEqualTo(infinite.ttft().quantileMicros(quantile));
            }
        }
    }

    @Test
    void samePolicyUnderTwoNames_isLevel() {
        ReplayPolicy turns = (request, fleet) -> (int) (request.index() % fleet.size());
        Comparison comparison = Comparison.builder("sessions", "")
                .contender(Comparisons.replay(Comparisons.named("one", turns)))
                .contender(Comparisons.replay(Comparisons.named("other", turns)))
                .build();

        assertThat(comparison.verdict().byMean().tied()).containsExactly("other");
        assertThat(comparison.verdict().byP99().tied()).containsExactly("other");
        assertThat(comparison.verdict().headline()).isEqualTo("one and other are level");
    }

    @Test
    void policyThatRefuses_comesLast_howeverShortItsTimes() {
        ReplayPolicy picky = (request, fleet) -> request.index() % 3 == 0 ? 0 : ReplayPolicy.REJECTED;

        Comparison comparison = Comparisons.replayed("sessions")
                .contender(Comparisons.replay(Comparisons.named("picky", picky)))
                .build();

        assertThat(comparison.rows().get(comparison.rows().size() - 1).policy()).isEqualTo("picky");
        assertThat(comparison.verdict().reasons()).anyMatch(reason -> reason.startsWith("picky refused 200 requests"));
    }

    @Test
    void everyForm_isEqualForEqualInput_inAnyOrderOfFloors() {
        Comparison one = Comparisons.replayed("sessions").build();
        Comparison other = Comparisons.replayed("sessions").build();

        assertThat(ComparisonTable.format(one)).isEqualTo(ComparisonTable.format(other));
        assertThat(ComparisonJson.format(one)).isEqualTo(ComparisonJson.format(other));
    }

    @Test
    void nothing_isNoComparison() {
        assertThatThrownBy(() -> Comparison.builder("empty", "").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--policies");
    }

    @Test
    void oneNameTwice_isRefused() {
        ReplayResult result = Comparisons.replay("least_work");

        assertThatThrownBy(() -> Comparison.builder("twice", "").floor(result).contender(result))
                .hasMessageContaining("\"least_work\"")
                .hasMessageContaining("\nMaybe");
    }

    @Test
    void resultWithoutTimes_isRefused() throws IOException {
        ReplayResult timeless = new CacheOnlyEngine(ReplaySettings.cacheOnly(4, CacheCapacity.UNLIMITED), true)
                .run(Comparisons.trace(), PolicyCatalog.fixed().find("round_robin"));

        assertThatThrownBy(
                        () -> Comparison.builder("timeless", "").floor(timeless).build())
                .hasMessageContaining("cache-only")
                .hasMessageContaining("\nMaybe");
    }

    @Test
    void resultWithoutTimeline_isRefused() throws IOException {
        ReplayResult bare = new QueueingEngine(Comparisons.SETTINGS)
                .run(Comparisons.trace(), PolicyCatalog.fixed().find("round_robin"));

        assertThatThrownBy(() -> Comparison.builder("bare", "").floor(bare).build())
                .hasMessageContaining("no timeline")
                .hasMessageContaining("\nMaybe");
    }

    @Test
    void resultsOfTwoFleets_areRefused() throws IOException {
        ReplayResult other = new QueueingEngine(
                        new ReplaySettings(5, CacheCapacity.UNLIMITED, ServiceTime.ofMicros(1, 1)), true)
                .run(Comparisons.trace(), PolicyCatalog.fixed().find("min_eta"));

        assertThatThrownBy(() -> Comparison.builder("mixed", "")
                        .floor(Comparisons.replay("round_robin"))
                        .contender(other)
                        .build())
                .hasMessageContaining("another trace or fleet")
                .hasMessageContaining("\nMaybe");
    }

    @Test
    void policyThatRefusesEverything_isRefused() {
        ReplayResult none = Comparisons.replay(Comparisons.named("none", (request, fleet) -> ReplayPolicy.REJECTED));

        assertThatThrownBy(() -> Comparison.builder("none", "").contender(none).build())
                .hasMessageContaining("no request was placed, of 300");
    }

    @Test
    void rowsAndReferences_areCopies() {
        Comparison comparison = Comparisons.replayed("sessions").build();

        assertThatThrownBy(() -> comparison.rows().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThat(List.copyOf(comparison.references())).isSameAs(comparison.references());
    }
}
