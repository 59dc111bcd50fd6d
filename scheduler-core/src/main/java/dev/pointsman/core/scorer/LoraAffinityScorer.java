// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.fleet.LoraState;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Prefers endpoints that can run the request's LoRA adapter at once: 1 if it is active there; else 0.8 if there is room for
 * one more; else 0.6 if requests for it already wait there; else 0 (llm-d's {@code lora-affinity-scorer}). Room means that
 * active and waiting adapters together are fewer than the most that may be active.
 *
 * <p>llm-d looks for the model's name among the adapters, and gives 0 to an endpoint that reports none; so does {@link
 * Semantics#LLM_D} here if the request names no adapter. Otherwise only the adapter that the request names counts, and a
 * request for the plain model scores neutral everywhere, because a plain model needs no room for an adapter; an endpoint
 * that reports no adapters scores as missing, because nobody knows.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class LoraAffinityScorer implements Scorer {
    private static final double ACTIVE = 1.0;
    private static final double ROOM = 0.8;
    private static final double WAITING = 0.6;
    private static final double NONE = 0.0;

    private final boolean asLlmD;

    /** Scores requests that name an adapter, and endpoints that say nothing as missing. */
    public LoraAffinityScorer() {
        this(Semantics.CORRECTED);
    }

    /**
     * Scores in one way or the other.
     *
     * @param semantics whether a request without an adapter is neutral, or its model is looked for among the adapters; and
     *     whether an endpoint that says nothing scores as missing, or 0
     */
    public LoraAffinityScorer(Semantics semantics) {
        asLlmD = semantics == Semantics.LLM_D;
    }

    @Override
    public Set<Signal> signals() {
        return Set.of(Signal.LORA);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        int size = candidates.size();
        String adapter = cycle.request().loraAdapter();
        if (adapter == null && asLlmD) {
            adapter = cycle.request().model();
        }
        if (adapter == null) {
            Arrays.fill(scores, 0, size, NEUTRAL);
            return;
        }
        for (int i = 0; i < size; i++) {
            scores[i] = score(adapter, candidates.metrics(i).lora());
        }
    }

    private double score(String adapter, @Nullable LoraState lora) {
        if (lora == null) {
            return asLlmD ? NONE : MISSING;
        }
        if (lora.active().contains(adapter)) {
            return ACTIVE;
        }
        if (lora.active().size() + lora.waiting().size() < lora.maxActive()) {
            return ROOM;
        }
        return lora.waiting().contains(adapter) ? WAITING : NONE;
    }
}
