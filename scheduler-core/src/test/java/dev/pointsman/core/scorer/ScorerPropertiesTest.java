// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.fleet.LoraState;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.scorer.attribute.EndpointAttributeScorer;
import dev.pointsman.core.scorer.attribute.MmEmbeddingsCacheScorer;
import dev.pointsman.core.scorer.label.ContextLengthAware;
import dev.pointsman.core.scorer.label.HeaderLabelAffinityScorer;
import dev.pointsman.core.scorer.label.TopologyAffinityScorer;
import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/** What holds for scorers whatever they are given. */
class ScorerPropertiesTest {
    private static final List<Scorer> ALL = List.of(
            new QueueScorer(),
            new RunningRequestsSizeScorer(),
            new KvCacheUtilizationScorer(),
            new LoadAwareScorer(),
            new LoraAffinityScorer(),
            new ActiveRequestScorer(),
            new ActiveRequestScorer(3, 0.4),
            new TokenLoadScorer(),
            new PrefixCacheScorer(),
            new PrefixCacheScorer().withMatchLength(0.3, 1000),
            new PrefixCacheScorer().withMatchLength(1, 100_000),
            usedBefore(new NoHitLruScorer()),
            boundBefore(SessionAffinityScorer.bySessionId()),
            EndpointAttributeScorer.lessIsBetter("WaitingQueueSize"),
            EndpointAttributeScorer.moreIsBetter("KVCacheUsagePercent").between(0.2, 0.7),
            new TopologyAffinityScorer(),
            new HeaderLabelAffinityScorer("x-tier", "tier"),
            new ContextLengthAware(),
            new MmEmbeddingsCacheScorer());

