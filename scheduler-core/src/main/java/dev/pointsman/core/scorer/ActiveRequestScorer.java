// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import java.util.Set;

/**
 * Prefers endpoints with few requests of this scheduler in flight: 1 up to the idle threshold, else {@code (max - requests)
 * / max * maxBusyScore} with the maximum over the candidates (llm-d's {@code active-request-scorer}). With a {@code
 * maxBusyScore} of 0 it only tells idle from busy.
 *
 * <p>llm-d, and {@link Semantics#LLM_D} here, counts an endpoint without in-flight data as idle; otherwise the score is
 * missing, because nobody knows. In a configuration, llm-d ignores a {@code maxBusyScore} outside [0, 1] or an {@code
 * idleThreshold} below 0; with our own semantics it is an error, because somebody meant something by it.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class ActiveRequestScorer implements Scorer {
    private final long idleThreshold;
    private final double maxBusyScore;
    private final double missing;

    /** Counts only endpoints without requests as idle, and lets busy ones score up to 1. */
    public ActiveRequestScorer() {
        this(0, 1);
    }

    /**
     * Sets what is idle and how well a busy endpoint can score.
     *
     * @param idleThreshold requests in flight up to which an endpoint is idle and scores 1; at least 0
     * @param maxBusyScore the score that a busy endpoint approaches as its share of the load falls; 0 to 1
     * @throws IllegalArgumentException if one of them is out of its range
     */
    public ActiveRequestScorer(long idleThreshold, double maxBusyScore) {
        this(idleThreshold, maxBusyScore, Semantics.CORRECTED);
    }

    /**
     * Sets what is idle, how well a busy endpoint can score, and how one without data does.
     *
     * @param idleThreshold requests in flight up to which an endpoint is idle and scores 1; at least 0
     * @param maxBusyScore the score that a busy endpoint approaches as its share of the load falls; 0 to 1
     * @param semantics whether an endpoint without in-flight data scores as missing, or as idle
     * @throws IllegalArgumentException if one of them is out of its range
     */
    public ActiveRequestScorer(long idleThreshold, double maxBusyScore, Semantics semantics) {
        if (idleThreshold < 0) {
            throw new IllegalArgumentException("idleThreshold: must be at least 0, but was " + idleThreshold
                    + ".\nMaybe leave it out; then only endpoints without requests are idle.");
        }
        if (!(maxBusyScore >= 0 && maxBusyScore <= 1)) {
            throw new IllegalArgumentException("maxBusyScore: must be between 0 and 1, but was " + maxBusyScore
                    + ".\nMaybe it is meant as the scorer's weight, which a profile sets.");
        }
        this.idleThreshold = idleThreshold;
        this.maxBusyScore = maxBusyScore;
        missing = semantics == Semantics.LLM_D ? 1 : MISSING;
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(InFlightLoad.REQUESTS);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        LongColumn inFlight = cycle.column(InFlightLoad.REQUESTS);
        int size = candidates.size();
        long max = 0;
        for (int i = 0; i < size; i++) {
            // MISSING is the least long, so it never becomes the maximum.
            max = Math.max(max, inFlight.get(candidates.slot(i)));
        }
        for (int i = 0; i < size; i++) {
            long requests = inFlight.get(candidates.slot(i));
            if (requests == LongColumn.MISSING) {
                scores[i] = missing;
            } else if (requests <= idleThreshold) {
                scores[i] = 1;
            } else {
                scores[i] = (double) (max - requests) / max * maxBusyScore;
            }
        }
    }
}
