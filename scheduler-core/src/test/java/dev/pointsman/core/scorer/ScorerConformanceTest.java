// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.LoraState;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.scorer.LlmdCases.Case;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the scorers against llm-d's own cases. Where ours differ by design, the list says why, and must stay true. */
class ScorerConformanceTest {
    private static final Map<String, String> DIFFERENT_BY_DESIGN = Map.of(
            "active-request-scorer-01", "no in-flight data: missing, not idle",
            "active-request-scorer-03", "no in-flight data for one: missing, not idle",
            "active-request-scorer-05", "no in-flight data for one: missing, not idle",
            "no-hit-lru-scorer-01", "never-used candidates are equal, whatever their place in the list",
            "no-hit-lru-scorer-03", "no match information: missing, not known to be cold",
            "no-hit-lru-scorer-04", "never-used candidates are equal, whatever their place in the list");

    @Test
    void llmdCases_hold_butForThoseThatDifferByDesign() {
        List<Case> cases = LlmdCases.of("scorer", ScorerFactories.all());
        int passed = 0;
        int different = 0;

        for (Case one : cases) {
            boolean holds = holds(one);
            assertThat(holds)
                    .as("%s: %s, but got %s", one, expected(one), scores(one))
                    .isEqualTo(!DIFFERENT_BY_DESIGN.containsKey(one.text("id")));
            passed += holds ? 1 : 0;
            different += holds ? 0 : 1;
        }

        System.out.println("llm-d scorer cases: " + passed + " passed, " + different + " differ by design");
        assertThat(passed).isEqualTo(12);
        assertThat(different).isEqualTo(DIFFERENT_BY_DESIGN.size());
    }

    private static boolean holds(Case one) {
        Case expectation = one.object("expected");
        double tolerance = expectation.has("tolerance") ? expectation.number("tolerance") : 1e-6;
        Map<String, Double> expected = expected(one);
        Map<String, Double> scores = scores(one);
        return scores.keySet().equals(expected.keySet())
                && expected.entrySet().stream()
                        .allMatch(entry -> Math.abs(scores.get(entry.getKey()) - entry.getValue()) <= tolerance);
    }

    private static Map<String, Double> expected(Case one) {
        Case scores = one.object("expected").object("scores");
        return scores.names().stream().collect(Collectors.toMap(name -> name, scores::number));
    }

    private static Map<String, Double> scores(Case one) {
        Scorer scorer = (Scorer) one.plugin();
        List<String> used = one.object("state").texts("lruOldestFirst");
        TestCycle cycle = cycle(one, used);
        if (scorer instanceof NoHitLruScorer noHitLru) {
            TestCycle cold = cold(TestCycle.of(cycle.fleet()));
            used.forEach(name -> noHitLru.dispatched(cold, Dispatched.to(cold, name)));
        }

        String[] candidates = one.objects("endpoints").stream()
                .map(endpoint -> endpoint.text("name"))
                .toArray(String[]::new);
        double[] scores = cycle.score(scorer, cycle.candidates(candidates));

        Map<String, Double> byName = new LinkedHashMap<>();
        for (int i = 0; i < scores.length; i++) {
            byName.put(candidates[i], scores[i]);
        }
        return byName;
    }

    private static TestCycle cycle(Case one, List<String> others) {
        TestFleet.Builder fleet = TestFleet.builder();
        List<String> names = new ArrayList<>();
        for (Case endpoint : one.objects("endpoints")) {
            fleet.endpoint(endpoint.text("name"), signals -> hear(endpoint.object("metrics"), signals));
            names.add(endpoint.text("name"));
        }
        others.stream().filter(name -> !names.contains(name)).forEach(fleet::endpoint);
        TestCycle cycle = TestCycle.of(
                fleet.build(),
                TestRequests.builder()
                        .loraAdapter(
                                one.object("request").has("targetModel")
                                        ? one.object("request").text("targetModel")
                                        : null)
                        .build());
        for (Case endpoint : one.objects("endpoints")) {
            produce(endpoint.object("attributes"), endpoint.text("name"), cycle);
        }
        return one.object("request").has("cold") ? cold(cycle) : cycle;
    }

    private static void hear(Case metrics, EndpointMetrics.Builder signals) {
        if (metrics.has("waitingQueue")) {
            signals.waitingRequests((int) metrics.number("waitingQueue"));
        }
        if (metrics.has("runningRequests")) {
            signals.runningRequests((int) metrics.number("runningRequests"));
        }
        if (metrics.has("kvCacheUsage")) {
            signals.kvUsage(metrics.number("kvCacheUsage"));
        }
        if (metrics.has("maxActiveModels")) {
            signals.lora(new LoraState(
                    Set.copyOf(metrics.object("activeModels").names()),
                    Set.copyOf(metrics.object("waitingModels").names()),
                    (int) metrics.number("maxActiveModels")));
        }
    }

    private static void produce(Case attributes, String name, TestCycle cycle) {
        Case inFlight = attributes.object("inFlight");
        if (inFlight.has("requests")) {
            cycle.with(InFlightLoad.REQUESTS, name, (long) inFlight.number("requests"));
        }
        if (inFlight.has("tokens")) {
            cycle.with(InFlightLoad.TOKENS, name, (long) inFlight.number("tokens"));
        }
        if (attributes.has("uncachedRequestTokens")) {
            cycle.with(InFlightLoad.REQUEST_TOKENS, name, (long) attributes.number("uncachedRequestTokens"));
        }
        if (attributes.has("prefixMatch")) {
            Case match = attributes.object("prefixMatch");
            cycle.with(
                            PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER),
                            new PrefixMatch((int) match.number("totalBlocks"), (int) match.number("blockSizeTokens")))
                    .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), name, (long)
                            match.number("matchBlocks"));
        }
    }

    /** A cold request is one for which the producer found a match nowhere. */
    private static TestCycle cold(TestCycle cycle) {
        cycle.with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(10, 16));
        ((TestFleet) cycle.fleet())
                .ids()
                .forEach(id -> cycle.with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), id, 0));
        return cycle;
    }
}
