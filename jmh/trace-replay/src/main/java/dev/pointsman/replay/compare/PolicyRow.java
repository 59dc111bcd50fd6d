// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.run.ReplayTimeline;
import dev.pointsman.replay.stats.Balance;
import java.util.List;

/**
 * One policy in a comparison: what its run came to, in the terms that the table and the page speak. Immutable.
 *
 * @param policy the policy's name, as the user wrote it: not trusted, escape it where it is shown
 * @param role whether the policy competes or marks the floor
 * @param rejected requests that the policy refused; they are in no other number
 * @param promptTokens prompt tokens of the requests served
 * @param cachedTokens those of them that were found in an endpoint's cache
 * @param ttft times to first token, of the requests served
 * @param meanWaitMicros the part of the mean time to first token that was spent in an endpoint's queue
 * @param endpoints what each endpoint was given, in endpoint order
 * @param backlog how many requests waited as time went by
 */
public record PolicyRow(
        String policy,
        Role role,
        long rejected,
        long promptTokens,
        long cachedTokens,
        TtftDistribution ttft,
        double meanWaitMicros,
        List<EndpointLoad> endpoints,
        Backlog backlog) {
    private static final double OUT_OF_BALANCE = 2;

    /** What a policy is there for. */
    public enum Role {
        /** A policy that somebody might want to use. */
        CONTENDER,
        /** A policy that looks at nothing, such as round robin or random: what any other one has to beat. */
        FLOOR
    }

    /**
     * What one endpoint was given over the whole run.
     *
     * @param requests requests placed on it
     * @param uncachedTokens prompt tokens that it had to compute
     */
    public record EndpointLoad(long requests, long uncachedTokens) {}

    public PolicyRow {
        requireNonNull(policy, "policy");
        requireNonNull(role, "role");
        requireNonNull(ttft, "ttft");
        requireNonNull(backlog, "backlog");
        endpoints = List.copyOf(endpoints);
    }

    /** Prompt tokens found in cache over all prompt tokens, in [0, 1]: the token-weighted hit ratio. */
    public double hitRatio() {
        return promptTokens == 0 ? 0 : (double) cachedTokens / promptTokens;
    }

    /** Prompt tokens that had to be computed. */
    public long uncachedTokens() {
        return promptTokens - cachedTokens;
    }

    /** The share of the mean time to first token that was spent in an endpoint's queue, in [0, 1]. */
    public double waitingShare() {
        return ttft.meanMicros() == 0 ? 0 : meanWaitMicros / ttft.meanMicros();
    }

    /** The part of the mean time to first token in which the endpoint worked on the request itself. */
    public double meanServiceMicros() {
        return ttft.meanMicros() - meanWaitMicros;
    }

    /**
     * Uncached tokens of the endpoint that had most of them, over the mean of all endpoints: 1 if the work was spread
     * evenly, the number of endpoints if one had it all, 0 if there was none.
     */
    public double busiestOverMean() {
        return Balance.maxOverMean(
                endpoints.stream().map(EndpointLoad::uncachedTokens).toList());
    }

    /** Whether the fleet is called out of balance: one endpoint had at least twice the mean. */
    public boolean outOfBalance() {
        return busiestOverMean() >= OUT_OF_BALANCE;
    }

    static double meanWaitMicros(ReplayTimeline timeline) {
        double sum = 0;
        for (int i = 0; i < timeline.size(); i++) {
            sum += timeline.waitMicros(i);
        }
        return sum / timeline.size();
    }
}
