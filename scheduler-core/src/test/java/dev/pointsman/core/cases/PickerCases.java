// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Cases of pickers: scored endpoints go in, and those picked must come out in their order, or as often as their chance is. There
 * is room for as many picks as endpoints, more than an engine's leg has.
 */
final class PickerCases implements CaseGroup {
    private static final int DEFAULT_ITERATIONS = 10_000;

    /** Orders that the draw decides must hold for any draw; this many are tried. */
    private static final int DRAWS = 200;

    @Override
    public boolean takes(Case one) {
        return one.text("kind", "").equals("picker");
    }

    @Override
    public void run(Case one) {
        if (!(ScorerCases.plugin(one.text("plugin"), one.map("params")) instanceof Picker picker)) {
            throw new Mismatch(one.path() + ": " + one.text("plugin") + " is no picker");
        }
        List<String> names = new ArrayList<>();
        one.objects("endpoints").forEach(endpoint -> names.add(endpoint.text("name")));
        double[] totals = one.objects("endpoints").stream()
                .mapToDouble(endpoint -> endpoint.number(endpoint.either("score", "total")))
                .toArray();
        TestCandidates candidates =
                TestCycle.of(TestFleet.of(names.toArray(String[]::new))).candidates();
        Case expected = one.object("expected");
        if (!expected.hasAny("picked", "selectionProbability", "count")) {
            throw new Mismatch(one.path() + ": expects " + expected + ", and no picks");
        }
        int iterations = (int) expected.integer("iterations", expected.has("picked") ? DRAWS : DEFAULT_ITERATIONS);
        Map<String, Integer> often = new HashMap<>();
        for (int i = 0; i < iterations; i++) {
            List<String> picked = pick(picker, candidates, totals, Draw.of(1, "request-" + i));
            picked.forEach(name -> often.merge(name, 1, Integer::sum));
            checkOnce(expected, picked);
        }
        checkChances(expected, names, often, iterations);
    }

    private static List<String> pick(Picker picker, TestCandidates candidates, double[] totals, Draw draw) {
        int[] picks = new int[candidates.size()];
        int count = picker.pick(candidates, totals, draw, picks);
        List<String> picked = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            picked.add(candidates.endpoint(picks[i]).id());
        }
        return picked;
    }

    private static void checkOnce(Case expected, List<String> picked) {
        if (expected.has("count")) {
            Mismatch.require("count", expected.integer("count"), (long) picked.size());
        }
        if (expected.has("picked")) {
            List<String> wanted =
                    expected.list("picked").stream().map(String::valueOf).toList();
            int unordered = (int) expected.integer("firstNUnordered", 0);
            Mismatch.require("number picked", wanted.size(), picked.size());
            Mismatch.require(
                    "first picks",
                    new HashSet<>(wanted.subList(0, unordered)),
                    new HashSet<>(picked.subList(0, unordered)));
            Mismatch.require(
                    "picked", wanted.subList(unordered, wanted.size()), picked.subList(unordered, picked.size()));
        }
    }

    private static void checkChances(Case expected, List<String> names, Map<String, Integer> often, int iterations) {
        if (!expected.has("selectionProbability")) {
            return;
        }
        Tolerance tolerance = Tolerance.of(expected);
        boolean byName = expected.raw("selectionProbability") instanceof Map<?, ?>;
        for (String name : names) {
            Case chances = byName ? expected.object("selectionProbability") : expected;
            double chance = chances.number(byName ? name : "selectionProbability");
            double actual = (double) often.getOrDefault(name, 0) / iterations;
            tolerance.require("chance of " + name, chance, actual);
            if (chance == 0) {
                Mismatch.require("picks of " + name, 0.0, actual);
            }
        }
    }
}
