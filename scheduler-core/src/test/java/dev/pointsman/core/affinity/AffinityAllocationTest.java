// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.scorer.Allocations;
import dev.pointsman.core.scorer.SteadyCycle;
import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Neither scoring nor filtering allocates: neither by candidate nor by call. */
class AffinityAllocationTest {
    private static final int ENDPOINTS = 50;

    static Map<String, Scorer> scorersByName() {
        LengthBucketScorer buckets = new LengthBucketScorer();
        TestFleet fleet = TestFleet.of(ENDPOINTS);
        for (int slot = 0; slot < ENDPOINTS; slot++) {
            buckets.joined(slot, fleet.incarnation(slot), fleet.endpoint(slot));
        }
        return Map.of(
                "ring", new ConsistentHashScorer(),
                "ring by prompt", new ConsistentHashScorer(AffinityKey.prompt(64), 1.25, 64),
                "rendezvous", new RendezvousHashScorer(),
                "prefix gate", PrefixAffinityGateScorer.builder().build(),
                "ladder", new AffinityLadderScorer(),
                "ladder by session", new AffinityLadderScorer(List.of("session"), false),
                "ladder by load", new AffinityLadderScorer(List.of("load"), false),
                "buckets", buckets);
    }

    static Map<String, Filter> filtersByName() {
        return Map.of(
                "spread", LoadGateFilter.spread(8),
                "outlier", LoadGateFilter.outlier(2, 8),
                "ratio", LoadGateFilter.ratio(64, 1.5, 0.3, 0.9),
                "replication", HotPrefixReplicationFilter.builder().build());
    }

    static Iterable<String> scorers() {
        return scorersByName().keySet();
    }

    static Iterable<String> filters() {
        return filtersByName().keySet();
    }

    @ParameterizedTest
    @MethodSource("scorers")
    void scoring_allocatesNothing(String name) {
        Scorer scorer = scorersByName().get(name);
        for (InferenceRequest request :
                List.of(TestRequests.tokens(1000), TestRequests.text("Which way to the station? ".repeat(20)))) {
            TestCycle scene = scene(request);
            SteadyCycle cycle = new SteadyCycle(scene);
            TestCandidates candidates = scene.candidates();
            double[] scores = new double[ENDPOINTS];

            double bytes = Allocations.perCall(() -> scorer.score(cycle, candidates, scores));

            // From JDK 22 on, sorting an array of doubles allocates one small object, whatever the array's length.
            int sorting = name.equals("buckets") && Runtime.version().feature() >= 22 ? 24 : 0;
            assertThat(bytes).as("bytes a call of %s", name).isLessThan(sorting + 1);
        }
    }

    @ParameterizedTest
    @MethodSource("filters")
    void filtering_allocatesNothing(String name) {
        Filter filter = filtersByName().get(name);
        TestCycle scene = scene(TestRequests.tokens(1000));
        SteadyCycle cycle = new SteadyCycle(scene);
        // Removing again has no effect, so all calls see the same.
        TestCandidates candidates = scene.candidates();

        double bytes = Allocations.perCall(() -> filter.filter(cycle, candidates));

        assertThat(bytes).as("bytes a call of %s", name).isLessThan(1);
    }

    private static TestCycle scene(InferenceRequest request) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < ENDPOINTS; i++) {
            double usage = i / 100.0;
            fleet.endpoint("e" + i, signals -> signals.kvUsage(usage));
        }
        TestCycle cycle = TestCycle.of(fleet.build(), request)
                .with(Session.ID, "session")
                .with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(100, 16));
        for (int i = 0; i < ENDPOINTS; i++) {
            cycle.with(InFlightLoad.REQUESTS, "e" + i, i)
                    .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "e" + i, i * 2L);
        }
        return cycle;
    }
}
