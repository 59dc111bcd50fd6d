// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

/** Knows how to run the cases of one group. */
interface CaseGroup {
    /**
     * Runs a case.
     *
     * @throws Mismatch if what it expects does not come, or it is not understood
     */
    void run(Case one);
}
