// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

/** Knows how to run some cases. */
interface CaseGroup {
    /** Tells whether a case is of this group, by its kind, plugin, policy, rule or shape, and never by its id. */
    boolean takes(Case one);

    /**
     * Runs a case.
     *
     * @throws Mismatch if what it expects does not come, or it is not understood
     * @throws Skipped if it cannot be run here
     */
    void run(Case one);
}
