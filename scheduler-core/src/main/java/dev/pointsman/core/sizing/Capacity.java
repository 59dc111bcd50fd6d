// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * How much of a class of traffic one replica can take and still meet its target. Immutable and thread-safe.
 *
 * <p>Replicas that share a queue can take more each: when one is busy, another may be free. {@code shared} says how much; a plan
 * counts on it for as many replicas of a role as it has. Without it, each replica has a queue of its own.
 *
 * @param requestsPerSecond if it does nothing else and shares its queue with nobody; 0 if the target cannot be met at all, however
 *     many replicas there are
 * @param limit what does not allow more, in words, such as {@code TTFT: rho* 0.83 of one prefill in 0.4 s}
 * @param shared of each if two share a queue, three, and so on, none less than those before; more share it as the last do
 */
public record Capacity(double requestsPerSecond, String limit, List<Capacity> shared) {
    /** Checks the rates. */
    public Capacity {
        requireNonNull(limit, "limit");
        shared = List.copyOf(shared);
        FleetProblem.notNegative("requestsPerSecond", requestsPerSecond);
        double last = requestsPerSecond;
        for (Capacity more : shared) {
            if (more.requestsPerSecond < last) {
                throw new IllegalArgumentException("shared: must not fall as more share a queue, but was "
                        + more.requestsPerSecond + " after " + last
                        + ".\nMaybe these are rates of all replicas together; divide them.");
            }
            last = more.requestsPerSecond;
        }
    }

    /** Makes the capacity of a replica to which others make no difference. */
    public Capacity(double requestsPerSecond, String limit) {
        this(requestsPerSecond, limit, List.of());
    }

    /** Returns a capacity that was given, not worked out. */
    public static Capacity stated(double requestsPerSecond) {
        return new Capacity(requestsPerSecond, "stated");
    }

    /** Returns the capacity of each of so many replicas that share a queue; at least 1. */
    public Capacity among(int replicas) {
        if (shared.isEmpty()) {
            return this;
        }
        return replicas <= 1
                ? new Capacity(requestsPerSecond, limit)
                : shared.get(Math.min(replicas - 2, shared.size() - 1));
    }

    /** Tells whether the class can be served here at all. */
    public boolean feasible() {
        return requestsPerSecond > 0;
    }
}
