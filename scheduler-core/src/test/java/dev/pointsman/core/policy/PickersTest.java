// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PickersTest {
    private static final int SAMPLES = 20_000;

    private static Picker picker(String type, Map<String, ?> parameters) {
        return (Picker) PolicyFactoriesTest.factory(type).create(type, Parameters.of("parameters", parameters));
    }

    private static Map<String, Double> totals(double... totals) {
        Map<String, Double> byId = new LinkedHashMap<>();
        for (int i = 0; i < totals.length; i++) {
            byId.put("e" + i, totals[i]);
        }
        return byId;
    }

    private static Map<String, Double> frequencies(Picker picker, Map<String, Double> totals) {
        TestCycle cycle = TestCycle.of(TestFleet.of(totals.size()));
        Map<String, Double> frequencies = new HashMap<>();
        for (int seed = 0; seed < SAMPLES; seed++) {
            frequencies.merge(cycle.seed(seed).pick(picker, totals, 4).get(0), 1.0 / SAMPLES, Double::sum);
        }
        return frequencies;
    }

    @Test
    void powerOfTwo_picksTheBetterOfAnyTwo() {
        // Of the 6 pairs of 4, the best is in 3, the second best is the better one in 2, the third in 1, the last in
        // none.
        Map<String, Double> frequencies = frequencies(picker("power-of-two-picker", Map.of()), totals(4, 3, 2, 1));

        assertThat(frequencies.get("e0")).isCloseTo(3 / 6.0, within(0.02));
        assertThat(frequencies.get("e1")).isCloseTo(2 / 6.0, within(0.02));
        assertThat(frequencies.get("e2")).isCloseTo(1 / 6.0, within(0.02));
        assertThat(frequencies).doesNotContainKey("e3");
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void powerOfTwo_picksTheSame_whetherOrNotThereIsRoomForFallbacks(
            @ForAll @Size(min = 1, max = 9) List<@DoubleRange(min = -5, max = 5) Double> list,
            @ForAll @IntRange(min = 0, max = 10_000) int seed) {
        Map<String, Double> totals =
                totals(list.stream().mapToDouble(total -> total).toArray());
        TestCycle cycle = TestCycle.of(TestFleet.of(list.size())).seed(seed);
        Picker picker = picker("power-of-two-picker", Map.of());

        List<String> four = cycle.pick(picker, totals, 4);

        assertThat(four).hasSize(Math.min(4, list.size()));
        assertThat(cycle.pick(picker, totals, 1)).containsExactly(four.get(0));
        assertThat(cycle.pick(picker("power-of-two-picker", Map.of("maxNumOfEndpoints", 1)), totals, 4))
                .containsExactly(four.get(0));
    }

    @Test
    void softmax_hasTheChancesOfItsFormula_whateverTheUnit() {
        double temperature = 0.5;
        double[] scaled = {0, 0.25, 1};
        double sum = 0;
        for (double s : scaled) {
            sum += Math.exp(s / temperature);
        }
        for (double unit : new double[] {1, 1e6, 1e-6}) {
            Map<String, Double> frequencies = frequencies(
                    picker("softmax-picker", Map.of("temperature", temperature)),
                    totals(-4 * unit, -3 * unit, 0 * unit));

            for (int i = 0; i < scaled.length; i++) {
                assertThat(frequencies.get("e" + i))
                        .as("unit %s", unit)
                        .isCloseTo(Math.exp(scaled[i] / temperature) / sum, within(0.02));
            }
        }
    }

    @Test
    void softmax_ofNoTemperature_picksTheBest_tiesByTheDraw() {
        Map<String, Double> frequencies = frequencies(picker("softmax-picker", Map.of()), totals(-2, -1, -1, -7));

        assertThat(frequencies.get("e1")).isCloseTo(0.5, within(0.02));
        assertThat(frequencies.get("e2")).isCloseTo(0.5, within(0.02));
        assertThat(frequencies).hasSize(2);
    }

    @Test
    void softmax_whatIsHopeless_isPickedLast_andDoesNotBlurTheOthers() {
        Picker picker = picker("softmax-picker", Map.of("temperature", 0.1));
        Map<String, Double> totals = totals(-1e300, 0, -1);

        assertThat(frequencies(picker, totals).get("e1")).isGreaterThan(0.99);
        assertThat(TestCycle.of(TestFleet.of(3)).pick(picker, totals, 4))
                .hasSize(3)
                .endsWith("e0");
        assertThat(frequencies(picker, totals(-1e300, -1e300)).get("e0")).isCloseTo(0.5, within(0.02));
    }

    @Test
    void softmax_asColdAsCanBe_picksTheBest() {
        assertThat(frequencies(picker("softmax-picker", Map.of("temperature", Double.MIN_VALUE)), totals(1, 2, 3)))
                .containsOnlyKeys("e2");
        assertThat(frequencies(picker("softmax-picker", Map.of("temperature", 1e-300)), totals(1, 2, 3)))
                .containsOnlyKeys("e2");
    }

    @Test
    void topK_drawsFromTheBest_withinADistance_tiesOfTheLastIncluded() {
        Map<String, Double> totals = totals(-1, -3, -3, -4, -9);

        assertThat(frequencies(picker("top-k-picker", Map.of("k", 2)), totals)).containsOnlyKeys("e0", "e1", "e2");
        assertThat(frequencies(picker("top-k-picker", Map.of()), totals)).hasSize(5);
        assertThat(frequencies(picker("top-k-picker", Map.of("within", 3)), totals))
                .hasSize(4)
                .allSatisfy((id, share) -> assertThat(share).isCloseTo(0.25, within(0.02)));
        assertThat(TestCycle.of(TestFleet.of(5)).pick(picker("top-k-picker", Map.of("k", 1)), totals, 4))
                .startsWith("e0")
                .endsWith("e3");
    }

    @Test
    void roundRobin_goesRound_andEvaluatingTakesNoTurn() {
        Fleet fleet = Fleet.of(Endpoint.of("a", "a:1"), Endpoint.of("b", "b:1"), Endpoint.of("c", "c:1"));
        List<String> order = new ArrayList<>();
        try (Pointsman pointsman = Pointsman.builder(fleet)
                .profile(Profile.builder("default").picker("round-robin-picker").build())
                .build()) {
            for (int i = 0; i < 12; i++) {
                pointsman.evaluate(TestRequests.request("asked-" + i));
                order.add(route(pointsman, "r" + i));
            }
            fleet.join(Endpoint.of("d", "d:1"));
            for (int i = 0; i < 8; i++) {
                order.add(route(pointsman, "s" + i));
            }
        }

        assertThat(order.subList(0, 3)).containsExactlyInAnyOrder("a", "b", "c");
        for (int i = 3; i < 12; i++) {
            assertThat(order.get(i)).isEqualTo(order.get(i - 3));
        }
        assertThat(order.get(12)).isEqualTo("d");
        assertThat(order.subList(13, 16)).isEqualTo(order.subList(0, 3));
        assertThat(order.get(16)).isEqualTo("d");
    }

    private static String route(Pointsman pointsman, String id) {
        try (Dispatch dispatch = (Dispatch) pointsman.schedule(TestRequests.request(id))) {
            return dispatch.target().id();
        }
    }
}
