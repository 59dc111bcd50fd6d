// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import dev.pointsman.accel.cost.Deployment;
import org.jspecify.annotations.Nullable;

/**
 * Answers, for the request at hand, what {@link PredictedLatency}'s columns leave open: what reading would take at an endpoint if
 * more or less of the prompt were cached there. For plugins that compare ways to the same KV cache.
 *
 * <p>Valid during the cycle that it was written in, for its one thread. Every answer takes constant time and allocates nothing.
 */
public interface PredictedTimes {
    /** Returns what the endpoint in a slot is, or null if that is not known. */
    @Nullable
    Deployment deployment(int slot);

    /**
     * Returns how long an idle engine takes to read tokens of a prompt.
     *
     * @param slot the endpoint's
     * @param newTokens how many are read, at least 0
     * @param cachedTokens how many are cached before them, at least 0
     * @return nanoseconds, or NaN if nothing is known of the endpoint
     */
    double readNanos(int slot, long newTokens, long cachedTokens);

    /**
     * Returns how much later the next token of each running request comes because these tokens are read meanwhile.
     *
     * @param slot the endpoint's
     * @param newTokens how many are read, at least 0
     * @param cachedTokens how many are cached before them, at least 0
     * @return nanoseconds, or NaN if nothing is known of the endpoint
     */
    double interferenceNanos(int slot, long newTokens, long cachedTokens);

    /**
     * Returns how much of the predicted time to first token is moving KV to the endpoint, for plugins that predict that themselves.
     *
     * @param slot the endpoint's
     * @return nanoseconds; 0 if nobody predicts it
     */
    default double transferNanos(int slot) {
        return 0;
    }

    /**
     * Returns the bytes of the KV cache of a sequence. Where {@link #deployment} is known its model says, so that only what is
     * answered for other endpoints is up to an implementation.
     *
     * @param slot of the endpoint that holds it
     * @param tokens its length, at least 0
     * @return bytes, or NaN if nothing is known of the endpoint
     */
    default double kvBytes(int slot, long tokens) {
        Deployment deployment = deployment(slot);
        return deployment == null
                ? Double.NaN
                : deployment.model().architecture().cacheBytes(tokens, deployment.kvCache());
    }
}
