// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.tier;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.function.LongPredicate;

/**
 * Chooses between loading, pulling and recomputing KV, and whether to store it, by time. Immutable and thread-safe; O(sources).
 *
 * <p>A prefix of {@code m} tokens is fetched if {@code wait + latency + bytes(m) / bandwidth + prefill(rest after m)} is less than
 * {@code prefill(all after what is here)}; of several, the one that is soonest; on a tie, recomputing, then the first. Only what
 * is missing moves: tokens that the replica has already are not fetched again.
 *
 * <p>It is worth storing if {@code p(reuse within the horizon) * saved seconds > seconds to write}, both as far as they keep something
 * busy.
 */
public final class TierPolicy {
    private final PrefillTime prefill;
    private final double bytesPerToken;

    /**
     * Makes a policy for one replica.
     *
     * @param prefill how fast it reads prompts
     * @param bytesPerToken of KV; above 0
     */
    public TierPolicy(PrefillTime prefill, double bytesPerToken) {
        this.prefill = requireNonNull(prefill, "prefill");
        Amounts.positive("bytesPerToken", bytesPerToken);
        this.bytesPerToken = bytesPerToken;
    }

    /**
     * Chooses how to come by the KV of a prompt.
     *
     * @param promptTokens all of it
     * @param cachedTokens of these, what is in the replica's own memory
     * @param sources where longer prefixes lie
     */
    public TierChoice choose(long promptTokens, long cachedTokens, List<CachedPrefix> sources) {
        Amounts.notNegative("promptTokens", promptTokens);
        Amounts.notNegative("cachedTokens", cachedTokens);
        long here = Math.min(cachedTokens, promptTokens);
        double recompute = prefill.seconds(promptTokens - here, here);
        TierChoice best = new TierChoice(TierChoice.How.RECOMPUTE, null, recompute, recompute);
        for (CachedPrefix source : sources) {
            double seconds = secondsFrom(source, promptTokens, here);
            if (seconds < best.seconds()) {
                TierChoice.How how = source.peer() ? TierChoice.How.PULL : TierChoice.How.LOAD;
                best = new TierChoice(how, source, seconds, recompute);
            }
        }
        return best;
    }

    /** Returns how long it takes from a source, what remains to be read included; infinite if it has nothing more. */
    public double secondsFrom(CachedPrefix source, long promptTokens, long cachedTokens) {
        long there = Math.min(source.tokens(), promptTokens);
        if (there <= cachedTokens) {
            return Double.POSITIVE_INFINITY;
        }
        double bytes = (there - cachedTokens) * bytesPerToken;
        return source.link().readSeconds(bytes, source.queuedBytes()) + prefill.seconds(promptTokens - there, there);
    }

    /**
     * Returns what would have to change for the choice between a source and recomputing to flip: the bandwidth at which both take the
     * same time. Above it fetching is faster, below it recomputing.
     *
     * @param source where a prefix lies
     * @param promptTokens all of the prompt
     * @param cachedTokens of these, what is in the replica's own memory
     * @return bytes per second; infinite if fetching is not faster however fast the link is
     */
    public double breakEvenBytesPerSecond(CachedPrefix source, long promptTokens, long cachedTokens) {
        Amounts.notNegative("promptTokens", promptTokens);
        Amounts.notNegative("cachedTokens", cachedTokens);
        long here = Math.min(cachedTokens, promptTokens);
        long there = Math.min(source.tokens(), promptTokens);
        double left = prefill.seconds(promptTokens - here, here)
                - prefill.seconds(promptTokens - there, there)
                - source.link().latencySeconds();
        return there <= here || !(left > 0)
                ? Double.POSITIVE_INFINITY
                : (source.queuedBytes() + (there - here) * bytesPerToken) / left;
    }

    /**
     * Judges whether to store a prefix in a tier.
     *
     * @param tokens how long it is
     * @param tier where to
     * @param queuedBytes what waits to be written before it
     * @param reuse the chance that it is asked for again while it would be there, in [0, 1]
     */
    public Storing store(long tokens, TierLink tier, double queuedBytes, double reuse) {
        Amounts.notNegative("tokens", tokens);
        if (!(reuse >= 0 && reuse <= 1)) {
            throw new IllegalArgumentException("reuse: must be between 0 and 1, but was " + reuse
                    + ".\nMaybe it is an expected number of uses; cut it at 1.");
        }
        double bytes = tokens * bytesPerToken;
        double saved = Math.max(0, prefill.seconds(tokens, 0) - tier.readSeconds(bytes, 0));
        return new Storing(reuse * saved, tier.writeSeconds(bytes, queuedBytes), bytes);
    }

    /**
     * Whether storing pays.
     *
     * @param savedSeconds what it is expected to save
     * @param writeSeconds what it costs
     * @param bytes what it takes
     */
    public record Storing(double savedSeconds, double writeSeconds, double bytes) {
        /** Tells whether the saving exceeds the cost. */
        public boolean pays() {
            return savedSeconds > writeSeconds;
        }

        /** Returns the expected saving per byte, by which to evict: the least first. */
        public double savedSecondsPerByte() {
            return bytes == 0 ? 0 : savedSeconds / bytes;
        }
    }

    /**
     * Returns from how many tokens on a prefix is fetched, if nothing else is to be read and nothing waits.
     *
     * @param link where it lies
     * @param mostTokens up to which to look
     * @return the least number of tokens from which fetching is faster, found by halving, so exactly if times cross once; -1 if it is not at {@code mostTokens}
     */
    public long crossoverTokens(TierLink link, long mostTokens) {
        return crossover(tokens -> fetchIsFaster(link, tokens), mostTokens);
    }

    private boolean fetchIsFaster(TierLink link, long tokens) {
        return link.readSeconds(tokens * bytesPerToken, 0) < prefill.seconds(tokens, 0);
    }

    /**
     * Tells whether a lower tier helps at all: whether what is asked for again and again does not fit above it, and some of that would
     * fit in it.
     *
     * @param workingSetTokens what is asked for again
     * @param upperTokens what fits in the tiers above
     * @param lowerTokens what fits in this one
     */
    public static boolean tierHelps(long workingSetTokens, long upperTokens, long lowerTokens) {
        return workingSetTokens > upperTokens && lowerTokens > 0;
    }

    /** Finds where a predicate that holds at the end begins to, by doubling back from the end and halving. */
    static long crossover(LongPredicate faster, long mostTokens) {
        if (mostTokens < 1 || !faster.test(mostTokens)) {
            return -1;
        }
        long high = mostTokens;
        long low = mostTokens / 2;
        while (low > 0 && faster.test(low)) {
            high = low;
            low /= 2;
        }
        while (high - low > 1) {
            long middle = low + (high - low) / 2;
            if (faster.test(middle)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }
}
