// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LoadGateFilterTest {
    @Test
    void spread_isExceededStrictly() {
        assertThat(loads(0, 8, 3).filter(LoadGateFilter.spread(8))).containsExactly("e0", "e1", "e2");
        assertThat(loads(0, 9, 0).filter(LoadGateFilter.spread(8))).containsExactly("e0", "e2");
        assertThat(loads(5, 5).filter(LoadGateFilter.spread(0))).containsExactly("e0", "e1");
    }

    @Test
    void outliers_areDroppedAndTheOthersKept() {
        LoadGateFilter gate = LoadGateFilter.outlier(2, 8);

        assertThat(loads(2, 3, 20, 2).filter(gate)).containsExactly("e0", "e1", "e3");
        assertThat(loads(2, 20, 20, 2).filter(gate)).containsExactly("e0", "e3");
        // 10 > 2 * (2 + 1), and the spread of 8 is enough; 9 is not.
        assertThat(loads(2, 2, 10).filter(gate)).containsExactly("e0", "e1");
        assertThat(loads(2, 2, 9).filter(gate)).containsExactly("e0", "e1", "e2");
        // 30 is not more than 2 * (14 + 1).
        assertThat(loads(14, 14, 30).filter(gate)).containsExactly("e0", "e1", "e2");
    }

    @Test
    void outlierOfTwo_isToldByTheGapAlone() {
        LoadGateFilter gate = LoadGateFilter.outlier(2, 8);

        assertThat(loads(100, 108).filter(gate)).containsExactly("e0");
        assertThat(loads(100, 107).filter(gate)).containsExactly("e0", "e1");
    }

    @Test
    void ratio_needsBothTests() {
        LoadGateFilter gate = LoadGateFilter.ratio(5, 2, 1, 1);

        assertThat(loads(0, 20, 0).filter(gate)).containsExactly("e0", "e2");
        assertThat(loads(20, 30).filter(gate)).containsExactly("e0", "e1");
        assertThat(loads(1, 5).filter(gate)).containsExactly("e0", "e1");
    }

    @Test
    void hotCaches_areDropped_unlessTheFleetIsHotThroughout() {
        LoadGateFilter gate = LoadGateFilter.ratio(32, 1.1, 0.3, 0.95);

        assertThat(caches(0.9, 0.15, 0.15).filter(gate)).containsExactly("e1", "e2");
        assertThat(caches(0.9, 0.9, 0.9).filter(gate)).containsExactly("e0", "e1", "e2");
        assertThat(caches(0.9, 0.96, 0.9).filter(gate)).containsExactly("e0", "e2");
        assertThat(caches(0.97, 0.99, 0.97).filter(gate)).containsExactly("e0", "e2");
        assertThat(caches(0.97, 0.97).filter(gate)).containsExactly("e0", "e1");
        assertThat(caches(0.96, Double.NaN).filter(gate)).containsExactly("e1");
    }

    @Test
    void cachesAreOff_unlessAskedFor() {
        assertThat(caches(1, 0).filter(LoadGateFilter.ratio(32, 1.1, 1, 1))).containsExactly("e0", "e1");
    }

    @Test
    void loadThatIsNotKnown_isKeptAndTakesNoPart() {
        TestCycle cycle = TestCycle.of(TestFleet.of(3))
                .with(InFlightLoad.REQUESTS, "e0", 50)
                .with(InFlightLoad.REQUESTS, "e1", 10);

        assertThat(cycle.filter(LoadGateFilter.spread(8))).containsExactly("e1", "e2");
        assertThat(cycle.filter(LoadGateFilter.outlier(2, 8))).containsExactly("e1", "e2");
        assertThat(TestCycle.of(TestFleet.of(3)).filter(LoadGateFilter.spread(0)))
                .hasSize(3);
    }

    @Test
    void tokens_areCountedIfAsked() {
        TestCycle cycle = loads(0, 100).with(InFlightLoad.TOKENS, "e0", 9000).with(InFlightLoad.TOKENS, "e1", 100);

        assertThat(cycle.filter(LoadGateFilter.spread(1000).byTokens())).containsExactly("e1");
    }

    @Test
    void wrongSettings_areRefused() {
        assertThatThrownBy(() -> LoadGateFilter.spread(-1)).hasMessageStartingWith("spread: must be at least 0");
        assertThatThrownBy(() -> LoadGateFilter.outlier(0.5, 1)).hasMessageStartingWith("factor: must be a finite");
        assertThatThrownBy(() -> LoadGateFilter.ratio(1, 1, 30, 1))
                .hasMessageStartingWith("kvSpread: must be between 0 and 1, but was 30");
        assertThatThrownBy(() -> LoadGateFilter.ratio(1, 1, 1, Double.NaN)).hasMessageStartingWith("kvCeiling: ");
    }

    @Property(tries = 500)
    void everyRule_keepsTheLeastLoadedAndNobodyWhoIsBusierThanOneItDrops(
            @ForAll @Size(min = 1, max = 12) List<@IntRange(max = 60) Integer> loads,
            @ForAll @IntRange(max = 20) int spread,
            @ForAll @IntRange(min = 10, max = 40) int tenths) {
        int[] all = loads.stream().mapToInt(Integer::intValue).toArray();
        for (LoadGateFilter gate : List.of(
                LoadGateFilter.spread(spread),
                LoadGateFilter.outlier(tenths / 10.0, spread),
                LoadGateFilter.ratio(spread, tenths / 10.0, 1, 1))) {
            List<String> kept = loads(all).filter(gate);

            assertThat(kept).isNotEmpty();
            int mostKept = 0;
            int leastDropped = Integer.MAX_VALUE;
            for (int i = 0; i < all.length; i++) {
                if (kept.contains("e" + i)) {
                    mostKept = Math.max(mostKept, all[i]);
                } else {
                    leastDropped = Math.min(leastDropped, all[i]);
                }
            }
            assertThat(mostKept).isLessThan(leastDropped);
        }
    }

    private static TestCycle loads(int... loads) {
        TestCycle cycle = TestCycle.of(TestFleet.of(loads.length));
        for (int i = 0; i < loads.length; i++) {
            cycle.with(InFlightLoad.REQUESTS, "e" + i, loads[i]);
        }
        return cycle;
    }

    private static TestCycle caches(double... usages) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < usages.length; i++) {
            double usage = usages[i];
            fleet.endpoint("e" + i, signals -> {
                if (!Double.isNaN(usage)) {
                    signals.kvUsage(usage);
                }
            });
        }
        TestCycle cycle = TestCycle.of(fleet.build());
        for (int i = 0; i < usages.length; i++) {
            cycle.with(InFlightLoad.REQUESTS, "e" + i, 0);
        }
        return cycle;
    }
}
