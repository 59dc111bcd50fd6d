// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decider;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Target;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Separates the prefill of prompts of which more than a threshold is not cached where they are decoded (the {@code
 * prefix-threshold} decider of BLIS, inference-sim). With a prompt of n tokens, c of them cached on the decode endpoint,
 *
 * <pre>{@code
 * separate = n > 0 and n - c > threshold
 * }</pre>
 *
 * <p>llm-d's rule ({@link PrefixBasedPdDecider}) separates at equality as well, and a threshold of 0 means never there; here it
 * means whenever a token is missing. Without a decode endpoint, or if nothing is known of what it has cached, the prefill stays
 * with the decode.
 *
 * <p>Immutable and thread-safe. Constant time; allocates nothing but the words of an explanation.
 */
public final class BlisPrefixThresholdDecider implements Decider {
    /** The threshold of BLIS, in tokens. */
    public static final long DEFAULT_THRESHOLD = 16;

    private final long threshold;
    private final CachedTokens cached;

    /** Separates from 17 tokens that are not cached. */
    public BlisPrefixThresholdDecider() {
        this(DEFAULT_THRESHOLD);
    }

    /**
     * Separates by the part that is not cached.
     *
     * @param threshold tokens that are not cached beyond which the prefill is separated, at least 0
     * @throws IllegalArgumentException if it is negative
     */
    public BlisPrefixThresholdDecider(long threshold) {
        this(threshold, CachedTokens.by(PrefixMatch.DEFAULT_PRODUCER));
    }

    private BlisPrefixThresholdDecider(long threshold, CachedTokens cached) {
        Limits.atLeastZero("threshold", threshold);
        this.threshold = threshold;
        this.cached = cached;
    }

    /**
     * Returns the same decider that reads another producer's matches.
     *
     * @param producer the prefix producer's name
     */
    public BlisPrefixThresholdDecider readingFrom(String producer) {
        return new BlisPrefixThresholdDecider(threshold, CachedTokens.by(requireNonNull(producer, "producer")));
    }

    @Override
    public Set<DataKey> consumes() {
        return cached.keys();
    }

    @Override
    public boolean separate(ProductionCycle cycle, @Nullable Target decode) {
        long prompt = cycle.request().prompt().tokenCount();
        if (prompt == 0 || decode == null) {
            return false;
        }
        long known = cached.on(cycle, decode);
        boolean separate = known != CachedTokens.UNKNOWN && prompt - known > threshold;
        Reasons.note(cycle, decode, prompt, known, separate);
        return separate;
    }

    @Override
    public String toString() {
        return "BlisPrefixThresholdDecider[" + threshold + ", " + cached.producer() + "]";
    }
}
