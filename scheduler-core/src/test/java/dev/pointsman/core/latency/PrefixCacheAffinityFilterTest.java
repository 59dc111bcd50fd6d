// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PrefixCacheAffinityFilterTest {
    private static final String PRODUCER = PrefixMatch.DEFAULT_PRODUCER;
    private static final int PROMPT = 10;
    private static final int MISSING = -1;

    @Test
    void llmd_weightsBlocksByTier_andCutsTheSum() {
        TestCycle cycle = TestCycle.of(TestFleet.of("accelerator", "host", "cold"))
                .with(PrefixMatch.of(PRODUCER), new PrefixMatch(PROMPT, 16));
        for (String id : List.of("accelerator", "host")) {
            cycle.with(PrefixMatch.matchedBlocks(PRODUCER), id, 9);
        }
        cycle.with(PrefixMatch.matchedBlocks(PRODUCER), "cold", 0)
                .with(PrefixMatch.weightedBlocks(PRODUCER), "accelerator", 8.9)
                .with(PrefixMatch.weightedBlocks(PRODUCER), "host", 7.9);

        assertThat(cycle.filter(made(Semantics.LLM_D, Map.of()))).containsExactly("accelerator");
        assertThat(cycle.filter(made(Semantics.CORRECTED, Map.of()))).containsExactly("accelerator", "host");
    }

    @Test
    void onlyLlmd_readsWeights() {
        assertThat(made(Semantics.LLM_D, Map.of()).consumesIfPresent())
                .containsExactly(PrefixMatch.weightedBlocks(PRODUCER));
        assertThat(made(Semantics.CORRECTED, Map.of()).consumesIfPresent()).isEmpty();
    }

    /** A tenth of a second of waiting is one endpoint's 10 tokens at 100 tokens a second. */
    @Property
    void keepsWhatTheNaiveReadingKeeps(@ForAll("stations") List<Station> stations) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < stations.size(); i++) {
            fleet.endpoint("e" + i);
        }
        TestCycle cycle = TestCycle.of(fleet.build()).with(PrefixMatch.of(PRODUCER), new PrefixMatch(PROMPT, 16));
        List<String> sticky = new ArrayList<>();
        int bestSticky = Integer.MAX_VALUE;
        int bestOther = Integer.MAX_VALUE;
        for (int i = 0; i < stations.size(); i++) {
            Station station = stations.get(i);
            if (station.blocks != MISSING) {
                cycle.with(PrefixMatch.matchedBlocks(PRODUCER), "e" + i, station.blocks);
            }
            if (station.tokens != MISSING) {
                cycle.with(InFlightLoad.TOKENS, "e" + i, station.tokens);
            }
            int waiting = Math.max(0, station.tokens);
            if (station.blocks >= 8) {
                sticky.add("e" + i);
                bestSticky = Math.min(bestSticky, waiting);
            } else {
                bestOther = Math.min(bestOther, waiting);
            }
        }
        boolean broken = !sticky.isEmpty() && bestOther != Integer.MAX_VALUE && bestSticky - bestOther > 20;
        List<String> expected = sticky.isEmpty() || broken ? cycle.candidates().kept() : sticky;
        Filter filter = made(Semantics.LLM_D, Map.of("maxTTFTPenaltyMs", 200, "peakPrefillThroughput", 100));

        assertThat(cycle.filter(filter)).isEqualTo(expected);
        assertThat(cycle.filter(filter, cycle.candidates().reversed())).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Provide
    Arbitrary<List<Station>> stations() {
        return Combinators.combine(
                        Arbitraries.integers().between(MISSING, PROMPT),
                        Arbitraries.integers().between(MISSING, 60))
                .as(Station::new)
                .list()
                .ofMaxSize(8);
    }

    record Station(int blocks, int tokens) {}

    private static Filter made(Semantics semantics, Map<String, ?> parameters) {
        return (Filter) LatencyFactories.all(semantics).stream()
                .filter(factory -> factory.type().equals("prefix-cache-affinity-filter"))
                .findFirst()
                .orElseThrow()
                .create("filter", Parameters.of("parameters", parameters));
    }
}
