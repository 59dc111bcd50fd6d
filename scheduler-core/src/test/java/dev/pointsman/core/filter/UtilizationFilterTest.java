// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.core.filter.UtilizationFilter.Measure;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class UtilizationFilterTest {
    private static final int MISSING = -1;

    @Test
    void limits_areInclusiveAndAllMustHold() {
        TestCycle cycle = TestCycle.of(TestFleet.builder()
                        .endpoint("at", known -> known.waitingRequests(2).kvUsage(0.5))
                        .endpoint("queue", known -> known.waitingRequests(3).kvUsage(0.1))
                        .endpoint("full", known -> known.waitingRequests(0).kvUsage(0.51))
                        .endpoint("running", known -> known.runningRequests(8))
                        .endpoint("busy")
                        .build())
                .with(InFlightLoad.REQUESTS, "busy", 6)
                .with(InFlightLoad.REQUESTS, "at", 5);
        Filter filter = UtilizationFilter.builder()
                .atMost(Measure.WAITING_REQUESTS, 2)
                .atMost(Measure.KV_USAGE, 0.5)
                .atMost(Measure.RUNNING_REQUESTS, 7)
                .atMost(Measure.ACTIVE_REQUESTS, 5)
                .build();

        assertThat(cycle.filter(filter)).containsExactly("at");
    }

    @Test
    void limitOfZero_passesWhatIsZeroOrMissing() {
        TestCycle cycle = TestCycle.of(TestFleet.builder()
                .endpoint("zero", known -> known.waitingRequests(0).kvUsage(0))
                .endpoint("unknown")
                .endpoint("one", known -> known.waitingRequests(1))
                .build());
        Filter filter = UtilizationFilter.builder()
                .atMost(Measure.WAITING_REQUESTS, 0)
                .atMost(Measure.KV_USAGE, 0)
                .atMost(Measure.ACTIVE_REQUESTS, 0)
                .build();

        assertThat(cycle.filter(filter)).containsExactly("zero", "unknown");
    }

    @Test
    void allAbove_keepsNoneOrAllIfTold() {
        TestCycle cycle = TestCycle.of(TestFleet.builder()
                .endpoint("a", known -> known.waitingRequests(9))
                .endpoint("b", known -> known.waitingRequests(8))
                .build());
        UtilizationFilter.Builder builder = UtilizationFilter.builder().atMost(Measure.WAITING_REQUESTS, 7);

        assertThat(cycle.filter(builder.build())).isEmpty();
        assertThat(cycle.filter(builder.fallbackOnEmpty().build())).containsExactly("a", "b");
    }

    @Test
    void onlyWhatIsLimited_isRead() {
        assertThat(UtilizationFilter.builder()
                        .atMost(Measure.ACTIVE_REQUESTS, 1)
                        .build()
                        .consumes())
                .containsExactly(InFlightLoad.REQUESTS);
        assertThat(UtilizationFilter.builder()
                        .atMost(Measure.KV_USAGE, 1)
                        .build()
                        .consumes())
                .isEmpty();
    }

    @Test
    void isNoConstraint() {
        assertThat(UtilizationFilter.builder()
                        .atMost(Measure.KV_USAGE, 1)
                        .build()
                        .constraint())
                .isFalse();
    }

    @Test
    void limitsThatCannotBeMeant_areRefused() {
        UtilizationFilter.Builder builder = UtilizationFilter.builder();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.atMost(Measure.KV_USAGE, 80))
                .withMessageStartingWith("kv-cache-utilization: must be limited to between 0 and 1, but was 80.0");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.atMost(Measure.WAITING_REQUESTS, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.atMost(Measure.WAITING_REQUESTS, Double.NaN));
        assertThatIllegalStateException()
                .isThrownBy(builder::build)
                .withMessageStartingWith("utilization filter: needs at least one limit");
    }

    @Property
    void keepsWhatTheNaiveReadingKeeps(
            @ForAll("loads") List<Load> loads, @ForAll @IntRange(max = 3) int limit, @ForAll boolean fallback) {
        UtilizationFilter.Builder builder = UtilizationFilter.builder()
                .atMost(Measure.WAITING_REQUESTS, limit)
                .atMost(Measure.RUNNING_REQUESTS, limit)
                .atMost(Measure.ACTIVE_REQUESTS, limit);
        Filter filter = (fallback ? builder.fallbackOnEmpty() : builder).build();
        TestCycle cycle = cycle(loads);
        List<String> within = new ArrayList<>();
        for (int i = 0; i < loads.size(); i++) {
            Load load = loads.get(i);
            if (Math.max(load.waiting, Math.max(load.running, load.active)) <= limit) {
                within.add("e" + i);
            }
        }
        List<String> expected =
                fallback && within.isEmpty() ? cycle.candidates().kept() : within;

        assertThat(cycle.filter(filter)).isEqualTo(expected);
        assertThat(cycle.filter(filter, cycle.candidates().reversed())).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Provide
    Arbitrary<List<Load>> loads() {
        Arbitrary<Integer> counts = Arbitraries.integers().between(MISSING, 4);
        return Combinators.combine(counts, counts, counts).as(Load::new).list().ofMaxSize(8);
    }

    private static TestCycle cycle(List<Load> loads) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < loads.size(); i++) {
            Load load = loads.get(i);
            fleet.endpoint("e" + i, known -> {
                if (load.waiting != MISSING) {
                    known.waitingRequests(load.waiting);
                }
                if (load.running != MISSING) {
                    known.runningRequests(load.running);
                }
            });
        }
        TestCycle cycle = TestCycle.of(fleet.build());
        for (int i = 0; i < loads.size(); i++) {
            if (loads.get(i).active != MISSING) {
                cycle.with(InFlightLoad.REQUESTS, "e" + i, loads.get(i).active);
            }
        }
        return cycle;
    }

    record Load(int waiting, int running, int active) {}
}
