// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

/** Watches a long search, and may stop it. Called on the thread that solves. */
@FunctionalInterface
public interface SizingProgress {
    /** Lets every search run to its end. */
    SizingProgress TO_THE_END = (nodes, lowerBound, best) -> true;

    /** Stops after about so many linear programs, with the best plan so far. The work is bounded, not the time, so the answer repeats. */
    static SizingProgress atMost(long most) {
        return (nodes, lowerBound, best) -> nodes < most;
    }

    /** Stops once a plan is so close to the bound that no other can be cheaper by more than a share of it, such as 0.001. */
    static SizingProgress within(double share) {
        return (nodes, lowerBound, best) -> best == Double.POSITIVE_INFINITY || best - lowerBound > share * best;
    }

    /** Stops when this or another says so. */
    default SizingProgress or(SizingProgress other) {
        return (nodes, lowerBound, best) -> proceed(nodes, lowerBound, best) && other.proceed(nodes, lowerBound, best);
    }

    /**
     * Some more linear programs were solved.
     *
     * @param nodes how many so far
     * @param lowerBound below which no plan can be, in dollars per hour
     * @param best the cheapest plan so far, in dollars per hour; infinite if there is none yet
     * @return whether to go on; if not, the best so far is the answer, with its gap
     */
    boolean proceed(long nodes, double lowerBound, double best);
}
