// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import dev.pointsman.core.sizing.SizingProgress;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
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
 *       half of what the replicas that read hold, since shared prefixes lie in several of them, and no router pins all.
 * </ul>
 *
 * <p>Of each, the cheapest fleet is found that is enough for the traffic with the hits of no more cache than it has. More replicas
 * than the traffic needs may be cheaper for what they hold, so it is not enough to plan for the hits of one size after another: the
 * fleet is asked to hold something as well. Branch and bound over the cache: a range's bound is the cheapest fleet that has the least of
 * it and is planned for the hits of the most. If that fleet has the most, the range is done; if not, the range is divided at what it
 * has, so that neither part has the same answer. Exact if a larger cache finds no less (LRU is such), unless {@link #MOST_PLANS} end it.
 */
final class CacheFit {
    /** What a few replicas find of each other's prompts if nobody sends them there on purpose; a replay says about as much. */
    static final long SPREAD_TOKENS = 1_000_000;

    /** After so many plans no more is found than the least of a range allows; most searches take under twenty. */
    static final int MOST_PLANS = 64;

    /** In how many places a token lies if requests go where their prefix is. */
    private static final int PINNED_COPIES = 2;

    private final LongFunction<List<RequestClass>> traffic;
    private final PlanTerms terms;
    private final SizingProgress progress;
    private final int mostPlans;

    /**
     * Works with a trace.
     *
     * @param traffic its classes, by the tokens of the cache with which hits are counted
     */
    CacheFit(LongFunction<List<RequestClass>> traffic, PlanTerms terms, SizingProgress progress) {
        this(traffic, terms, progress, MOST_PLANS);
    }

    CacheFit(LongFunction<List<RequestClass>> traffic, PlanTerms terms, SizingProgress progress, int mostPlans) {
        this.traffic = traffic;
        this.terms = terms;
        this.progress = progress;
        this.mostPlans = mostPlans;
    }

    /** Returns the cheaper of the two plans; the one of requests that are spread if neither exists. */
    FleetDraft cheapest() {
        FleetDraft spread = new Search(false, Double.POSITIVE_INFINITY).upTo(SPREAD_TOKENS);
        FleetDraft pinned =
                new Search(true, spread == null ? Double.POSITIVE_INFINITY : spread.dollars()).upTo(Long.MAX_VALUE);
        if (pinned != null) {
            return pinned;
        }
        return spread == null ? none() : spread;
    }

    /** Returns why there is no plan: none with the most hits, or fleets that do with those have not their cache, and none without. */
    private FleetDraft none() {
        FleetDraft most = draft(0, SPREAD_TOKENS, false, Double.POSITIVE_INFINITY);
        return most.dollars() < Double.POSITIVE_INFINITY ? draft(0, 0, false, Double.POSITIVE_INFINITY) : most;
    }

    private FleetDraft draft(long least, long most, boolean pinned, double below) {
        return FleetDraft.of(
                traffic.apply(most),
                terms,
                new CacheUse(most, pinned),
                pinned ? PINNED_COPIES * least : least,
                (nodes, bound, best) -> bound < below && progress.proceed(nodes, bound, best));
    }

    /**
     * Caches of some size at least and at most.
     *
     * @param cheapest the cheapest fleet that has the least, with the hits of the most
     * @param has the cache that it has, less than the most
     */
    private record Range(long least, long most, FleetDraft cheapest, long has) {}

    private final class Search {
        private final boolean pinned;
        private final PriorityQueue<Range> open =
                new PriorityQueue<>(Comparator.comparingDouble(range -> range.cheapest.dollars()));
        private @Nullable FleetDraft best;
        /** What the next plan has to cost less than. */
        private double below;

        private int plans;

        Search(boolean pinned, double below) {
            this.pinned = pinned;
            this.below = below;
        }

        /** Returns the cheapest plan with the hits of so much cache at most; null if there is none below what it has to be. */
        @Nullable
        FleetDraft upTo(long mostTokens) {
            look(0, mostTokens);
            while (!open.isEmpty() && open.element().cheapest.dollars() < below) {
                Range range = open.remove();
                long middle = range.most == Long.MAX_VALUE ? 2 * range.has : range.has;
                look(range.least, middle);
                look(middle + 1, plans < mostPlans ? range.most : middle + 1);
            }
            return best;
        }

        private void look(long least, long most) {
            plans++;
            FleetDraft draft = draft(least, most, pinned, below);
            if (draft.dollars() >= below) {
                return;
            }
            long has = pinned ? draft.readerTokens() / PINNED_COPIES : draft.readerTokens();
            if (has < most) {
                open.add(new Range(least, most, draft, has));
            } else {
                best = draft;
                below = draft.dollars();
            }
        }
    }
}
