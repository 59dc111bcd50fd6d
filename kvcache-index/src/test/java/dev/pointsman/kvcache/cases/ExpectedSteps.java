// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import dev.pointsman.kvcache.feed.EndpointHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a recovery case expects, in words: steps that must be taken in that order. Others may come between them, but batches
 * must be applied exactly as listed, from the first one listed to the end.
 */
final class ExpectedSteps {
    private static final Pattern APPLY = Pattern.compile("(?:re)?appl(?:y|ies|ied) (\\d+)(?:(?:\\.\\.|-)(\\d+))?");
    private static final Pattern REPLAY = Pattern.compile("replay (?:from )?(?:seq )?(\\d+)");
    private static final Pattern DROP = Pattern.compile("\\b(?:drop|ignor|skip|discard|duplicate)");

    private final String place;
    private final List<String> expected;

    ExpectedSteps(String place, List<String> expected) {
        this.place = place;
        this.expected = expected;
    }

    void requireOf(List<String> done, EndpointHealth health) {
        List<String> tries = new ArrayList<>();
        for (List<String> alternative : alternatives()) {
            String failure = failure(alternative, done, health);
            if (failure.isEmpty()) {
                return;
            }
            tries.add(failure);
        }
        throw new Mismatch(
                place + ": expected " + expected + ", actual " + done + " (" + String.join("; ", tries) + ")");
    }

    /** Takes every "or" both ways. */
    private List<List<String>> alternatives() {
        List<List<String>> all = new ArrayList<>(List.of(new ArrayList<>()));
        for (String sentence : expected) {
            List<List<String>> more = new ArrayList<>();
            for (String choice : sentence.replaceAll("\\([^)]*\\)", "").split("\\bor\\b", -1)) {
                for (List<String> before : all) {
                    List<String> after = new ArrayList<>(before);
                    for (String part : choice.split("->|[,;:]|\\bthen\\b|\\band\\b", -1)) {
                        if (!part.isBlank()) {
                            after.add(part.strip().toLowerCase(Locale.ROOT));
                        }
                    }
                    more.add(after);
                }
            }
            all = more;
        }
        return all;
    }

    /** Returns what is missing, or nothing. */
    private String failure(List<String> parts, List<String> done, EndpointHealth health) {
        List<String> applied = new ArrayList<>();
        int at = 0;
        boolean known = false;
        for (String part : parts) {
            List<String> steps = new ArrayList<>();
            Matcher apply = APPLY.matcher(part);
            Matcher replay = REPLAY.matcher(part);
            Matcher drop = DROP.matcher(part);
            boolean action = true;
            if (apply.find()) {
                long last = Long.parseLong(apply.group(2) == null ? apply.group(1) : apply.group(2));
                for (long i = Long.parseLong(apply.group(1)); i <= last; i++) {
                    steps.add("apply " + i);
                }
                applied.addAll(steps);
            } else if (replay.find()) {
                steps.add("replay from " + replay.group(1));
            } else if (part.contains("clear")) {
                steps.add("clear");
            } else if (part.contains("cool")) {
                steps.add("mark DEGRADED REPLAY_FAILED");
            } else if (part.contains("degraded")) {
                steps.add("mark DEGRADED");
            } else if (drop.find()) {
                steps.add("drop ");
            } else if (part.contains("never silently")) {
                if (health.fresh() && !done.toString().contains("replay")) {
                    return "it went on silently";
                }
            } else if (part.contains("fresh")) {
                steps.add("mark FRESH");
            } else {
                // It names no action: "restart", "hold live", "short replay".
                action = false;
            }
            known |= action;
            for (String step : steps) {
                while (at < done.size() && !done.get(at).startsWith(step)) {
                    at++;
                }
                if (at++ >= done.size()) {
                    return step + " did not come where it should";
                }
            }
        }
        if (!known) {
            return "no action that this runner knows is named in " + parts;
        }
        List<String> actual =
                done.stream().filter(step -> step.startsWith("apply ")).toList();
        int before = actual.size() - applied.size();
        return applied.isEmpty()
                        || (before >= 0 && actual.subList(before, actual.size()).equals(applied))
                ? ""
                : "applied " + actual + " and not " + applied;
    }
}
