// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.stats.Balance;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of replaying one trace with one policy. Immutable.
 *
 * @param policy the policy's name
 * @param engine the engine that replayed it
 * @param settings what it was run on
 * @param blockTokens tokens in a full block of the trace
 * @param requests requests in the trace
 * @param rejected requests that the policy refused to place; they touched no cache and are in no other number but
 *     {@code requests}. Always 0 for fixed policies
 * @param cache what the caches did
 * @param requestsPerEndpoint requests placed on each endpoint, in endpoint order; one entry for a pooled reference
 * @param uncachedTokensPerEndpoint input tokens that each endpoint's cache lacked, in endpoint order
 * @param queue what the queues did, or null in a replay without time
 * @param timeline one sample for each placed request, or null unless it was asked for
 */
public record ReplayResult(
        String policy,
        EngineKind engine,
        ReplaySettings settings,
        int blockTokens,
        long requests,
        long rejected,
        CacheCounts cache,
        List<Long> requestsPerEndpoint,
        List<Long> uncachedTokensPerEndpoint,
        @Nullable QueueCounts queue,
        @Nullable ReplayTimeline timeline) {
    public ReplayResult {
        requireNonNull(policy, "policy");
        requireNonNull(engine, "engine");
        requireNonNull(settings, "settings");
        requireNonNull(cache, "cache");
        requestsPerEndpoint = List.copyOf(requestsPerEndpoint);
        uncachedTokensPerEndpoint = List.copyOf(uncachedTokensPerEndpoint);
    }

    /** Returns the input tokens that no cache had. */
    public long uncachedTokens() {
        return cache.totalTokens() - cache.hitTokens();
    }

    /**
     * Returns the largest share of uncached tokens over the mean share: 1 if all endpoints had equal work, the number of
     * endpoints if one had it all, and 0 if there was none.
     */
    public double maxOverMeanUncached() {
        return Balance.maxOverMean(uncachedTokensPerEndpoint);
    }

    /** Returns the largest number of requests on an endpoint over the mean number, or 0 without requests. */
    public double maxOverMeanRequests() {
        return Balance.maxOverMean(requestsPerEndpoint);
    }
}
