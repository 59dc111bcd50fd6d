// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.cycle;

import java.util.function.IntPredicate;

/**
 * The candidates that a filter narrows. Removing does not move the others: positions stay as they are until the filter
 * returns, and a filter that fails has removed nothing.
 *
 * <p>Not thread-safe: for the thread that was given it, during the call.
 */
public interface CandidateSet extends Candidates {
    /** Takes the candidate at a position out of the running; again has no effect. */
    void remove(int position);

    /** Tells whether the candidate at a position was removed by this filter. */
    boolean removed(int position);

    /**
     * Keeps the candidates that pass a test and removes the others.
     *
     * @param test given a candidate position
     */
    default void keepIf(IntPredicate test) {
        for (int position = 0; position < size(); position++) {
            if (!test.test(position)) {
                remove(position);
            }
        }
    }
}
