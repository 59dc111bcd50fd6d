// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit.contract;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.EndpointScorer;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ScorerContractTest {
    private static void verify(Plugin plugin) {
        PluginContract.of(plugin).verify();
    }

    private static void assertBroken(Plugin plugin, String fact, Rule... rules) {
        StringBuilder hints = new StringBuilder();
        for (Rule rule : rules) {
            hints.append(hints.length() == 0 ? "" : " ").append(rule.hint());
        }
        assertThatThrownBy(() -> verify(plugin))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(plugin.getClass().getName() + ": breaks its contract: ")
                .hasMessageContaining(fact)
                .hasMessageEndingWith(".\n" + hints);
    }

    /** Scores by tokens in flight, relative to the greatest of them. */
    private static final class LeastLoaded implements Scorer {
        @Override
        public Set<DataKey> consumes() {
            return Set.of(InFlightLoad.TOKENS);
        }

        @Override
        public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
            LongColumn tokens = cycle.column(InFlightLoad.TOKENS);
            long most = 1;
            for (int i = 0; i < candidates.size(); i++) {
                most = Math.max(most, tokens.get(candidates.slot(i)));
            }
            for (int i = 0; i < candidates.size(); i++) {
                long own = tokens.get(candidates.slot(i));
                scores[i] = own == LongColumn.MISSING ? MISSING : 1 - (double) own / most;
            }
        }
    }

    @Nested
    class GoodOnes {
        @Test
        void verify_endpointScorer_passes() {
            verify((EndpointScorer) (request, candidate) -> candidate.metrics().has(Signal.KV_USAGE)
                    ? 1 - candidate.metrics().kvUsage()
                    : Scorer.MISSING);
        }

        @Test
        void verify_scorerThatReadsWhatItDeclares_passes() {
            verify(new LeastLoaded());
        }

        @Test
        void verify_scorerThatLeavesAllMissing_passes() {
            verify((Scorer) (cycle, candidates, scores) -> {});
        }

        @Test
        void verify_scorerWithStateBySlot_hearsOfTheFleetFirst() {
            verify(new StateBySlot());
        }

        @Test
        void verify_costScorer_passes() {
            verify((CostScorer) (cycle, candidates, costs) -> {
                for (int i = 0; i < candidates.size(); i++) {
                    costs[i] = Math.max(0, candidates.metrics(i).waitingRequests()) * 0.1;
                }
            });
        }
    }

    @Nested
    class BrokenOnes {
        @Test
        void verify_scoreAboveOne_isCaught() {
            assertBroken(
                    (EndpointScorer) (request, candidate) -> 1.5,
                    "over 1 endpoint, nothing known: the score of e0 is 1.5",
                    Rule.SCORE_RANGE);
        }

        @Test
        void verify_scoreOutOfRangeForExtremesOnly_isCaught() {
            assertBroken(
                    (EndpointScorer) (request, candidate) ->
                            1.0 / (1 + (candidate.metrics().waitingRequests() + 1)),
                    "extreme values: the score of e1 is -",
                    Rule.SCORE_RANGE);
        }

        @Test
        void verify_negativeCost_isCaught() {
            assertBroken(
                    (CostScorer) (cycle, candidates, costs) -> {
                        for (int i = 0; i < candidates.size(); i++) {
                            costs[i] = -1;
                        }
                    },
                    "over 1 endpoint, nothing known: the cost of e0 is -1.0",
                    Rule.COST_RANGE);
        }

        @Test
        void verify_infiniteCost_isCaught() {
            assertBroken(
                    (CostScorer) (cycle, candidates, costs) -> {
                        for (int i = 0; i < candidates.size(); i++) {
                            costs[i] = Double.POSITIVE_INFINITY;
                        }
                    },
                    "the cost of e0 is Infinity",
                    Rule.COST_RANGE);
        }

        @Test
        void verify_writingToTheEndOfTheArray_isCaught() {
            assertBroken(
                    (Scorer) (cycle, candidates, scores) -> Arrays.fill(scores, Scorer.MISSING),
                    "over 0 endpoints, nothing known: wrote at position 0 of 0 candidates",
                    Rule.WRITES_BEYOND);
        }

        @Test
        void verify_scoringByPosition_isCaught() {
            assertBroken(
                    (Scorer) (cycle, candidates, scores) -> {
                        for (int i = 0; i < candidates.size(); i++) {
                            scores[i] = 1.0 / (1 + i);
                        }
                    },
                    "over 2 endpoints, nothing known, in the opposite order: the answer for e",
                    Rule.DEPENDS_ON_ORDER);
        }

        @Test
        void verify_missingFirstCandidateOnly_isCaught() {
            assertBroken(
                    (Scorer) (cycle, candidates, scores) -> {
                        if (candidates.size() > 0) {
                            scores[0] = 0.5;
                        }
                    },
                    "in the opposite order",
                    Rule.DEPENDS_ON_ORDER);
        }

        @Test
        void verify_rememberingEarlierCalls_isCaught() {
            AtomicInteger calls = new AtomicInteger();
            assertBroken(
                    (EndpointScorer) (request, candidate) -> 1.0 / calls.incrementAndGet(),
                    "over 1 endpoint, nothing known, asked again: the answer for e0 was 1.0 and became 0.5",
                    Rule.NOT_REPEATABLE,
                    Rule.DEPENDS_ON_ORDER,
                    Rule.NOT_THREAD_SAFE);
        }

        @Test
        void verify_anotherAnswerOnOtherThreads_isCaught() {
            Thread own = Thread.currentThread();
            assertBroken(
                    (EndpointScorer) (request, candidate) -> Thread.currentThread() == own ? 1 : 0,
                    "over 10 endpoints with holes, everything known, from several threads: the answer for e",
                    Rule.NOT_THREAD_SAFE);
        }

        @Test
        void verify_throwingOnOtherThreads_isCaught() {
            Map<Thread, Integer> confined = new HashMap<>(Map.of(Thread.currentThread(), 1));
            assertBroken(
                    (EndpointScorer) (request, candidate) -> confined.get(Thread.currentThread()),
                    "from several threads: threw java.lang.NullPointerException",
                    Rule.NOT_THREAD_SAFE);
        }

        @Test
        void verify_throwingWithoutMetrics_isCaught() {
            assertBroken(
                    (EndpointScorer)
                            (request, candidate) -> candidate.metrics().observedAt(Signal.KV_USAGE) >= 0 ? 1 : 0,
                    "over 1 endpoint, nothing known: threw java.lang.IllegalStateException: "
                            + "KV_USAGE was never observed, so it has no time.",
                    Rule.THROWS);
        }

        @Test
        void verify_throwingOnNoCandidates_isCaught() {
            assertBroken(
                    (Scorer) (cycle, candidates, scores) -> candidates.slot(0),
                    "over 0 endpoints, nothing known: threw java.lang.IndexOutOfBoundsException",
                    Rule.THROWS);
        }

        @Test
        void verify_takingPositionsForSlots_isCaught() {
            assertBroken(
                    (Scorer) (cycle, candidates, scores) -> {
                        for (int i = 0; i < candidates.size(); i++) {
                            scores[i] = cycle.fleet().endpoint(i).id().isEmpty() ? 0 : 1;
                        }
                    },
                    "over 10 endpoints with holes, nothing known: threw java.lang.IllegalArgumentException: slot 0: has no endpoint",
                    Rule.THROWS);
        }

        @Test
        void verify_readingUndeclaredData_isCaught() {
            DoubleColumnKey secret = new DoubleColumnKey("secret", "tests");
            assertBroken(
                    (EndpointScorer) (request, candidate) -> candidate.number(secret),
                    "reads " + secret + " without declaring it",
                    Rule.READS_UNDECLARED);
        }

        @Test
        void verify_forgettingThatDataMayBeMissing_isCaught() {
            assertBroken(new ForgetsMissing(), "nothing known: the score of e0 is -", Rule.SCORE_RANGE);
        }

        @Test
        void verify_declaringOtherKeysEachTime_isCaught() {
            assertBroken(new Fickle(), "when asked again: declares other keys", Rule.DECLARATIONS_CHANGE);
        }

        @Test
        void verify_throwingWhenAskedForKeys_isCaught() {
            assertBroken(new Mute(), "when asked for the keys it declares: threw", Rule.THROWS);
        }

        @Test
        void verify_severalRules_areAllNamedInTwoLines() {
            assertThatThrownBy(() -> verify((EndpointScorer) (request, candidate) -> {
                        candidate.number(InFlightLoad.TOKENS);
                        return 2;
                    }))
                    .isInstanceOf(AssertionError.class)
                    .message()
                    .contains("reads LongColumnKey[name=in-flight.tokens")
                    .contains("; over 1 endpoint, nothing known: the score of e0 is 2.0.\n")
                    .hasLineCount(2);
        }
    }

    @Nested
    class OwnFleetsAndData {
        @Test
        void over_aFleetOfOnesOwn_isTriedToo() {
            EndpointScorer byLabel =
                    (request, candidate) -> candidate.endpoint().labels().containsKey("broken") ? 7 : 1;
            TestFleet fleet = TestFleet.builder()
                    .endpoint(Endpoint.builder("odd", "odd:1")
                            .label("broken", "yes")
                            .build())
                    .build();

            verify(byLabel);
            assertThatThrownBy(() -> PluginContract.of(byLabel).over(fleet).verify())
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("over TestFleet[odd], nothing known: the score of odd is 7.0");
        }

        @Test
        void prepared_dataOfOnesOwn_isSeen() {
            DoubleColumnKey own = new DoubleColumnKey("own", "tests");
            Scorer reader = new Scorer() {
                @Override
                public Set<DataKey> consumesIfPresent() {
                    return Set.of(own);
                }

                @Override
                public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
                    for (int i = 0; i < candidates.size(); i++) {
                        scores[i] = cycle.column(own).get(candidates.slot(i));
                    }
                }
            };

            verify(reader);
            assertThatThrownBy(() -> PluginContract.of(reader)
                            .prepared(cycle -> fill(cycle, own, 3))
                            .verify())
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("the score of e0 is 3.0");
        }

        private static void fill(TestCycle cycle, DoubleColumnKey key, double value) {
            for (int slot = 0; slot < cycle.fleet().slotLimit(); slot++) {
                if (cycle.fleet().occupied(slot)) {
                    cycle.with(key, cycle.fleet().endpoint(slot).id(), value);
                }
            }
        }

        @Test
        void of_aPluginOfNoKnownKind_isRefused() {
            Plugin plain = new Plugin() {};

            assertThatThrownBy(() -> PluginContract.of(plain))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith(": is of no kind that can be checked.\nMaybe test it with a scheduler.");
        }
    }

    /** Keeps a number by slot, and needs to have heard of every endpoint. */
    private static final class StateBySlot implements Scorer, FleetListener {
        private final Map<Integer, Long> incarnations = new HashMap<>();

        @Override
        public void joined(int slot, long incarnation, Endpoint endpoint) {
            if (incarnations.put(slot, incarnation) != null) {
                throw new IllegalStateException("slot " + slot + " is taken");
            }
        }

        @Override
        public void left(int slot, long incarnation, Endpoint endpoint) {
            if (!incarnations.remove(slot, incarnation)) {
                throw new IllegalStateException("slot " + slot + " was another's");
            }
        }

        @Override
        public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
            for (int i = 0; i < candidates.size(); i++) {
                int slot = candidates.slot(i);
                scores[i] = incarnations.get(slot) == cycle.fleet().incarnation(slot) ? 1 : 2;
            }
        }
    }

    private static final class ForgetsMissing implements Scorer {
        @Override
        public Set<DataKey> consumes() {
            return Set.of(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER));
        }

        @Override
        public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
            LongColumn blocks = cycle.column(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER));
            for (int i = 0; i < candidates.size(); i++) {
                scores[i] = blocks.get(candidates.slot(i)) / 20.0;
            }
        }
    }

    private static final class Fickle implements Scorer {
        private final AtomicInteger asked = new AtomicInteger();

        @Override
        public Set<DataKey> consumes() {
            return Set.of(new DoubleColumnKey("key-" + asked.getAndIncrement(), "tests"));
        }

        @Override
        public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {}
    }

    private static final class Mute implements Scorer {
        @Override
        public Set<DataKey> consumes() {
            throw new IllegalStateException("not yet");
        }

        @Override
        public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {}
    }
}
