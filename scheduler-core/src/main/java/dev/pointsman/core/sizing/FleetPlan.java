// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.fleet.Role;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How many replicas of each kind to run. Immutable and thread-safe.
 *
 * @param replicas those of which there is at least one, in the order of the problem's options; what each can do is what it can among
 *     the others
 * @param dollarsPerHour what they cost
 * @param transitionDollars what starting and stopping adds, in dollars per hour
 * @param lowerBound below which no plan can be, in dollars per hour, transition included; the same as the plan if {@code proven}
 * @param proven whether it is the cheapest; false if the caller stopped the search
 * @param nodes how many linear programs were solved
 * @param utilization how much of what the fleet can take the load is, in [0, 1]: it can grow to {@code 1 / utilization} times
 *     itself, mix unchanged, before a target is missed
 */
public record FleetPlan(
        List<Pool> replicas,
        double dollarsPerHour,
        double transitionDollars,
        double lowerBound,
        boolean proven,
        long nodes,
        double utilization)
        implements SizingOutcome {
    /** Copies what is given. */
    public FleetPlan {
        replicas = List.copyOf(replicas);
    }

    /** Returns what the plan minimizes: price and transition. */
    public double totalDollars() {
        return dollarsPerHour + transitionDollars;
    }

    /** Returns how many replicas of an option there are. */
    public int replicas(String option) {
        return replicas.stream()
                .filter(pool -> pool.option().id().equals(option))
                .mapToInt(Pool::count)
                .sum();
    }

    /** Returns how many replicas of a role there are, of whatever type. */
    public int replicas(Role role) {
        return replicas.stream()
                .filter(pool -> pool.option().role() == role)
                .mapToInt(Pool::count)
                .sum();
    }

    /** Tells whether prefill and decode run apart for any traffic. */
    public boolean disaggregated() {
        return replicas.stream()
                .anyMatch(pool ->
                        pool.option().role().prefills() && !pool.option().aggregated());
    }

    @Override
    public String toString() {
        String pools = replicas.stream()
                .map(pool -> pool.count() + " x " + pool.option().id())
                .collect(Collectors.joining(" + "));
        return String.format(Locale.ROOT, "%s: %.2f $/h", pools.isEmpty() ? "nothing" : pools, totalDollars());
    }

    /**
     * Replicas of one kind.
     *
     * @param option the kind
     * @param count how many; at least 1
     */
    public record Pool(ReplicaOption option, int count) {
        /** Checks the count. */
        public Pool {
            requireNonNull(option, "option");
            if (count < 1) {
                throw new IllegalArgumentException(
                        "count: must be at least 1, but was " + count + ".\nMaybe leave the pool out.");
            }
        }
    }
}
