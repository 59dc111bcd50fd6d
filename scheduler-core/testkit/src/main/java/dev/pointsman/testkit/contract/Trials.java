// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit.contract;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.plugin.Admission;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.plugin.Screener;
import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How each kind of plugin but the picker is asked, and what is wrong with a single answer. */
final class Trials {
    /** Stands beyond the candidates in arrays that scorers write to; no scorer would write it. */
    private static final double UNTOUCHED = -0x1.23456789p-40;

    private static final int SPARE = 5;

    private Trials() {}

    /** Returns a trial for each contract that a plugin implements; none for pickers. */
    static List<Trial> of(Plugin plugin) {
        List<Trial> trials = new ArrayList<>();
        if (plugin instanceof Scorer scorer) {
            trials.add((cycle, candidates, findings, where) -> {
                Map<String, Double> scores = written(scorer::score, cycle, candidates, findings, where);
                scores.forEach((id, score) -> {
                    if (!Double.isNaN(score) && !(score >= 0 && score <= 1)) {
                        findings.broken(Rule.SCORE_RANGE, where, "the score of " + id + " is " + score);
                    }
                });
                return scores;
            });
        }
        if (plugin instanceof CostScorer scorer) {
            trials.add((cycle, candidates, findings, where) -> {
                Map<String, Double> costs = written(scorer::cost, cycle, candidates, findings, where);
                costs.forEach((id, cost) -> {
                    if (!Double.isNaN(cost) && !(cost >= 0 && cost <= Double.MAX_VALUE)) {
                        findings.broken(Rule.COST_RANGE, where, "the cost of " + id + " is " + cost);
                    }
                });
                return costs;
            });
        }
        if (plugin instanceof Filter filter) {
            trials.add((cycle, candidates, findings, where) ->
                    narrowed(filter::filter, cycle, candidates, findings, where));
        }
        if (plugin instanceof Screener screener) {
            trials.add((cycle, candidates, findings, where) ->
                    narrowed(screener::screen, cycle, candidates, findings, where));
        }
        if (plugin instanceof DataProducer producer) {
            trials.add((cycle, candidates, findings, where) -> produced(producer, cycle, candidates));
        }
        if (plugin instanceof Admission admission) {
            trials.add((cycle, candidates, findings, where) ->
                    Map.of("the request", admission.admit(cycle, candidates) == null ? 1.0 : 0.0));
        }
        return trials;
    }

    private interface Writing {
        void write(SchedulingCycle cycle, TestCandidates candidates, double[] values);
    }

    private static Map<String, Double> written(
            Writing scorer, TestCycle cycle, TestCandidates candidates, Findings findings, String where) {
        int size = candidates.size();
        double[] values = new double[size + SPARE];
        Arrays.fill(values, 0, size, Double.NaN);
        Arrays.fill(values, size, values.length, UNTOUCHED);
        scorer.write(cycle, candidates, values);
        for (int position = size; position < values.length; position++) {
            if (values[position] != UNTOUCHED) {
                findings.broken(
                        Rule.WRITES_BEYOND, where, "wrote at position " + position + " of " + size + " candidates");
            }
        }
        Map<String, Double> answer = new HashMap<>();
        for (int position = 0; position < size; position++) {
            answer.put(candidates.endpoint(position).id(), values[position]);
        }
        return answer;
    }

    private interface Narrowing {
        void narrow(SchedulingCycle cycle, CandidateSet candidates);
    }

    private static Map<String, Double> narrowed(
            Narrowing filter, TestCycle cycle, TestCandidates candidates, Findings findings, String where) {
        filter.narrow(cycle, candidates);
        List<String> kept = candidates.kept();
        filter.narrow(cycle, candidates);
        if (!candidates.kept().equals(kept)) {
            findings.broken(
                    Rule.FILTERS_TWICE,
                    where,
                    "kept " + kept.size() + ", and only " + candidates.kept().size()
                            + " of the same set when run again");
        }
        Map<String, Double> answer = new HashMap<>();
        candidates.ids().forEach(id -> answer.put(id, 0.0));
        kept.forEach(id -> answer.put(id, 1.0));
        return answer;
    }

    private static Map<String, Double> produced(DataProducer producer, TestCycle cycle, TestCandidates candidates) {
        cycle.produce(producer, candidates);
        Map<String, Double> answer = new HashMap<>();
        for (DataKey key : cycle.written()) {
            if (key instanceof LongColumnKey column) {
                cycle.numbers(column).forEach((id, number) -> answer.put(key.name() + " of " + id, (double) number));
            } else if (key instanceof DoubleColumnKey column) {
                cycle.numbers(column).forEach((id, number) -> answer.put(key.name() + " of " + id, number));
            } else {
                answer.put(key.name(), 1.0);
            }
        }
        return answer;
    }
}
