// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer.label;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import java.util.Arrays;

/**
 * Sends prompts to endpoints that are set up for their length, which a label says as a range of tokens such as {@code 0-8192}
 * (llm-d's {@code context-length-aware}). With the prompt's length l and a range from a to b of width W,
 *
 * <pre>{@code
 * score = 0.3 + 0.7 * (0.7 / (1 + W / 10000) + 0.3 * (b - l) / W)    in the range; 1 if it has no width
 * score = 0.3 / (1 + d / 1000)                                       outside, d tokens from the nearer end
 * }</pre>
 *
 * <p>so that the tightest range with room above wins, and the nearest one if none fits. An endpoint without the label has no
 * opinion and is neutral; a label that is no range scores 0.
 *
 * <p><b>As a filter</b>, if that is asked for, it removes endpoints whose range the prompt is outside of, and those whose label
 * is no range. It is one object: a profile that names it filters and scores with it.
 *
 * <p><b>Departures from llm-d</b>, unless {@link Semantics#LLM_D} is asked for. llm-d takes a prompt of unknown length for one
 * of 0 tokens; otherwise all score neutral then, and none is removed. llm-d gives 0.5 to an endpoint without the label, which
 * is the neutral score; otherwise it is missing, and the explanation says so.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class ContextLengthAware implements Filter, Scorer {
    /** The label that has the range, unless told otherwise. */
    public static final String DEFAULT_LABEL = "llm-d.ai/context-length-range";

    private static final double OUTSIDE = 0.3;

    private final String label;
    private final boolean filtering;
    private final boolean asLlmD;

    /** Scores by the label {@value #DEFAULT_LABEL}, and removes nothing. */
    public ContextLengthAware() {
        this(DEFAULT_LABEL, false, Semantics.CORRECTED);
    }

    /**
     * Scores by a label.
     *
     * @param label its key; not blank
     * @param filtering whether endpoints that do not fit are removed too
     * @param semantics what an unknown length and an endpoint without the label count as
     */
    public ContextLengthAware(String label, boolean filtering, Semantics semantics) {
        if (requireNonNull(label, "label").isBlank()) {
            throw new IllegalArgumentException(
                    "label: must not be blank.\nMaybe leave it out; " + DEFAULT_LABEL + " is used then.");
        }
        this.label = label;
        this.filtering = filtering;
        this.asLlmD = semantics == Semantics.LLM_D;
    }

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        int length = cycle.request().prompt().tokenCount();
        if (!filtering || unknown(length)) {
            return;
        }
        for (int i = 0; i < candidates.size(); i++) {
            String text = candidates.endpoint(i).labels().get(label);
            if (text != null && !within(length, LengthRange.parse(text))) {
                candidates.remove(i);
            }
        }
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        int length = cycle.request().prompt().tokenCount();
        if (unknown(length)) {
            Arrays.fill(scores, 0, candidates.size(), NEUTRAL);
            return;
        }
        for (int i = 0; i < candidates.size(); i++) {
            String text = candidates.endpoint(i).labels().get(label);
            if (text == null) {
                scores[i] = asLlmD ? NEUTRAL : MISSING;
            } else {
                scores[i] = score(length, LengthRange.parse(text));
            }
        }
    }

    private boolean unknown(int length) {
        return length == 0 && !asLlmD;
    }

    private static boolean within(int length, long range) {
        return range != LengthRange.NONE && LengthRange.min(range) <= length && length <= LengthRange.max(range);
    }

    private static double score(int length, long range) {
        if (range == LengthRange.NONE) {
            return 0;
        }
        int min = LengthRange.min(range);
        int max = LengthRange.max(range);
        if (!within(length, range)) {
            double distance = length > max ? length - max : min - length;
            return OUTSIDE / (1 + distance / 1000);
        }
        if (min == max) {
            return 1;
        }
        double width = max - min;
        double tight = 1 / (1 + width / 10_000);
        double room = (max - length) / width;
        return OUTSIDE + (1 - OUTSIDE) * (0.7 * tight + 0.3 * room);
    }
}
