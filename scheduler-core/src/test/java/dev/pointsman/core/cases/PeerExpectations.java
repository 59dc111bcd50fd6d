// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What cases of peers expect, in the spellings that they use: who wins, and which numbers come out. */
final class PeerExpectations {
    private static final double TIE = 1e-9;

    private final Case expect;
    private final Tolerance tolerance;
    private final List<String> names;

    PeerExpectations(Case one, List<String> names) {
        this.expect = one.object("expect");
        this.tolerance = Tolerance.of(one);
        this.names = names;
    }

    boolean expectsWinner() {
        return expect.hasAny("winner", "result", "winnerAnyOf");
    }

    /** Requires that the winner is one of those that may be chosen; ties may fall to any of them. */
    void winner(Set<String> chosen) {
        if (expect.has("winnerAnyOf")) {
            Set<String> allowed =
                    expect.list("winnerAnyOf").stream().map(this::name).collect(Collectors.toSet());
            if (!allowed.containsAll(chosen)) {
                throw new Mismatch("winner: expected any of " + allowed + ", actual " + chosen);
            }
            expect.raw("winner");
            return;
        }
        Object expected = expect.raw(expect.either("winner", "result"));
        boolean none = expected == null
                || (expected instanceof Number number && number.intValue() < 0)
                || String.valueOf(expected).matches("none|null|error");
        if (none) {
            Mismatch.require("winners", Set.of(), Set.copyOf(chosen));
        } else if (!chosen.contains(name(expected))) {
            throw new Mismatch("winner: expected " + expected + ", actual " + chosen);
        }
    }

    /** Requires exactly the candidates that may be chosen, if they are listed, or else a winner among them. */
    void choice(Set<String> chosen) {
        String field = expect.either("candidates", "eligible");
        if (expect.has(field)) {
            Set<String> expected = expect.list(field).stream().map(this::name).collect(Collectors.toSet());
            Mismatch.require(field, expected, Set.copyOf(chosen));
        } else {
            winner(chosen);
        }
    }

    /** Returns the names with the greatest total, ties included. */
    static Set<String> greatest(Map<String, Double> totals) {
        double greatest =
                totals.values().stream().mapToDouble(total -> total).max().orElse(Double.NaN);
        return totals.keySet().stream()
                .filter(name -> totals.getOrDefault(name, Double.NaN) >= greatest - TIE)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Requires numbers, if any of the fields is there: one, a list by position or a map by name. */
    void numbers(Map<String, Double> actual, String... fields) {
        Set<String> present = new LinkedHashSet<>(List.of(fields));
        present.removeIf(field -> !expect.has(field));
        for (String field : present) {
            PeerScene.each(expect.raw(field), (key, value) -> {
                String name = actual.containsKey(key) ? key : names.get((int) Case.integer(field, Long.valueOf(key)));
                number(field + " of " + name, value, actual.getOrDefault(name, Double.NaN));
            });
        }
    }

    void number(String place, @Nullable Object expected, double actual) {
        if (expected instanceof Number number) {
            tolerance.require(place, number.doubleValue(), actual);
        } else if (!(String.valueOf(expected).matches("\\+?[Ii]nf(inity)?") && actual >= PeerScene.INFINITE)) {
            throw new Mismatch(place + ": expected " + expected + ", actual " + actual);
        }
    }

    private String name(@Nullable Object expected) {
        return expected instanceof Number number && !names.contains(String.valueOf(expected))
                ? names.get(number.intValue())
                : String.valueOf(expected);
    }
}
