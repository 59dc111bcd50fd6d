// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Cases of taking turns: requests of several sets of endpoints, one after the other, through a scheduler. */
final class PeerTurns {
    private final List<List<String>> sets = new ArrayList<>();
    private final List<Map<String, Integer>> counts = new ArrayList<>();
    private final List<String> turns = new ArrayList<>();

    PeerTurns(Case given) {
        for (Object set : given.has("sets") ? given.list("sets") : List.of(given.list("endpoints"))) {
            sets.add(
                    set instanceof List<?> names
                            ? names.stream().map(String::valueOf).toList()
                            : List.of());
            counts.add(new LinkedHashMap<>());
        }
        long calls = given.integer(given.either("interleavedCalls", "calls"));
        Set<String> all = new LinkedHashSet<>();
        sets.forEach(all::addAll);
        Fleet fleet = Fleet.create();
        for (String name : all) {
            StringBuilder members = new StringBuilder();
            for (int set = 0; set < sets.size(); set++) {
                members.append(sets.get(set).contains(name) ? "set-" + set + "," : "");
            }
            fleet.join(Endpoint.builder(name, name + ".test:8000")
                    .label("pointsman.dev/taints", members.toString())
                    .build());
        }
        Profile profile = Profile.builder("default")
                .filter("taint-filter", Map.of("tolerate", List.of("*")))
                .picker("round-robin-picker")
                .build();
        try (Pointsman pointsman = Pointsman.builder(fleet).profile(profile).build()) {
            for (int call = 0; call < calls; call++) {
                int set = call % sets.size();
                String header = "set-" + set;
                if (pointsman.schedule(TestRequests.builder("request-" + call)
                                .headers(HeaderLookup.of(Map.of("x-required-taints", header)))
                                .build())
                        instanceof Dispatch dispatch) {
                    try (dispatch) {
                        turns.add(dispatch.target().id());
                        counts.get(set).merge(dispatch.target().id(), 1, Integer::sum);
                    }
                }
            }
        }
    }

    /** Whose turn it is first means nothing; the order in which turns come back does. */
    private static List<Long> byAppearance(List<?> names) {
        List<?> distinct = names.stream().distinct().toList();
        return names.stream().map(name -> (long) distinct.indexOf(name)).toList();
    }

    void require(Case expect) {
        String order = expect.either("sequence", "order", "picks");
        String numbers = expect.either("counts", "perEndpoint");
        if (expect.has(order)) {
            Mismatch.require(order, byAppearance(expect.list(order)), byAppearance(turns));
        }
        if (expect.has(numbers)) {
            Map<String, Object> all = new TreeMap<>();
            counts.forEach(its -> its.forEach((name, count) -> all.put(name, count.longValue())));
            Mismatch.require(numbers, new TreeMap<>(expect.map(numbers)), all);
        }
        if (expect.hasAny(order, numbers) && !expect.hasAny("perSetSpreadAtMost", "spreadAtMost", "maxSpread")) {
            return;
        }
        long allowed = expect.integer(expect.either("perSetSpreadAtMost", "spreadAtMost", "maxSpread"));
        for (int set = 0; set < sets.size(); set++) {
            int most = 0;
            int least = Integer.MAX_VALUE;
            for (String name : sets.get(set)) {
                int count = counts.get(set).getOrDefault(name, 0);
                most = Math.max(most, count);
                least = Math.min(least, count);
            }
            if (most - least > allowed) {
                throw new Mismatch(
                        "spread of " + sets.get(set) + ": at most " + allowed + " expected, actual " + counts.get(set));
            }
        }
    }
}
