// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

/**
 * What became of one case.
 *
 * @param about the plugin, policy or rule that the case is about
 * @param id the case
 * @param kind passed, failed or skipped
 * @param why what was expected and what came, or why it was skipped; empty if it passed
 */
public record Verdict(String about, String id, Kind kind, String why) {
    /** The kinds of verdict. */
    public enum Kind {
        PASSED,
        FAILED,
        SKIPPED
    }

    @Override
    public String toString() {
        return kind + " " + about + " " + id + (why.isEmpty() ? "" : ": " + why);
    }
}
