// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.plugin.Filter;
import java.util.Set;

/**
 * Breaks affinity when the load is uneven: then it keeps the candidates with room only, and otherwise all of them, so that
 * affinity decides. Load is what this scheduler has in flight. Put it before filters and scorers that keep requests together. There
 * are three rules:
 *
 * <ul>
 *   <li>{@link #spread}: uneven if {@code max - min > spread}; the least loaded are kept (the gate before AIBrix's {@code
 *       prefix-cache}).
 *   <li>{@link #outlier}: one is an outlier if it has more than {@code factor * (mean of the others + 1)} and at least {@code spread}
 *       more than the least loaded; of two candidates the spread alone decides. Outliers are dropped (AIBrix's central gate).
 *   <li>{@link #ratio}: uneven if {@code max - min > spread} and {@code max > ratio * min}; the least loaded are kept. Beside it one
 *       is hot whose used share of the KV cache is above a ceiling, or more than a KV spread above the least; hot ones are dropped,
 *       and if all are, those are kept that use least (SMG's {@code cache_aware}). A fleet that is equally hot keeps its affinity.
 * </ul>
 *
 * <p>A candidate whose load or KV usage is not known has no part in that test, and is kept: nobody knows. One is always left.
 *
 * <p><b>Departures.</b> SMG goes to the one least loaded worker whichever test speaks, and if loads are equal to the first of the
 * list; here a hot cache is told from a long queue, and equals stay equal. AIBrix counts an unknown load as 0, so that a new endpoint
 * soaks up everything.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class LoadGateFilter implements Filter {
    static final long DEFAULT_SPREAD = 8;
    static final double DEFAULT_FACTOR = 2;
    static final long DEFAULT_RATIO_SPREAD = 64;
    static final double DEFAULT_RATIO = 1.5;

    private final Rule rule;
    private final long spread;
    private final double factor;
    private final double kvSpread;
    private final double kvCeiling;
    private final LongColumnKey load;

    private LoadGateFilter(
            Rule rule, long spread, double factor, double kvSpread, double kvCeiling, LongColumnKey load) {
        if (spread < 0) {
            throw new IllegalArgumentException("spread: must be at least 0, but was " + spread
                    + ".\nMaybe leave it out; " + DEFAULT_SPREAD + " requests is AIBrix's default.");
        }
        if (!(factor >= 1 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("factor: must be a finite number >= 1, but was " + factor
                    + ".\nMaybe it is meant as a share above 1, such as 1.5.");
        }
        this.rule = rule;
        this.spread = spread;
        this.factor = factor;
        this.kvSpread = kvSpread;
        this.kvCeiling = kvCeiling;
        this.load = load;
    }

    /**
     * Keeps the least loaded if loads are too far apart.
     *
     * @param spread requests that the greatest load may be above the least; at least 0
     */
    public static LoadGateFilter spread(long spread) {
        return new LoadGateFilter(Rule.SPREAD, spread, 1, 1, 1, InFlightLoad.REQUESTS);
    }

    /**
     * Drops those that have far more than the others.
     *
     * @param factor how many times the mean of the others, and one more, an endpoint may have; at least 1
     * @param spread requests above the least load from which an endpoint may be an outlier; at least 0
     */
    public static LoadGateFilter outlier(double factor, long spread) {
        return new LoadGateFilter(Rule.OUTLIER, spread, factor, 1, 1, InFlightLoad.REQUESTS);
    }

    /**
     * Keeps the least loaded if loads are too far apart in both ways, and drops those with hot caches.
     *
     * @param spread requests that the greatest load may be above the least; at least 0
     * @param ratio how many times the least load the greatest may be; at least 1
     * @param kvSpread how much more of its KV cache an endpoint may use than the least; 0 to 1, and 1 is off
     * @param kvCeiling how much of its KV cache an endpoint may use; 0 to 1, and 1 is off
     */
    public static LoadGateFilter ratio(long spread, double ratio, double kvSpread, double kvCeiling) {
        return new LoadGateFilter(
                Rule.RATIO,
                spread,
                ratio,
                share("kvSpread", kvSpread),
                share("kvCeiling", kvCeiling),
                InFlightLoad.REQUESTS);
    }

    /** Returns the same gate, whose loads and spread are tokens in flight instead of requests. */
    public LoadGateFilter byTokens() {
        return new LoadGateFilter(rule, spread, factor, kvSpread, kvCeiling, InFlightLoad.TOKENS);
    }

    private static double share(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + ": must be between 0 and 1, but was " + value
                    + ".\nMaybe it is a percentage; divide it by 100.");
        }
        return value;
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(load);
    }

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        if (candidates.size() < 2) {
            return;
        }
        LongColumn loads = cycle.column(load);
        switch (rule) {
            case SPREAD -> keepLeast(candidates, loads, false);
            case OUTLIER -> dropOutliers(candidates, loads);
            case RATIO -> {
                // An uneven load comes first: what it keeps has the shortest queues, and these may be hot or not.
                if (!keepLeast(candidates, loads, true)) {
                    dropHot(candidates);
                }
            }
        }
    }

    private boolean keepLeast(CandidateSet candidates, LongColumn loads, boolean byRatio) {
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        for (int i = 0; i < candidates.size(); i++) {
            long requests = loads.get(candidates.slot(i));
            if (requests != LongColumn.MISSING) {
                least = Math.min(least, requests);
                most = Math.max(most, requests);
            }
        }
        boolean uneven = most > least && most - least > spread && (!byRatio || most > factor * least);
        if (uneven) {
            for (int i = 0; i < candidates.size(); i++) {
                // A missing load is the least long.
                if (loads.get(candidates.slot(i)) > least) {
                    candidates.remove(i);
                }
            }
        }
        return uneven;
    }

    private void dropOutliers(CandidateSet candidates, LongColumn loads) {
        double total = 0;
        long least = Long.MAX_VALUE;
        int known = 0;
        for (int i = 0; i < candidates.size(); i++) {
            long requests = loads.get(candidates.slot(i));
            if (requests != LongColumn.MISSING) {
                total += requests;
                least = Math.min(least, requests);
                known++;
            }
        }
        if (known < 2) {
            return;
        }
        for (int i = 0; i < candidates.size(); i++) {
            long requests = loads.get(candidates.slot(i));
            if (requests > least // So that one is left, and a missing load is kept.
                    && requests - least >= spread
                    && (known == 2 || requests > factor * ((total - requests) / (known - 1) + 1))) {
                candidates.remove(i);
            }
        }
    }

    private void dropHot(CandidateSet candidates) {
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < candidates.size(); i++) {
            double usage = candidates.metrics(i).kvUsage();
            if (usage < least) { // false for a missing one
                least = usage;
            }
        }
        boolean allHot = true;
        for (int i = 0; i < candidates.size() && allHot; i++) {
            allHot = hot(candidates.metrics(i).kvUsage(), least);
        }
        for (int i = 0; i < candidates.size(); i++) {
            double usage = candidates.metrics(i).kvUsage();
            if (allHot ? usage > least : hot(usage, least)) {
                candidates.remove(i);
            }
        }
    }

    /** Comparisons with a missing usage are false. 1 is off, as nobody uses more. */
    private boolean hot(double usage, double least) {
        return usage > kvCeiling || (kvSpread < 1 && usage - least > kvSpread);
    }

    private enum Rule {
        SPREAD,
        OUTLIER,
        RATIO
    }
}
