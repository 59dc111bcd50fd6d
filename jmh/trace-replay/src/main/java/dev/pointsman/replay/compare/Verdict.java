// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Which policy wins, by what and why, in numbers and in sentences. Immutable.
 *
 * @param byMean the order by mean time to first token
 * @param byP99 the order by its 99th percentile
 * @param headline one short sentence without figures: who wins, or that nobody does
 * @param lead one or two sentences: by how much, against whom
 * @param reasons sentences made of the measured numbers: where the difference comes from, and what held others back
 */
public record Verdict(Ranking byMean, Ranking byP99, String headline, String lead, List<String> reasons) {
    /** How many stretches a trace is cut into and drawn from, to tell a difference from noise. */
    public static final int STRETCHES = 30;

    public Verdict {
        requireNonNull(byMean, "byMean");
        requireNonNull(byP99, "byP99");
        requireNonNull(headline, "headline");
        requireNonNull(lead, "lead");
        reasons = List.copyOf(reasons);
    }

    /**
     * Policies in order of one statistic. A policy that refused more requests than another comes after it, whatever its
     * times: those it served are not the same traffic.
     *
     * @param order policy names, best first; at least one
     * @param tied those of the others that cannot be told apart from the first within the noise of the trace
     */
    public record Ranking(List<String> order, List<String> tied) {
        public Ranking {
            order = List.copyOf(order);
            tied = List.copyOf(tied);
            if (order.isEmpty()) {
                throw new IllegalArgumentException(
                        "ranking: needs at least one policy, but has none.\nMaybe no policy was replayed.");
            }
        }

        /** The policy that comes first, alone or not. */
        public String first() {
            return order.get(0);
        }

        /** Whether the first one stands alone. */
        public boolean clear() {
            return tied.isEmpty();
        }

        /** Whether a policy is the first, or cannot be told apart from it. */
        public boolean leads(String policy) {
            return policy.equals(first()) || tied.contains(policy);
        }
    }
}
