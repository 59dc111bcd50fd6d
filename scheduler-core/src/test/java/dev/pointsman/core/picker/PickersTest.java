// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.picker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.scorer.Allocations;
import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.contract.PluginContract;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PickersTest {
    static List<Picker> all() {
        return List.of(new MaxScorePicker(), new RandomPicker(), new WeightedRandomPicker());
    }

    @Test
    void maxScore_ordersByTotal_targetFirst() {
        assertThat(pick(new MaxScorePicker(), 4, 0.1, 0.9, 0.4, 0.7, 0.2)).containsExactly(1, 3, 2, 4);
    }

    @Test
    void maxScore_takesCosts_theLeastOfThemFirst() {
        assertThat(pick(new MaxScorePicker(), 2, -3, -0.5, -1e300)).containsExactly(1, 0);
    }

    @Test
    void maxScore_negativeZeroIsATie() {
        Set<Integer> targets = new HashSet<>();
        for (int i = 0; i < 64; i++) {
            targets.add(pick(new MaxScorePicker(), Draw.of(7, "r" + i), 1, 0.0, -0.0)
                    .get(0));
        }

        assertThat(targets).containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void weightedRandom_neverPicksZero_notEvenAsAFallback() {
        for (int i = 0; i < 200; i++) {
            assertThat(pick(new WeightedRandomPicker(), Draw.of(7, "r" + i), 4, 0, 0.2, -0.0, 0.1))
                    .containsExactlyInAnyOrder(1, 3);
        }
    }

    @Test
    void weightedRandom_allZero_picksAny() {
        Set<Integer> targets = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            List<Integer> picks = pick(new WeightedRandomPicker(), Draw.of(7, "r" + i), 2, 0, 0, 0);
            assertThat(picks).hasSize(2).doesNotHaveDuplicates();
            targets.add(picks.get(0));
        }

        assertThat(targets).containsExactlyInAnyOrder(0, 1, 2);
    }

    @ParameterizedTest
    @MethodSource("all")
    void singleCandidate_isPicked(Picker picker) {
        assertThat(pick(picker, 4, 0.3)).containsExactly(0);
        assertThat(pick(picker, 1, 0)).containsExactly(0);
    }

    @ParameterizedTest
    @MethodSource("all")
    void moreRoomThanTheLimit_isLeftAlone(Picker picker) {
        assertThat(pick(picker, 10, 1, 2, 3, 4, 5, 6)).hasSize(4);
    }

    @ParameterizedTest
    @MethodSource("all")
    void equalDrawAndTotals_giveEqualPicks_inAnyOrderOfCandidates(Picker picker) {
        TestCycle cycle = TestCycle.of(TestFleet.of(9));
        for (int i = 0; i < 50; i++) {
            Draw draw = Draw.of(3, "request-" + i);
            TestCandidates shuffled = cycle.candidates().shuffled(i);
            double[] totals =
                    IntStream.range(0, 9).mapToDouble(slot -> slot % 3).toArray();
            double[] shuffledTotals = IntStream.range(0, 9)
                    .mapToDouble(position -> totals[shuffled.slot(position)])
                    .toArray();

            assertThat(slots(picker, shuffled, shuffledTotals, draw, 4))
                    .isEqualTo(slots(picker, cycle.candidates(), totals, draw, 4));
        }
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void maxScore_isTheStartOfAStableSort(
            @ForAll("totals") double[] totals, @ForAll @IntRange(min = 1, max = 12) int room, @ForAll long seed) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < totals.length; i++) {
            fleet.endpoint("e" + i);
            if (i % 3 == 1) {
                fleet.hole();
            }
        }
        TestCandidates candidates = TestCycle.of(fleet.build()).candidates().shuffled(seed);
        Draw draw = Draw.of(seed, "request");

        List<Integer> sorted =
                new ArrayList<>(IntStream.range(0, totals.length).boxed().toList());
        sorted.sort(Comparator.<Integer>comparingDouble(position -> totals[position] + 0.0)
                .thenComparingLong(position -> draw.bits(candidates.slot(position)))
                .reversed());

        assertThat(positions(new MaxScorePicker(100), candidates, totals, draw, room))
                .isEqualTo(sorted.subList(0, Math.min(room, totals.length)));
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void picks_areDifferentCandidates_asManyAsThereIsRoomFor(
            @ForAll("totals") double[] totals, @ForAll @IntRange(min = 1, max = 6) int limit, @ForAll long seed) {
        Draw draw = Draw.of(seed, "request");
        long positive = Arrays.stream(totals).filter(total -> total > 0).count();
        int most = Math.min(limit, totals.length);

        assertThat(pick(new RandomPicker(limit), draw, 8, totals))
                .doesNotHaveDuplicates()
                .hasSize(most);
        assertThat(pick(new MaxScorePicker(limit), draw, 8, totals))
                .doesNotHaveDuplicates()
                .hasSize(most);
        assertThat(pick(new WeightedRandomPicker(limit), draw, 8, totals))
                .doesNotHaveDuplicates()
                .hasSize(positive == 0 ? most : (int) Math.min(limit, positive));
    }

    @Provide
    Arbitrary<double[]> totals() {
        return Arbitraries.of(0.0, -0.0, 0.25, 0.5, 0.5000000001, 1.0, 1e-300, 1e300)
                .array(double[].class)
                .ofMinSize(1)
                .ofMaxSize(20);
    }

    @ParameterizedTest
    @MethodSource("all")
    void picking_allocatesNothing(Picker picker) {
        Candidates candidates = TestCycle.of(TestFleet.of(50)).candidates();
        double[] totals = IntStream.range(0, 50).mapToDouble(i -> i % 7 * 0.1).toArray();
        Draw draw = Draw.of(1, "request");
        int[] picks = new int[4];

        assertThat(Allocations.perCall(() -> picker.pick(candidates, totals, draw, picks)))
                .isLessThan(1);
    }

    @Test
    void theySayWhatTheyAre() {
        assertThat(new MaxScorePicker().deterministic()).isTrue();
        assertThat(new RandomPicker().deterministic()).isFalse();
        assertThat(new WeightedRandomPicker().deterministic()).isFalse();
        assertThat(new MaxScorePicker().acceptsCosts()).isTrue();
        assertThat(new RandomPicker().acceptsCosts()).isTrue();
        assertThat(new WeightedRandomPicker().acceptsCosts()).isFalse();
    }

    @Test
    void limitBelowOne_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MaxScorePicker(0))
                .withMessage("maxNumOfEndpoints: must be at least 1, but was 0."
                        + "\nMaybe leave it out; a target and 3 fallbacks are picked then.");
    }

    static List<PluginFactory> factories() {
        return Stream.concat(PickerFactories.all().stream(), PickerFactories.all(Semantics.LLM_D).stream())
                .toList();
    }

    @Test
    void llmdFactories_pickOneEndpoint_unlessToldMore() {
        for (PluginFactory factory : PickerFactories.all(Semantics.LLM_D)) {
            Picker plain = (Picker) factory.create("picker", Parameters.of("parameters", Map.of()));
            Picker none =
                    (Picker) factory.create("picker", Parameters.of("parameters", Map.of("maxNumOfEndpoints", -3)));
            Picker many =
                    (Picker) factory.create("picker", Parameters.of("parameters", Map.of("maxNumOfEndpoints", 6)));

            assertThat(pick(plain, 8, 1, 2, 3, 4, 5)).hasSize(1);
            assertThat(pick(none, 8, 1, 2, 3, 4, 5)).hasSize(1);
            assertThat(pick(many, 8, 1, 2, 3, 4, 5)).hasSize(5);
        }
    }

    @ParameterizedTest
    @MethodSource("factories")
    void everyType_keepsTheContract(PluginFactory factory) {
        PluginContract.of(factory).verify();
    }

    @Test
    void factories_makeThem() {
        assertThat(PickerFactories.all())
                .extracting(PluginFactory::type)
                .containsExactly("max-score-picker", "random-picker", "weighted-random-picker");
        for (PluginFactory factory : PickerFactories.all()) {
            Picker plain = (Picker) factory.create("picker", Parameters.of("parameters", Map.of()));
            Picker two = (Picker) factory.create("picker", Parameters.of("parameters", Map.of("maxNumOfEndpoints", 2)));

            assertThat(pick(plain, 8, 1, 2, 3, 4, 5)).hasSize(4);
            assertThat(pick(two, 8, 1, 2, 3, 4, 5)).hasSize(2);
            assertThat(factory.description()).endsWith(".");
            assertThatExceptionOfType(ParameterException.class)
                    .isThrownBy(
                            () -> factory.create("picker", Parameters.of("parameters", Map.of("maxNumOfEndpoints", 0))))
                    .withMessageStartingWith("parameters.maxNumOfEndpoints: ");
        }
    }

    private static List<Integer> pick(Picker picker, int room, double... totals) {
        return pick(picker, Draw.of(42, "request-0"), room, totals);
    }

    private static List<Integer> pick(Picker picker, Draw draw, int room, double... totals) {
        return positions(picker, TestCycle.of(TestFleet.of(totals.length)).candidates(), totals, draw, room);
    }

    private static List<Integer> slots(Picker picker, Candidates candidates, double[] totals, Draw draw, int room) {
        return positions(picker, candidates, totals, draw, room).stream()
                .map(candidates::slot)
                .toList();
    }

    private static List<Integer> positions(Picker picker, Candidates candidates, double[] totals, Draw draw, int room) {
        int[] picks = new int[room];
        int count = picker.pick(candidates, totals, draw, picks);
        return Arrays.stream(picks, 0, count).boxed().toList();
    }
}
