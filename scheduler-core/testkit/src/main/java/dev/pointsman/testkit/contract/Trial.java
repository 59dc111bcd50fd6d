// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit.contract;

import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import java.util.Map;

/**
 * One way to ask a plugin something. The answer is numbers by name, whatever the plugin: scores or costs by endpoint, 1 for
 * kept and 0 for removed, ranks of the picked; so that all answers are compared in one way.
 */
interface Trial {
    /**
     * Asks once.
     *
     * @param cycle a fresh cycle
     * @param candidates its candidates, in some order
     * @param findings takes what is wrong with this answer alone
     * @param where the place, for findings
     */
    Map<String, Double> answer(TestCycle cycle, TestCandidates candidates, Findings findings, String where);

    /** Tells whether the plugin may be asked about no candidates at all. */
    default boolean takesEmptySets() {
        return true;
    }
}
