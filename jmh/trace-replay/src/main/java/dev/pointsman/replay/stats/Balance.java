// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stats;

import java.util.List;

/** How evenly something is spread over the endpoints of a fleet. */
public final class Balance {
    private Balance() {}

    /**
     * Returns the largest share over the mean share: 1 if all are equal, their number if one has it all, and 0 if there is
     * nothing to share.
     *
     * @param shares each at least 0; together at most {@code Long.MAX_VALUE}
     */
    public static double maxOverMean(List<Long> shares) {
        long max = 0;
        long sum = 0;
        for (long share : shares) {
            max = Math.max(max, share);
            sum += share;
        }
        return sum == 0 ? 0 : (double) max * shares.size() / sum;
    }
}
