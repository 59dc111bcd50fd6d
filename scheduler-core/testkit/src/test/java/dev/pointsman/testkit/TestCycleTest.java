// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.pointsman.api.cycle.Candidate;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.EndpointFilter;
import dev.pointsman.api.plugin.EndpointScorer;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.plugin.Screener;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TestCycleTest {
    private static final DoubleColumnKey LATENCY = new DoubleColumnKey("latency.seconds", "tests");

    private final TestFleet fleet = TestFleet.builder()
            .endpoint("a", metrics -> metrics.kvUsage(0.25))
            .hole()
            .endpoint("b", metrics -> metrics.kvUsage(0.75))
            .endpoint("c")
            .build();
    private final TestCycle cycle = TestCycle.of(fleet);

    @Nested
    class AsACycle {
        @Test
        void of_nothingSet_hasNoDataAndADrawOfItsSeedAndRequest() {
            assertThat(cycle.now()).isZero();
            assertThat(cycle.draw().bits(3)).isEqualTo(Draw.of(42, "request-0").bits(3));
            assertThat(cycle.seed(1).draw().bits(3))
                    .isEqualTo(Draw.of(1, "request-0").bits(3));
            assertThat(cycle.now(9).now()).isEqualTo(9);
            assertThat(cycle.attribute(Session.ID)).isNull();
            assertThat(cycle.column(InFlightLoad.TOKENS).get(3)).isEqualTo(LongColumn.MISSING);
            assertThat(cycle.column(LATENCY).get(3)).isNaN();
        }

        @Test
        void with_data_isReadThroughCycleAndCandidate() {
            cycle.with(Session.ID, "s").with(InFlightLoad.TOKENS, "b", 70).with(LATENCY, "b", 0.5);

            Candidate b = cycle.candidates().candidate(1);

            assertThat(b.endpoint().id()).isEqualTo("b");
            assertThat(b.metrics().kvUsage()).isEqualTo(0.75);
            assertThat(b.number(InFlightLoad.TOKENS)).isEqualTo(70);
            assertThat(b.number(LATENCY)).isEqualTo(0.5);
            assertThat(b.attribute(Session.ID)).isEqualTo("s");
            assertThat(cycle.column(InFlightLoad.TOKENS).has(0)).isFalse();
            assertThat(cycle.numbers(InFlightLoad.TOKENS)).containsExactly(entry("b", 70L));
            assertThat(cycle.numbers(LATENCY)).containsExactly(entry("b", 0.5));
            assertThat(cycle.keysRead()).containsExactly(InFlightLoad.TOKENS, LATENCY, Session.ID);
        }

        @Test
        void column_slotOutsideTheFleet_isRefused() {
            assertThatThrownBy(() -> cycle.column(InFlightLoad.TOKENS).get(4))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("slot 4: is outside the fleet, whose slots are 0 to 3.\n"
                            + "Maybe it is a candidate position; candidates.slot(position) is its slot.");
        }

        @Test
        void with_unknownEndpoint_isRefused() {
            assertThatThrownBy(() -> cycle.with(LATENCY, "z", 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("endpoint z: is not in this cycle's fleet, TestFleet[a, b, c].\n"
                            + "Maybe it is misspelt, or the cycle was made over another fleet.");
        }
    }

    @Nested
    class ItsCandidates {
        @Test
        void candidates_ofAHoleyFleet_areTheOccupiedSlots() {
            TestCandidates candidates = cycle.candidates();

            assertThat(candidates.ids()).containsExactly("a", "b", "c");
            assertThat(candidates.slot(1)).isEqualTo(2);
            assertThat(candidates.endpoint(1)).isEqualTo(fleet.endpoint(2));
        }

        @Test
        void candidates_chosen_keepTheOrderOfTheTest() {
            assertThat(cycle.candidates("c", "a").ids()).containsExactly("c", "a");
            assertThat(cycle.candidates().reversed().ids()).containsExactly("c", "b", "a");
            assertThat(TestCycle.of(TestFleet.of(50)).candidates().shuffled(1).ids())
                    .containsExactlyInAnyOrderElementsOf(TestFleet.of(50).ids())
                    .isNotEqualTo(TestFleet.of(50).ids());
            assertThatThrownBy(() -> cycle.candidates("a", "a"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("candidates: must be different endpoints, but were [a, a].\n"
                            + "Maybe one was copied and not renamed.");
        }

        @Test
        void remove_aCandidate_doesNotMoveTheOthers() {
            TestCandidates candidates = cycle.candidates();

            candidates.remove(0);
            candidates.remove(0);

            assertThat(candidates.size()).isEqualTo(3);
            assertThat(candidates.removed(0)).isTrue();
            assertThat(candidates.endpoint(1).id()).isEqualTo("b");
            assertThat(candidates.kept()).containsExactly("b", "c");
            assertThat(candidates.narrowed().ids()).containsExactly("b", "c");
            assertThat(candidates.reversed().kept()).containsExactly("c", "b", "a");
        }

        @Test
        void candidate_askedTwice_isTheSameObjectMoved() {
            TestCandidates candidates = cycle.candidates();

            Candidate first = candidates.candidate(0);
            Candidate second = candidates.candidate(2);

            assertThat(first).isSameAs(second);
            assertThat(first.endpoint().id()).isEqualTo("c");
        }

        @Test
        void position_outside_isRefused() {
            assertThatThrownBy(() -> cycle.candidates().remove(3))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("position 3: is outside the candidates, of which there are 3.\n"
                            + "Maybe it is a slot; positions run from 0 to size() - 1.");
        }
    }

    @Nested
    class Runners {
        private final EndpointScorer free =
                (request, candidate) -> 1 - candidate.metrics().kvUsage();

        @Test
        void score_aScorer_givesRawScoresByPositionOrId() {
            assertThat(cycle.score(free)).containsExactly(0.75, 0.25, Double.NaN);
            assertThat(cycle.score(free, cycle.candidates("b", "a"))).containsExactly(0.25, 0.75);
            assertThat(cycle.scoresById(free))
                    .containsExactly(entry("a", 0.75), entry("b", 0.25), entry("c", Double.NaN));
        }

        @Test
        void score_theArray_isBlankAndLongerThanNeeded() {
            Scorer looks = (c, candidates, scores) -> {
                assertThat(scores).hasSizeGreaterThan(3).containsOnly(Double.NaN);
                scores[0] = 1;
            };

            assertThat(cycle.score(looks)).containsExactly(1, Double.NaN, Double.NaN);
        }

        @Test
        void score_writingBeyondTheCandidates_isRefused() {
            Scorer careless = (c, candidates, scores) -> Arrays.fill(scores, 0.5);

            assertThatThrownBy(() -> cycle.score(careless))
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("position 3: was written, but there are only 3 candidates.\n"
                            + "Maybe loop to candidates.size(), not to the length of the array.");
        }

        @Test
        void costs_aCostScorer_givesRawCosts() {
            CostScorer costly = (c, candidates, costs) -> costs[1] = 30;

            assertThat(cycle.costs(costly)).containsExactly(Double.NaN, 30, Double.NaN);
            assertThat(cycle.costsById(costly)).containsEntry("b", 30.0);
        }

        @Test
        void filterAndScreen_some_giveTheIdsKept() {
            EndpointFilter known =
                    (request, candidate) -> !Double.isNaN(candidate.metrics().kvUsage());
            Screener screener = (c, candidates) -> candidates.remove(1);

            assertThat(cycle.filter(known)).containsExactly("a", "b");
            assertThat(cycle.filter(known, cycle.candidates("c", "b"))).containsExactly("b");
            assertThat(cycle.screen(screener)).containsExactly("a", "c");
        }

        @Test
        void admit_refused_givesTheRejection() {
            Rejection rejection = Rejection.of(Rejection.Reason.NOT_ADMITTED, "too much", "tests");

            assertThat(cycle.admit((c, candidates) -> null)).isNull();
            assertThat(cycle.admit((c, candidates) -> candidates.size() == 3 ? rejection : null))
                    .isSameAs(rejection);
        }

        @Test
        void pick_totalsById_seesThemInSlotOrder() {
            Picker worstFirst = (candidates, totals, draw, picks) -> {
                int count = Math.min(candidates.size(), picks.length);
                for (int i = 0; i < count; i++) {
                    picks[i] = totals[0] <= totals[1] ? i : candidates.size() - 1 - i;
                }
                return count;
            };

            assertThat(cycle.pick(worstFirst, Map.of("a", 0.9, "c", 0.1), 4)).containsExactly("c", "a");
            assertThat(cycle.pick(worstFirst, Map.of("a", 0.1, "c", 0.9), 1)).containsExactly("a");
            assertThat(cycle.pick(worstFirst, cycle.candidates("c", "b"), new double[] {1, 2}, 2))
                    .containsExactly("c", "b");
        }

        @Test
        void pick_moreThanAsked_isRefused() {
            assertThatThrownBy(() -> cycle.pick((candidates, totals, draw, picks) -> 2, Map.of("a", 1.0), 1))
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("picker: must pick 1 to 1 of 1 candidates, but says it wrote 2.\n"
                            + "Maybe return how many of picks were filled.");
        }
    }

    @Nested
    class Producing {
        private final AttributeKey<Integer> depth = new AttributeKey<>("depth", "tests", Integer.class);

        @Test
        void produce_declaredKeys_areWrittenAndReported() {
            TestCycle after = cycle.with(InFlightLoad.TOKENS, "a", 5)
                    .produce(producer(Set.of(InFlightLoad.TOKENS, LATENCY, depth), (c, candidates) -> {
                        assertThat(c.fill(InFlightLoad.TOKENS).has(0)).isFalse();
                        c.fill(InFlightLoad.TOKENS).set(candidates.slot(1), 8);
                        c.fill(InFlightLoad.TOKENS).set(candidates.slot(2), 9);
                        c.fill(LATENCY).set(candidates.slot(0), 0.25);
                        c.fill(LATENCY).set(candidates.slot(1), 0.5);
                        c.fill(LATENCY).set(candidates.slot(1), DoubleColumn.MISSING);
                        c.put(depth, 3);
                    }));

            assertThat(after).isSameAs(cycle);
            assertThat(cycle.written()).containsExactly(InFlightLoad.TOKENS, LATENCY, depth);
            assertThat(cycle.numbers(InFlightLoad.TOKENS)).containsExactly(entry("b", 8L), entry("c", 9L));
            assertThat(cycle.numbers(LATENCY)).containsExactly(entry("a", 0.25));
            assertThat(cycle.attribute(depth)).isEqualTo(3);
        }

        @Test
        void produce_undeclaredKey_isRefused() {
            LongColumnKey other = new LongColumnKey("other", "tests");

            assertThatThrownBy(() -> cycle.produce(producer(Set.of(LATENCY), (c, candidates) -> c.fill(other))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(other + ": was written, but the producer declares only [" + LATENCY + "].\n"
                            + "Maybe add it to what produces() returns.");
        }

        @Test
        void produce_failing_takesBackWhatItWrote() {
            cycle.with(InFlightLoad.TOKENS, "a", 5);

            assertThatThrownBy(() ->
                            cycle.produce(producer(Set.of(InFlightLoad.TOKENS, LATENCY, depth), (c, candidates) -> {
                                c.fill(InFlightLoad.TOKENS).set(0, 6);
                                c.fill(LATENCY).set(0, 7);
                                c.put(depth, 8);
                                throw new IllegalStateException("out of ink");
                            })))
                    .isInstanceOf(IllegalStateException.class);

            assertThat(cycle.numbers(InFlightLoad.TOKENS)).containsExactly(entry("a", 5L));
            assertThat(cycle.numbers(LATENCY)).isEmpty();
            assertThat(cycle.attribute(depth)).isNull();
            assertThat(cycle.written()).isEmpty();
        }

        @Test
        void put_outsideAProducer_isFree() {
            cycle.put(depth, 4);
            cycle.fill(LATENCY).set(0, 1);

            assertThat(cycle.attribute(depth)).isEqualTo(4);
            assertThat(cycle.numbers(LATENCY)).containsExactly(entry("a", 1.0));
        }

        private DataProducer producer(Set<DataKey> keys, BiConsumer<ProductionCycle, Candidates> body) {
            return new DataProducer() {
                @Override
                public Set<DataKey> produces() {
                    return keys;
                }

                @Override
                public void produce(ProductionCycle c, Candidates candidates) {
                    body.accept(c, candidates);
                }
            };
        }
    }
}
