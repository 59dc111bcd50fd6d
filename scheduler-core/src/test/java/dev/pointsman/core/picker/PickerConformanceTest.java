// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.picker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.core.scorer.LlmdCases;
import dev.pointsman.core.scorer.LlmdCases.Case;
import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Holds the pickers against llm-d's own cases; none differs by design. */
class PickerConformanceTest {
    private static final int ROOM = 8;

    @Test
    void llmdCases_hold() {
        int passed = 0;

        for (Case one : LlmdCases.of("picker", PickerFactories.all())) {
            Case expected = one.object("expected");
            if (expected.has("picked")) {
                holdsPicks(one, expected);
            } else {
                holdsChances(one, expected);
            }
            passed++;
        }

        System.out.println("llm-d picker cases: " + passed + " passed, 0 differ by design");
        assertThat(passed).isEqualTo(12);
    }

    private static void holdsPicks(Case one, Case expected) {
        List<String> wanted = expected.texts("picked");
        int unordered = (int) expected.number("firstNUnordered");
        for (int i = 0; i < 100; i++) {
            List<String> picked = pick(one, Draw.of(1, "request-" + i));

            assertThat(picked).as(one.toString()).hasSameSizeAs(wanted);
            assertThat(picked.subList(0, unordered))
                    .as(one.toString())
                    .containsExactlyInAnyOrderElementsOf(wanted.subList(0, unordered));
            assertThat(picked.subList(unordered, picked.size()))
                    .as(one.toString())
                    .isEqualTo(wanted.subList(unordered, wanted.size()));
        }
    }

    private static void holdsChances(Case one, Case expected) {
        int iterations = (int) expected.number("iterations");
        Map<String, Integer> picks = new HashMap<>();
        for (int i = 0; i < iterations; i++) {
            List<String> picked = pick(one, Draw.of(1, "request-" + i));
            picked.forEach(name -> picks.merge(name, 1, Integer::sum));
            if (expected.has("count")) {
                assertThat(picked).as(one.toString()).hasSize((int) expected.number("count"));
            }
        }
        for (Case endpoint : one.objects("endpoints")) {
            String name = endpoint.text("name");
            double chance = one.text("plugin").equals("random-picker")
                    ? expected.number("selectionProbability")
                    : expected.object("selectionProbability").number(name);
            assertThat((double) picks.getOrDefault(name, 0) / iterations)
                    .as("%s: chance of %s", one, name)
                    .isCloseTo(chance, within(chance == 0 ? 0 : expected.number("tolerance")));
        }
    }

    private static List<String> pick(Case one, Draw draw) {
        List<Case> endpoints = one.objects("endpoints");
        TestFleet fleet =
                TestFleet.of(endpoints.stream().map(each -> each.text("name")).toArray(String[]::new));
        TestCandidates candidates = TestCycle.of(fleet).candidates();
        double[] totals =
                endpoints.stream().mapToDouble(each -> each.number("score")).toArray();
        int[] picks = new int[ROOM];
        int count = ((Picker) one.plugin()).pick(candidates, totals, draw, picks);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(candidates.endpoint(picks[i]).id());
        }
        return ids;
    }
}
