// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit.contract;

import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What is asked of pickers: valid picks whatever the totals, ties broken by the draw alone, promises kept. */
final class PickerChecks {
    private static final int DRAWS = 256;
    private static final int SPARE = 5;

    private final Picker picker;
    private final CommonChecks common;
    private final Findings findings;

    PickerChecks(Picker picker, CommonChecks common, Findings findings) {
        this.picker = picker;
        this.common = common;
        this.findings = findings;
    }

    /** Returns the trials that every scenario goes through. */
    List<Trial> trials() {
        Trial equal = new Picking("of equal totals", slot -> 0.5, 1 + Leg.MAX_FALLBACKS);
        Trial zero = new Picking("of totals of zero", slot -> 0, 1 + Leg.MAX_FALLBACKS);
        Trial distinct = new Picking("of different totals", PickerChecks::distinct, 1 + Leg.MAX_FALLBACKS);
        Trial one = new Picking("of different totals, one to pick", PickerChecks::distinct, 1);
        Trial costs = new Picking("of costs", slot -> distinct(slot) - 2, 1 + Leg.MAX_FALLBACKS);
        return picker.acceptsCosts() ? List.of(equal, zero, distinct, one, costs) : List.of(equal, zero, distinct, one);
    }

    /** Checks what takes many draws to see. */
    void checkDraws(Scenario scenario) {
        checkTies(scenario);
        if (picker.deterministic()) {
            checkDeterministic(scenario);
        }
        if (picker.acceptsCosts()) {
            checkCosts(scenario);
        }
    }

    private void checkTies(Scenario scenario) {
        Set<Map<String, Double>> answers = new HashSet<>();
        for (int seed = 0; seed < DRAWS; seed++) {
            Map<String, Double> answer = pick(scenario, seed, slot -> 0.5);
            if (answer == null) {
                return;
            }
            answers.add(answer);
        }
        if (answers.size() == 1) {
            findings.broken(
                    Rule.TIES_IGNORE_DRAW,
                    scenario.name() + ", of equal totals",
                    "picked the same with each of " + DRAWS + " draws");
        }
    }

    private void checkDeterministic(Scenario scenario) {
        Map<String, Double> first = pick(scenario, 0, PickerChecks::distinct);
        for (int seed = 1; seed < DRAWS; seed++) {
            Map<String, Double> other = pick(scenario, seed, PickerChecks::distinct);
            if (first == null || other == null) {
                return;
            }
            if (!first.equals(other)) {
                findings.broken(
                        Rule.NOT_DETERMINISTIC,
                        scenario.name() + ", of different totals",
                        "says that it is deterministic, but picks another with another draw");
                return;
            }
        }
    }

    /** The cheapest must not be rarer than the dearest by far; equally often is right for a picker that ignores totals. */
    private void checkCosts(Scenario scenario) {
        TestCandidates all = common.cycle(scenario).candidates();
        String cheapest = all.endpoint(0).id();
        String dearest = all.endpoint(1).id();
        int cheap = 0;
        int dear = 0;
        for (int seed = 0; seed < DRAWS; seed++) {
            Map<String, Double> answer =
                    pick(scenario, seed, slot -> slot == all.slot(0) ? -1 : slot == all.slot(1) ? -1000 : -500);
            if (answer == null) {
                return;
            }
            cheap += answer.containsKey(cheapest) ? 1 : 0;
            dear += answer.containsKey(dearest) ? 1 : 0;
        }
        if (dear > 4 * cheap) {
            findings.broken(
                    Rule.COSTS_REVERSED,
                    scenario.name() + ", of costs",
                    "says that it accepts costs, but picked the dearest " + dear + " times and the cheapest " + cheap
                            + " times");
        }
    }

    private @Nullable Map<String, Double> pick(Scenario scenario, long seed, IntToDoubleFunction totals) {
        TestCycle cycle = common.cycle(scenario).seed(seed);
        return common.ask(new Picking("", totals, 1), cycle, cycle.candidates(), scenario.name());
    }

    /** A total between 0 and 1 for each slot, no two alike, in no order. */
    private static double distinct(int slot) {
        return (slot * 2654435761L % 65536 + 1) / 65537.0;
    }

    private final class Picking implements Trial {
        private final String how;
        private final IntToDoubleFunction totalBySlot;
        private final int max;

        Picking(String how, IntToDoubleFunction totalBySlot, int max) {
            this.how = how;
            this.totalBySlot = totalBySlot;
            this.max = max;
        }

        @Override
        public boolean takesEmptySets() {
            return false;
        }

        @Override
        public Map<String, Double> answer(
                TestCycle cycle, TestCandidates candidates, Findings findings, String scenario) {
            String where = how.isEmpty() ? scenario : scenario + ", " + how;
            double[] totals = new double[candidates.size() + SPARE];
            Arrays.fill(totals, Double.NaN);
            for (int position = 0; position < candidates.size(); position++) {
                totals[position] = totalBySlot.applyAsDouble(candidates.slot(position));
            }
            double[] given = totals.clone();
            int[] picks = new int[max];
            Arrays.fill(picks, -1);
            int count = picker.pick(candidates, totals, cycle.draw(), picks);
            if (!Arrays.equals(given, totals)) {
                findings.broken(Rule.TOTALS_CHANGED, where, "changed the totals that it was given");
            }
            if (count < 1 || count > Math.min(max, candidates.size())) {
                findings.broken(
                        Rule.PICK_COUNT,
                        where,
                        "picked " + count + " of " + candidates.size() + " candidates, of at most " + max);
            }
            Map<String, Double> ranks = new HashMap<>();
            for (int rank = 0; rank < Math.min(count, max); rank++) {
                int position = picks[rank];
                if (position < 0 || position >= candidates.size()) {
                    findings.broken(
                            Rule.PICK_POSITION,
                            where,
                            "picked position " + position + " of " + candidates.size() + " candidates");
                } else if (ranks.putIfAbsent(candidates.endpoint(position).id(), (double) rank) != null) {
                    findings.broken(Rule.PICK_REPEATS, where, "picked position " + position + " twice");
                }
            }
            return ranks;
        }
    }
}
