// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit.contract;

/** The rules that the kit checks, each with what to try when it is broken. */
enum Rule {
    THROWS("Maybe treat data as missing where it is; candidate sets may be empty, and any signal may be unknown."),
    DECLARATIONS_CHANGE("Maybe keep the keys in a constant; they are asked for once, when the scheduler is built."),
    READS_UNDECLARED("Maybe add the key to consumes(), or to consumesIfPresent() if it can do without."),
    NOT_REPEATABLE(
            "Maybe it draws its own random numbers, or remembers earlier calls; chance comes from cycle.draw()."),
    DEPENDS_ON_ORDER("Maybe it tells candidates apart by position; use the slot or the endpoint's id."),
    NOT_THREAD_SAFE("Maybe a field is changed during the call; keep such state in local variables."),

    WRITES_BEYOND("Maybe loop to candidates.size(); the array may be longer."),
    SCORE_RANGE("Maybe divide by the greatest value and cut the result to [0, 1]."),
    COST_RANGE("Maybe leave NaN where a cost is not known; a cost is finite and at least 0."),
    FILTERS_TWICE("Maybe it counts candidates that it has removed itself."),

    PICK_COUNT("Maybe fill no more than min(picks.length, candidates.size()) and return how many were filled."),
    PICK_POSITION("Maybe slots were written; picks are candidate positions."),
    PICK_REPEATS("Maybe mark what was picked before picking the next."),
    TOTALS_CHANGED("Maybe sort a copy; the totals belong to the engine, which shows them later."),
    TIES_IGNORE_DRAW("Maybe compare draw.unit(candidates.slot(position)) between candidates of equal totals."),
    NOT_DETERMINISTIC("Maybe deterministic() should return false."),
    COSTS_REVERSED(
            "Maybe acceptsCosts() should return false; costs come negated, so the greatest total is the cheapest."),

    TYPE_NAME("Maybe use lower-case words joined by dashes, such as zone-scorer."),
    DESCRIPTION("Maybe say in one sentence what it does, with the unit."),
    SPECIFICATION("Maybe the specification was copied from another parameter."),
    CREATES_NOTHING("Maybe give every optional parameter a default that works."),
    IGNORES_PARAMETER("Maybe it is read under another name than described, or not at all."),
    IGNORES_BOUNDS("Maybe read it with the bounds that its ParameterSpec states."),
    REFUSES_WITHOUT_PATH("Maybe throw parameters.error(name, expected, hint), which names the path.");

    private final String hint;

    Rule(String hint) {
        this.hint = hint;
    }

    String hint() {
        return hint;
    }
}
