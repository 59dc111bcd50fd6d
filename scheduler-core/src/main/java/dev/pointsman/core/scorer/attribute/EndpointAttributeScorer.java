// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer.attribute;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.EndpointNumber;
import dev.pointsman.core.internal.builtin.MinMax;
import java.util.Set;

/**
 * Scores a number that endpoints report under a name, linearly, by more or by less of it (llm-d's {@code
 * endpoint-attribute-scorer}). The number is a {@linkplain EndpointMetrics#gauge gauge}, or one that every engine reports,
 * by llm-d's name for it: {@code WaitingQueueSize}, {@code RunningRequestsSize}, {@code KVCacheUsagePercent} (a share from 0
 * to 1), {@code CacheBlockSize} and {@code CacheNumBlocks}.
 *
 * <p>The scale is that of the candidates, from their least to their greatest number, and all score 1 if these are equal; or a
 * fixed one, outside of which numbers count as its ends:
 *
 * <pre>{@code
 * score = (max - x) / (max - min)    the less the better
 * score = (x - min) / (max - min)    the more the better
 * }</pre>
 *
 * <p>An endpoint without the number has no part in the scale. In llm-d, and with {@link Semantics#LLM_D} here, it scores 0;
 * otherwise its score is missing, because what nobody reports need not be bad.
 *
 * <pre>{@code
 * Scorer scorer = EndpointAttributeScorer.lessIsBetter("DCGM_FI_DEV_GPU_UTIL").between(0, 1);
 * }</pre>
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class EndpointAttributeScorer implements Scorer {
    private final EndpointNumber number;
    private final boolean lessIsBetter;
    private final double min;
    private final double max;
    private final double missing;

    private EndpointAttributeScorer(
            EndpointNumber number, boolean lessIsBetter, double min, double max, double missing) {
        this.number = number;
        this.lessIsBetter = lessIsBetter;
        this.min = min;
        this.max = max;
        this.missing = missing;
    }

    /**
     * Prefers endpoints with less of something, on the scale of the candidates.
     *
     * @param attribute the number's name; not blank
     */
    public static EndpointAttributeScorer lessIsBetter(String attribute) {
        return of(attribute, EndpointNumber.CORE_PRODUCER, true);
    }

    /**
     * Prefers endpoints with more of something, on the scale of the candidates.
     *
     * @param attribute the number's name; not blank
     */
    public static EndpointAttributeScorer moreIsBetter(String attribute) {
        return of(attribute, EndpointNumber.CORE_PRODUCER, false);
    }

    /**
     * Makes a scorer of what a certain producer writes.
     *
     * @param producer its name; only that of llm-d's core metrics extractor writes what every engine reports
     */
    static EndpointAttributeScorer of(String attribute, String producer, boolean lessIsBetter) {
        if (requireNonNull(attribute, "attribute").isBlank()) {
            throw new IllegalArgumentException(
                    "attributeKey: must not be blank.\nMaybe use WaitingQueueSize, or the name of a gauge.");
        }
        return new EndpointAttributeScorer(
                EndpointNumber.of(attribute, producer), lessIsBetter, Double.NaN, Double.NaN, MISSING);
    }

    /**
     * Returns the same scorer on a fixed scale.
     *
     * @param min its lower end, finite
     * @param max its upper end, finite and above the lower one
     * @throws IllegalArgumentException if they are not
     */
    public EndpointAttributeScorer between(double min, double max) {
        if (!(min < max && max - min < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("fixedRange: needs a finite min below a finite max, but got " + min
                    + " and " + max + ".\nMaybe the two were swapped.");
        }
        return new EndpointAttributeScorer(number, lessIsBetter, min, max, missing);
    }

    /** Returns the same scorer with another's way to score an endpoint without the number. */
    public EndpointAttributeScorer withSemantics(Semantics semantics) {
        return new EndpointAttributeScorer(number, lessIsBetter, min, max, semantics == Semantics.LLM_D ? 0 : MISSING);
    }

    @Override
    public Set<Signal> signals() {
        return number.signals();
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        int size = candidates.size();
        boolean fixed = min < max;
        for (int i = 0; i < size; i++) {
            double value = number.in(candidates.metrics(i));
            scores[i] = fixed ? share(value) : value;
        }
        if (!fixed && lessIsBetter) {
            MinMax.leastIsBest(scores, size);
        } else if (!fixed) {
            MinMax.mostIsBest(scores, size);
        }
        for (int i = 0; i < size; i++) {
            if (Double.isNaN(scores[i])) {
                scores[i] = missing;
            }
        }
    }

    private double share(double value) {
        // Math.min and Math.max keep NaN.
        double share = Math.max(0, Math.min(1, (value - min) / (max - min)));
        return lessIsBetter ? 1 - share : share;
    }
}