    /** With llm-d's semantics; its no-hit-lru-scorer is left out, because the order of candidates decides there. */
    private static final List<Scorer> LLM_D = List.of(
            new QueueScorer(Semantics.LLM_D),
            new RunningRequestsSizeScorer(Semantics.LLM_D),
            new KvCacheUtilizationScorer(Semantics.LLM_D),
            new LoadAwareScorer(10, Semantics.LLM_D),
            new LoraAffinityScorer(Semantics.LLM_D),
            new ActiveRequestScorer(1, 0.7, Semantics.LLM_D),
            new TokenLoadScorer(1000, Semantics.LLM_D),
            new PrefixCacheScorer(Semantics.LLM_D).withMatchLength(0.3, 1000),
            EndpointAttributeScorer.lessIsBetter("RunningRequestsSize").withSemantics(Semantics.LLM_D),
            new TopologyAffinityScorer(Semantics.LLM_D),
            new HeaderLabelAffinityScorer("x-tier", "tier", Semantics.LLM_D),
            new ContextLengthAware(ContextLengthAware.DEFAULT_LABEL, true, Semantics.LLM_D),
            new MmEmbeddingsCacheScorer(MmEmbeddingsCacheScorer.DEFAULT_PRODUCER, Semantics.LLM_D));

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void llmdsScores_areNeverMissing_andDoNotDependOnTheOrder(@ForAll("scenes") TestCycle cycle, @ForAll long order) {
        for (Scorer scorer : LLM_D) {
            TestCandidates shuffled = cycle.candidates().shuffled(order);
            Map<String, Double> scores = byId(cycle.candidates(), cycle.score(scorer));

            assertThat(scores.values())
                    .as(scorer.getClass().getSimpleName())
                    .allMatch(score -> score >= 0 && score <= 1);
            assertThat(byId(shuffled, cycle.score(scorer, shuffled)))
                    .as(scorer.getClass().getSimpleName())
                    .isEqualTo(scores);
        }
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void scores_lieBetweenZeroAndOne_orAreMissing(@ForAll("scenes") TestCycle cycle) {
        for (Scorer scorer : ALL) {
            assertThat(Arrays.stream(cycle.score(scorer)).boxed())
                    .as(scorer.getClass().getSimpleName())
                    .allMatch(score -> Double.isNaN(score) || (score >= 0 && score <= 1));
        }
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void scores_doNotDependOnTheOrderOfCandidates(@ForAll("scenes") TestCycle cycle, @ForAll long order) {
        for (Scorer scorer : ALL) {
            TestCandidates shuffled = cycle.candidates().shuffled(order);

            assertThat(byId(shuffled, cycle.score(scorer, shuffled)))
                    .as(scorer.getClass().getSimpleName())
                    .isEqualTo(byId(cycle.candidates(), cycle.score(scorer)));
        }
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void scores_doNotDependOnWhatWasInTheArray(@ForAll("scenes") TestCycle cycle, @ForAll double before) {
        for (Scorer scorer : ALL) {
            TestCandidates candidates = cycle.candidates();
            double[] scores = new double[candidates.size()];
            Arrays.fill(scores, before);

            scorer.score(cycle, candidates, scores);

            assertThat(scores).as(scorer.getClass().getSimpleName()).isEqualTo(cycle.score(scorer));
        }
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void moreLoad_neverScoresBetter(@ForAll("endpoints") List<Seen> endpoints) {
        TestCycle cycle = cycle(endpoints, new PrefixMatch(100, 16), null);

        assertFalling(cycle, new QueueScorer(), endpoints, seen -> seen.waiting);
        assertFalling(cycle, new LoadAwareScorer(), endpoints, seen -> seen.waiting);
        assertFalling(cycle, new RunningRequestsSizeScorer(), endpoints, seen -> seen.running);
        assertFalling(cycle, new ActiveRequestScorer(), endpoints, seen -> seen.requests);
        assertFalling(cycle, new ActiveRequestScorer(5, 0.5), endpoints, seen -> seen.requests);
        assertFalling(
                cycle, new TokenLoadScorer(), endpoints, seen -> seen.tokens == null ? null : seen.tokens + seen.added);
        assertFalling(cycle, new KvCacheUtilizationScorer(), endpoints, seen -> seen.kvPercent);
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void longerMatch_neverScoresWorse(@ForAll("endpoints") List<Seen> endpoints) {
        TestCycle cycle = cycle(endpoints, new PrefixMatch(100, 16), null);

        assertFalling(cycle, new PrefixCacheScorer(), endpoints, seen -> seen.matched == null ? null : -seen.matched);
        assertFalling(
                cycle,
                new PrefixCacheScorer().withMatchLength(0.5, 700),
                endpoints,
                seen -> seen.matched == null ? null : -seen.matched);
    }

    private interface Measure {
        @Nullable
        Long of(Seen seen);
    }

    private static void assertFalling(TestCycle cycle, Scorer scorer, List<Seen> endpoints, Measure measure) {
        double[] scores = cycle.score(scorer);
        for (int i = 0; i < scores.length; i++) {
            Long load = measure.of(endpoints.get(i));
            assertThat(Double.isNaN(scores[i]))
                    .as(
                            "%s of %s is missing if its number is",
                            scorer.getClass().getSimpleName(), endpoints.get(i))
                    .isEqualTo(load == null);
            for (int j = 0; j < scores.length; j++) {
                Long other = measure.of(endpoints.get(j));
                if (load != null && other != null && load <= other) {
                    assertThat(scores[i])
                            .as(
                                    "%s of %s and %s",
                                    scorer.getClass().getSimpleName(), endpoints.get(i), endpoints.get(j))
                            .isGreaterThanOrEqualTo(scores[j]);
                }
            }
        }
    }

    @Provide
    Arbitrary<TestCycle> scenes() {
        Arbitrary<PrefixMatch> matches = Arbitraries.of(
                new PrefixMatch(100, 16), new PrefixMatch(1000, 64), new PrefixMatch(100, Integer.MAX_VALUE));
        return Combinators.combine(
                        endpoints(),
                        matches.injectNull(0.2),
                        Arbitraries.of("ours", "x").injectNull(0.2))
                .as(ScorerPropertiesTest::cycle);
    }

    @Provide
    Arbitrary<List<Seen>> endpoints() {
        Arbitrary<Long> counts = Arbitraries.longs().between(0, Integer.MAX_VALUE);
        Arbitrary<Long> few = Arbitraries.longs().between(0, 10);
        Arbitrary<@Nullable Long> loads =
                Arbitraries.frequencyOf(Tuple.of(4, few), Tuple.of(1, counts)).injectNull(0.15);
        Arbitrary<@Nullable LoraState> lora = Arbitraries.of(
                        new LoraState(Set.of(), Set.of(), 0),
                        new LoraState(Set.of("ours"), Set.of("x"), 2),
                        new LoraState(Set.of("x"), Set.of("ours"), 2),
                        new LoraState(Set.of("x"), Set.of(), 4))
                .injectNull(0.2);
        Arbitrary<@Nullable Long> matched = Arbitraries.frequencyOf(
                        Tuple.of(3, Arbitraries.just(0L)),
                        Tuple.of(1, Arbitraries.longs().between(0, 100)))
                .injectNull(0.1);
        return Combinators.combine(
                        loads,
                        loads,
                        Arbitraries.longs().between(0, 100).injectNull(0.15),
                        lora,
                        loads,
                        loads,
                        few,
                        matched)
                .as(Seen::new)
                .list()
                .ofMaxSize(12);
    }

    /** What is seen of one endpoint; null is missing. */
    record Seen(
            @Nullable Long waiting,
            @Nullable Long running,
            @Nullable Long kvPercent,
            @Nullable LoraState lora,
            @Nullable Long requests,
            @Nullable Long tokens,
            long added,
            @Nullable Long matched) {}

    private static TestCycle cycle(List<Seen> endpoints, @Nullable PrefixMatch match, @Nullable String adapter) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < endpoints.size(); i++) {
            Seen seen = endpoints.get(i);
            fleet.endpoint("e" + i, signals -> {
                if (seen.waiting != null) {
                    signals.waitingRequests(seen.waiting.intValue());
                }
                if (seen.running != null) {
                    signals.runningRequests(seen.running.intValue());
                }
                if (seen.kvPercent != null) {
                    signals.kvUsage(seen.kvPercent / 100.0);
                }
                if (seen.lora != null) {
                    signals.lora(seen.lora);
                }
            });
        }
        TestCycle cycle = TestCycle.of(
                        fleet.build(),
                        TestRequests.builder().loraAdapter(adapter).build())
                .with(Session.ID, "session");
        if (match != null) {
            cycle.with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), match);
        }
        for (int i = 0; i < endpoints.size(); i++) {
            Seen seen = endpoints.get(i);
            set(cycle, InFlightLoad.REQUESTS, i, seen.requests);
            set(cycle, InFlightLoad.TOKENS, i, seen.tokens);
            set(cycle, InFlightLoad.REQUEST_TOKENS, i, seen.added);
            set(cycle, PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), i, seen.matched);
        }
        return cycle;
    }

    private static void set(TestCycle cycle, LongColumnKey key, int endpoint, @Nullable Long value) {
        if (value != null) {
            cycle.with(key, "e" + endpoint, value);
        }
    }

    private static Map<String, Double> byId(TestCandidates candidates, double[] scores) {
        Map<String, Double> byId = new TreeMap<>();
        for (int i = 0; i < scores.length; i++) {
            byId.put(candidates.endpoint(i).id(), scores[i]);
        }
        return byId;
    }

    private static NoHitLruScorer usedBefore(NoHitLruScorer scorer) {
        TestCycle cycle = TestCycle.of(TestFleet.of(12))
                .with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(4, 16));
        for (String id : List.of("e3", "e0", "e7", "e2")) {
            cycle.with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), id, 0);
            scorer.dispatched(cycle, Dispatched.to(cycle, id));
        }
        return scorer;
    }

    private static SessionAffinityScorer boundBefore(SessionAffinityScorer scorer) {
        TestCycle cycle = TestCycle.of(TestFleet.of(12)).with(Session.ID, "session");
        scorer.dispatched(cycle, Dispatched.to(cycle, "e1"));
        return scorer;
    }
}
