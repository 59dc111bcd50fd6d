// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import static java.util.Objects.requireNonNull;

import dev.pointsman.core.sizing.Infeasible;
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
 * has, so that neither part has the same answer, and later halfway from there to the most, since what one replica more has is a small
 * step where there are many. Exact if a larger cache finds no less (LRU is such), unless {@link #MOST_PLANS} end it, which the plan says.
 */
final class CacheFit {
    /** What a few replicas find of each other's prompts if nobody sends them there on purpose; a replay says about as much. */
    static final long SPREAD_TOKENS = 1_000_000;

    /** After so many plans no more is found than the least of a range allows; small fleets take under twenty, large ones some fifty. */
    static final int MOST_PLANS = 96;

    /** After so many plans ranges are halved. */
    private static final int PLANS_BY_REPLICA = 12;

    /** Tokens of which one more is asked for, because sums are equal to the solver if they differ by one in a billion. */
    private static final long FEW = 300_000_000;

    /** In how many places a token lies if requests go where their prefix is. */
    private static final int PINNED_COPIES = 2;

    private final LongFunction<List<RequestClass>> traffic;
    private final PlanTerms terms;
    private final SizingProgress progress;
    private final int mostPlans;
    /** The least price that a fleet may have that was not looked for any more. */
    private double notSought = Double.POSITIVE_INFINITY;

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
        FleetDraft found = pinned != null ? pinned : spread;
        return found == null ? none() : found.unlessBelow(notSought);
    }

    /**
     * Returns why there is no plan: none with the most hits, or fleets that do with those have not their cache, and none without. If no
     * option meets the target where requests are spread, but some fleet would where they are pinned, it is what that one lacks.
     */
    private FleetDraft none() {
        FleetDraft most = draft(0, SPREAD_TOKENS, false, Double.POSITIVE_INFINITY);
        if (most.dollars() < Double.POSITIVE_INFINITY) {
            return draft(0, 0, false, Double.POSITIVE_INFINITY);
        }
        FleetDraft pinned = draft(0, Long.MAX_VALUE, true, Double.POSITIVE_INFINITY);
        for (int i = 0; i < mostPlans && pinned.dollars() < Double.POSITIVE_INFINITY; i++) {
            pinned = draft(has(pinned, true) + 1, Long.MAX_VALUE, true, Double.POSITIVE_INFINITY);
        }
        return pinned.outcome() instanceof Infeasible why && why.cause() == Infeasible.Cause.RESOURCES ? pinned : most;
    }

    /** Returns the cache that a plan's fleet has. */
    private static long has(FleetDraft draft, boolean pinned) {
        return pinned ? draft.readerTokens() / PINNED_COPIES : draft.readerTokens();
    }

    /** Returns what a fleet has to hold to have a cache. */
    private static long held(long cache, boolean pinned) {
        return pinned ? PINNED_COPIES * cache : cache;
    }

    private FleetDraft draft(long least, long most, boolean pinned, double below) {
        return FleetDraft.of(
                traffic.apply(most),
                terms,
                new CacheUse(most, pinned),
                held(least, pinned) + held(least, pinned) / FEW,
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
                long middle = middle(range);
                look(range.least, middle);
                if (plans >= mostPlans) {
                    notSought = Math.min(notSought, range.cheapest.dollars());
                }
                look(middle + 1, plans < mostPlans ? range.most : middle + 1);
            }
            // Whatever else is asked of this traffic, with these hits, has to have their cache as well.
            return best == null
                    ? null
                    : best.holding(held(requireNonNull(best.cache()).tokens(), pinned));
        }

        private long middle(Range range) {
            if (range.most == Long.MAX_VALUE) {
                return 2 * range.has;
            }
            return plans < PLANS_BY_REPLICA ? range.has : range.has + (range.most - range.has) / 2;
        }

        private void look(long least, long most) {
            plans++;
            FleetDraft draft = draft(least, most, pinned, below);
            if (draft.dollars() >= below) {
                return;
            }
            long has = has(draft, pinned);
            if (has < most) {
                open.add(new Range(least, most, draft, has));
            } else {
                best = draft;
                below = draft.dollars();
            }
        }
    }
}
