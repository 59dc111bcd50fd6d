// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit.contract;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.plugin.Picker;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PickerContractTest {
    /** Greatest total first; ties by the draw of the slot. */
    private static int best(Candidates candidates, double[] totals, Draw draw, int[] picks) {
        return fill(
                picks,
                ordered(
                        candidates,
                        Comparator.<Integer>comparingDouble(i -> -totals[i])
                                .thenComparingDouble(i -> draw.unit(candidates.slot(i)))));
    }

    private static List<Integer> ordered(Candidates candidates, Comparator<Integer> order) {
        return IntStream.range(0, candidates.size()).boxed().sorted(order).toList();
    }

    private static int fill(int[] picks, List<Integer> order) {
        int count = Math.min(picks.length, order.size());
        for (int i = 0; i < count; i++) {
            picks[i] = order.get(i);
        }
        return count;
    }

    private static void assertBroken(Picker picker, String fact, Rule rule) {
        assertThatThrownBy(() -> PluginContract.of(picker).verify())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(fact)
                .hasMessageContaining(rule.hint());
    }

    /** Weights by total, without replacement (Efraimidis and Spirakis, "Weighted random sampling", 2006). */
    private static class Weighted implements Picker {
        @Override
        public int pick(Candidates candidates, double[] totals, Draw draw, int[] picks) {
            return fill(
                    picks,
                    ordered(
                            candidates,
                            Comparator.comparingDouble(i ->
                                    -Math.log(draw.unit(candidates.slot(i))) / Math.max(Math.abs(totals[i]), 1e-6))));
        }

        @Override
        public boolean deterministic() {
            return false;
        }

        @Override
        public boolean acceptsCosts() {
            return false;
        }
    }

    @Test
    void verify_greatestTotalFirst_passes() {
        PluginContract.of((Picker) PickerContractTest::best).verify();
    }

    @Test
    void verify_weightedDraw_passes() {
        PluginContract.of(new Weighted()).verify();
    }

    @Test
    void verify_anyOne_passes() {
        PluginContract.of(new Weighted() {
                    @Override
                    public int pick(Candidates candidates, double[] totals, Draw draw, int[] picks) {
                        return fill(
                                picks,
                                ordered(candidates, Comparator.comparingDouble(i -> draw.unit(candidates.slot(i)))));
                    }

                    @Override
                    public boolean acceptsCosts() {
                        return true;
                    }
                })
                .verify();
    }

    @Test
    void verify_tiesByPosition_areCaught() {
        Picker firstOfTheBest = (candidates, totals, draw, picks) ->
                fill(picks, ordered(candidates, Comparator.comparingDouble(i -> -totals[i])));

        assertBroken(
                firstOfTheBest,
                "over 2 endpoints, nothing known, in the opposite order: the answer for e",
                Rule.DEPENDS_ON_ORDER);
    }

    @Test
    void verify_tiesByName_areCaught() {
        Picker byName = (candidates, totals, draw, picks) -> fill(
                picks,
                ordered(
                        candidates,
                        Comparator.<Integer>comparingDouble(i -> -totals[i])
                                .thenComparing(i -> candidates.endpoint(i).id())));

        assertBroken(byName, "of equal totals: picked the same with each of 256 draws", Rule.TIES_IGNORE_DRAW);
    }

    @Test
    void verify_drawByPosition_isCaught() {
        Picker byPosition = (candidates, totals, draw, picks) -> fill(
                picks,
                ordered(
                        candidates,
                        Comparator.<Integer>comparingDouble(i -> -totals[i]).thenComparingDouble(draw::unit)));

        assertBroken(byPosition, "order: the answer for e", Rule.DEPENDS_ON_ORDER);
    }

    @Test
    void verify_randomPickerThatSaysItIsDeterministic_isCaught() {
        Picker liar = new Weighted() {
            @Override
            public boolean deterministic() {
                return true;
            }
        };

        assertBroken(
                liar, "says that it is deterministic, but picks another with another draw", Rule.NOT_DETERMINISTIC);
    }

    @Test
    void verify_chanceOfItsOwn_isCaught() {
        AtomicInteger turn = new AtomicInteger();
        Picker roundRobin = (candidates, totals, draw, picks) -> {
            picks[0] = turn.getAndIncrement() % candidates.size();
            return 1;
        };

        assertBroken(roundRobin, "over 2 endpoints, nothing known, asked again", Rule.NOT_REPEATABLE);
    }

    @Test
    void verify_weightsOfCosts_areCaught() {
        Picker absolute = new Weighted() {
            @Override
            public boolean acceptsCosts() {
                return true;
            }
        };

        assertBroken(absolute, "says that it accepts costs, but picked the dearest ", Rule.COSTS_REVERSED);
    }

    @Test
    void verify_throwingOnCosts_isCaughtOnlyIfTheyAreAccepted() {
        Picker strict = new Weighted() {
            @Override
            public int pick(Candidates candidates, double[] totals, Draw draw, int[] picks) {
                if (totals[0] < 0) {
                    throw new IllegalArgumentException("negative");
                }
                return super.pick(candidates, totals, draw, picks);
            }
        };
        Picker careless = (candidates, totals, draw, picks) -> {
            if (totals[0] < 0) {
                throw new IllegalArgumentException("negative");
            }
            return best(candidates, totals, draw, picks);
        };

        PluginContract.of(strict).verify();
        assertBroken(careless, "threw java.lang.IllegalArgumentException: negative", Rule.THROWS);
    }

    @Test
    void verify_nonePicked_isCaught() {
        assertBroken((candidates, totals, draw, picks) -> 0, "picked 0 of 1 candidates, of at most 4", Rule.PICK_COUNT);
    }

    @Test
    void verify_morePickedThanThereAre_isCaught() {
        assertBroken(
                (candidates, totals, draw, picks) -> {
                    best(candidates, totals, draw, picks);
                    return picks.length;
                },
                "picked 4 of 1 candidates, of at most 4",
                Rule.PICK_COUNT);
    }

    @Test
    void verify_slotsPicked_isCaught() {
        assertBroken(
                (candidates, totals, draw, picks) -> {
                    int count = best(candidates, totals, draw, picks);
                    for (int i = 0; i < count; i++) {
                        picks[i] = candidates.slot(picks[i]);
                    }
                    return count;
                },
                "of 10 candidates",
                Rule.PICK_POSITION);
    }

    @Test
    void verify_sameOnePickedTwice_isCaught() {
        assertBroken(
                (candidates, totals, draw, picks) -> {
                    int count = best(candidates, totals, draw, picks);
                    Arrays.fill(picks, 0, count, picks[0]);
                    return count;
                },
                "over 2 endpoints, nothing known, of equal totals: picked position ",
                Rule.PICK_REPEATS);
    }

    @Test
    void verify_totalsSortedInPlace_isCaught() {
        assertBroken(
                (candidates, totals, draw, picks) -> {
                    int count = best(candidates, totals, draw, picks);
                    Arrays.sort(totals, 0, candidates.size());
                    return count;
                },
                "of different totals: changed the totals that it was given",
                Rule.TOTALS_CHANGED);
    }
}
