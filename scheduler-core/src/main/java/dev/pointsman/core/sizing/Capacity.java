// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static java.util.Objects.requireNonNull;

/**
 * How much of a class of traffic one replica can take and still meet its target. Immutable and thread-safe.
 *
 * @param requestsPerSecond if it does nothing else; 0 if the target cannot be met at all, however many replicas there are
 * @param limit what does not allow more, in words, such as {@code TTFT: rho* 0.83 of one prefill in 0.4 s}
 */
public record Capacity(double requestsPerSecond, String limit) {
    /** Checks the rate. */
    public Capacity {
        requireNonNull(limit, "limit");
        FleetProblem.notNegative("requestsPerSecond", requestsPerSecond);
    }

    /** Returns a capacity that was given, not worked out. */
    public static Capacity stated(double requestsPerSecond) {
        return new Capacity(requestsPerSecond, "stated");
    }

    /** Tells whether the class can be served here at all. */
    public boolean feasible() {
        return requestsPerSecond > 0;
    }
}
