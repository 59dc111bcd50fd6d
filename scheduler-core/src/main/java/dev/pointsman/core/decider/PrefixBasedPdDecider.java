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
 * Separates the prefill of prompts of which the decode endpoint has too little cached (llm-d's {@code
 * prefix-based-pd-decider}). With a prompt of n tokens, c of them cached where the request is decoded,
 *
 * <pre>{@code
 * separate = nonCachedTokens > 0 and n >= promptTokens and n >= nonCachedTokens and n - c >= nonCachedTokens
 * }</pre>
 *
 * <p>By default {@code nonCachedTokens} is 0, which separates nothing. Cached blocks are counted in full in whatever memory
 * they lie. Without a decode endpoint, or if nothing is known of what it has cached, the prefill stays with the decode.
 *
 * <p>llm-d asks {@value PrefixMatch#DEFAULT_PRODUCER} and no other; here {@link #readingFrom} names one, such as a precise
 * index. A loaded configuration cannot, as in llm-d.
 *
 * <p>Immutable and thread-safe. Constant time; allocates nothing but the words of an explanation.
 */
public final class PrefixBasedPdDecider implements Decider {
    private final long nonCachedTokens;
    private final long promptTokens;
    private final CachedTokens cached;

    /**
     * Separates by the part that is not cached.
     *
     * @param nonCachedTokens tokens that are not cached from which on the prefill is separated, at least 0; 0 for never
     */
    public PrefixBasedPdDecider(long nonCachedTokens) {
        this(nonCachedTokens, 0);
    }

    /**
     * Separates by the part that is not cached, and not the prefill of short prompts.
     *
     * @param nonCachedTokens tokens that are not cached from which on the prefill is separated, at least 0; 0 for never
     * @param promptTokens the length of the shortest prompt whose prefill is separated, at least 0
     * @throws IllegalArgumentException if one of them is negative
     */
    public PrefixBasedPdDecider(long nonCachedTokens, long promptTokens) {
        this(nonCachedTokens, promptTokens, CachedTokens.by(PrefixMatch.DEFAULT_PRODUCER));
    }

    private PrefixBasedPdDecider(long nonCachedTokens, long promptTokens, CachedTokens cached) {
        Limits.atLeastZero("nonCachedTokens", nonCachedTokens);
        Limits.atLeastZero("promptTokens", promptTokens);
        this.nonCachedTokens = nonCachedTokens;
        this.promptTokens = promptTokens;
        this.cached = cached;
    }

    /**
     * Returns the same decider that reads another producer's matches.
     *
     * @param producer the prefix producer's name
     */
    public PrefixBasedPdDecider readingFrom(String producer) {
        return new PrefixBasedPdDecider(
                nonCachedTokens, promptTokens, CachedTokens.by(requireNonNull(producer, "producer")));
    }

    @Override
    public Set<DataKey> consumes() {
        return nonCachedTokens == 0 ? Set.of() : cached.keys();
    }

    @Override
    public boolean separate(ProductionCycle cycle, @Nullable Target decode) {
        if (nonCachedTokens == 0 || decode == null) {
            return false;
        }
        long prompt = cycle.request().prompt().tokenCount();
        if (prompt < promptTokens || prompt < nonCachedTokens) {
            return false;
        }
        long known = cached.on(cycle, decode);
        boolean separate = known != CachedTokens.UNKNOWN && prompt - known >= nonCachedTokens;
        Reasons.note(cycle, decode, prompt, known, separate);
        return separate;
    }

    @Override
    public String toString() {
        return "PrefixBasedPdDecider[" + nonCachedTokens + ", " + promptTokens + ", " + cached.producer() + "]";
    }
}
