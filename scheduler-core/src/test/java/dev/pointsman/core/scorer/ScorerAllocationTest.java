// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.Peer;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.LoraState;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.core.latency.LatencyScorer;
import dev.pointsman.core.scorer.attribute.EndpointAttributeScorer;
import dev.pointsman.core.scorer.attribute.MmEmbeddingsCacheScorer;
import dev.pointsman.core.scorer.label.ContextLengthAware;
import dev.pointsman.core.scorer.label.HeaderLabelAffinityScorer;
import dev.pointsman.core.scorer.label.TopologyAffinityScorer;
import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scoring allocates nothing: neither by candidate nor by call. */
class ScorerAllocationTest {
    private static final int ENDPOINTS = 50;

    static Map<String, Scorer> scorersByName() {
        NoHitLruScorer used = new NoHitLruScorer();
        TestCycle cycle = scene();
        for (int i = 0; i < ENDPOINTS; i += 2) {
            used.dispatched(cycle, Dispatched.to(cycle, "e" + i * 7 % ENDPOINTS));
        }
        SessionAffinityScorer bound = SessionAffinityScorer.bySessionId();
        bound.dispatched(cycle, Dispatched.to(cycle, "e9"));
        return Map.ofEntries(
                Map.entry("queue", new QueueScorer()),
                Map.entry("running", new RunningRequestsSizeScorer()),
                Map.entry("kv", new KvCacheUtilizationScorer()),
                Map.entry("load-aware", new LoadAwareScorer()),
                Map.entry("lora", new LoraAffinityScorer()),
                Map.entry("active-request", new ActiveRequestScorer(1, 0.5)),
                Map.entry("token-load", new TokenLoadScorer()),
                Map.entry("prefix", new PrefixCacheScorer().withMatchLength(0.3, 1000)),
                Map.entry("no-hit-lru", used),
                Map.entry("session", bound),
                Map.entry("no-hit-lru of llm-d", usedLru(cycle)),
                Map.entry("attribute", EndpointAttributeScorer.lessIsBetter("WaitingQueueSize")),
                Map.entry("gauge", EndpointAttributeScorer.moreIsBetter("g").between(0, 40)),
                Map.entry("topology", new TopologyAffinityScorer()),
                Map.entry("header-label", new HeaderLabelAffinityScorer("x-tier", "tier")),
                Map.entry("context-length", new ContextLengthAware()),
                Map.entry("mm-embeddings", new MmEmbeddingsCacheScorer()),
                Map.entry("latency", LatencyScorer.builder().build()));
    }

    private static NoHitLruScorer usedLru(TestCycle cycle) {
        NoHitLruScorer scorer = NoHitLruScorer.asLlmD(PrefixMatch.DEFAULT_PRODUCER, 20);
        for (int i = 0; i < ENDPOINTS; i += 2) {
            scorer.dispatched(cycle, Dispatched.to(cycle, "e" + i));
        }
        return scorer;
    }

    static Iterable<String> scorers() {
        return scorersByName().keySet();
    }

    @ParameterizedTest
    @MethodSource("scorers")
    void scoring_allocatesNothing(String name) {
        Scorer scorer = scorersByName().get(name);
        SteadyCycle cycle = new SteadyCycle(scene());
        TestCandidates candidates = scene().candidates();
        double[] scores = new double[ENDPOINTS];

        double bytes = Allocations.perCall(() -> scorer.score(cycle, candidates, scores));

        // From JDK 22 on, sorting an array of doubles allocates one small object, whatever the array's length.
        int sorting = name.equals("no-hit-lru") && Runtime.version().feature() >= 22 ? 24 : 0;
        assertThat(bytes).as("bytes a call of %s", name).isLessThan(sorting + 1);
    }

    @Test
    void decodingAToken_allocatesTheTokenOnly() {
        TestFleet fleet = TestFleet.of(ENDPOINTS);
        TestCycle cycle = TestCycle.of(
                fleet,
                TestRequests.builder()
                        .headers(HeaderLookup.of(
                                Map.of("x-session-token", SessionAffinityScorer.token(fleet.endpoint(4)))))
                        .build());
        Scorer scorer = SessionAffinityScorer.byToken();
        TestCandidates candidates = cycle.candidates();
        double[] scores = new double[ENDPOINTS];

        double bytes = Allocations.perCall(() -> scorer.score(cycle, candidates, scores));

        assertThat(bytes).isLessThan(256);
        assertThat(scores[4]).isEqualTo(1);
    }

    private static TestCycle scene() {
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < ENDPOINTS; i++) {
            int load = i;
            fleet.endpoint(
                    Endpoint.builder("e" + i, "e" + i + ":8000")
                            .label("tier", "t" + i % 2)
                            .label("topology.kubernetes.io/zone", "z" + i % 3)
                            .label(ContextLengthAware.DEFAULT_LABEL, i + "-" + 100 * i)
                            .build(),
                    signals -> signals.gauge("g", load)
                            .waitingRequests(load)
                            .runningRequests(load)
                            .kvUsage(load / 100.0)
                            .lora(new LoraState(Set.of("a" + load % 3), Set.of("b"), 2)));
        }
        TestCycle cycle = TestCycle.of(
                        fleet.build(),
                        TestRequests.builder()
                                .loraAdapter("a1")
                                .tokens(new int[300])
                                .headers(HeaderLookup.of(Map.of("x-tier", "t1")))
                                .build())
                .with(Session.ID, "session")
                .with(
                        Peer.ENDPOINT,
                        Endpoint.builder("peer", "peer:8000")
                                .label("topology.kubernetes.io/zone", "z1")
                                .build())
                .with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(100, 16));
        for (int i = 0; i < ENDPOINTS; i++) {
            cycle.with(InFlightLoad.REQUESTS, "e" + i, i)
                    .with(MmEmbeddingsCacheScorer.matchedShare(MmEmbeddingsCacheScorer.DEFAULT_PRODUCER), "e" + i, 0.5)
                    .with(InFlightLoad.TOKENS, "e" + i, 1000L * i)
                    .with(InFlightLoad.REQUEST_TOKENS, "e" + i, 10L * i)
                    .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "e" + i, 0);
        }
        return cycle;
    }
}
