// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import dev.pointsman.core.sizing.SizingProgress;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds with what cache a trace's hits may be counted, so that the fleet planned for them has it.
 *
 * <p>The more is found cached, the fewer replicas are needed, and the less they hold. Two ways to route make two plans, and the cheaper
 * one is taken, since a router may do either:
 * <ul>
 *   <li><b>Spread</b>: requests go where least waits, so replicas share a queue and find little. Hits are those of a cache of {@value
 *       #SPREAD_TOKENS} tokens, or of all that the replicas that read hold, if that is less.
 *   <li><b>Pinned</b>: requests go where their prefix is, so each replica has a queue of its own, and the fleet's caches count together:
 *       half of what the replicas that read hold, since shared prefixes lie in several of them, and no router pins all. The larger the
 *       cache that is counted with, the smaller the fleet, so the largest that the fleet still has is looked for by doubling until it
 *       has not, and halving the ratio of a size that it has and one that it has not, a few times. Replicas come whole, so what a fleet
 *       has goes up and down with that, and a cheaper one may be missed; never one that has less than was counted with is taken.
 * </ul>
 */
final class CacheFit {
    /** What a few replicas find of each other's prompts if nobody sends them there on purpose; a replay says about as much. */
    static final long SPREAD_TOKENS = 1_000_000;

    private static final int MOST_PLANS = 5;

    /** Sizes this close are alike. */
    private static final double ALIKE = 1.1;

    private final LongFunction<List<RequestClass>> traffic;
    private final PlanTerms terms;
    private final SizingProgress progress;

    /**
     * Works with a trace.
     *
     * @param traffic its classes, by the tokens of the cache with which hits are counted
     */
    CacheFit(LongFunction<List<RequestClass>> traffic, PlanTerms terms, SizingProgress progress) {
        this.traffic = traffic;
        this.terms = terms;
        this.progress = progress;
    }

    /** Returns the cheaper of the two plans; the one of requests that are spread if neither exists. */
    FleetDraft cheapest() {
        FleetDraft spread = spread();
        FleetDraft pinned = pinned(spread.dollars());
        return pinned == null ? spread : pinned;
    }

    private FleetDraft spread() {
        long tokens = SPREAD_TOKENS;
        FleetDraft draft = draft(tokens, false, Double.POSITIVE_INFINITY);
        for (int i = 1; i < MOST_PLANS && draft.readerTokens() < tokens; i++) {
            tokens = draft.readerTokens();
            draft = draft(tokens, false, Double.POSITIVE_INFINITY);
        }
        return draft;
    }

    /** Returns the cheapest pinned plan that was found, or null if none is cheaper than another plan. */
    private @Nullable FleetDraft pinned(double below) {
        FleetDraft everything = draft(Long.MAX_VALUE, true, below);
        if (everything.dollars() >= below) {
            return null;
        }
        FleetDraft best = null;
        long low = 0;
        long high = Long.MAX_VALUE;
        long tokens = everything.readerTokens() / 2;
        for (int i = 0; i < MOST_PLANS && (double) high > ALIKE * (double) low; i++) {
            FleetDraft draft = draft(tokens, true, below);
            long has = draft.readerTokens() / 2;
            if (draft.dollars() == Double.POSITIVE_INFINITY) {
                // Too few hits for any fleet, or for a cheaper one; what it would hold is not known.
                low = tokens;
            } else if (has >= tokens) {
                best = draft.dollars() < (best == null ? below : best.dollars()) ? draft : best;
                low = tokens;
                high = Math.min(high, has);
            } else {
                high = tokens;
                low = Math.max(low, has);
            }
            tokens = high == Long.MAX_VALUE ? 2 * low : Math.round(Math.sqrt((double) low * (double) high));
        }
        return best;
    }

    private FleetDraft draft(long tokens, boolean pinned, double below) {
        return FleetDraft.of(
                traffic.apply(tokens),
                terms,
                new CacheUse(tokens, pinned),
                (nodes, bound, best) -> bound < below && progress.proceed(nodes, bound, best));
    }
}
