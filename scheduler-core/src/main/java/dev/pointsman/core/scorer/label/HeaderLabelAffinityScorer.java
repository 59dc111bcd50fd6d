// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer.label;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import java.util.Arrays;
import java.util.Locale;

/**
 * Prefers endpoints with a label that is what a header of the request says: 1 for these and 0 for the others (llm-d's {@code
 * header-label-affinity-scorer}). Values are compared as they are, case included.
 *
 * <p>llm-d, and {@link Semantics#LLM_D} here, gives all 0 if the request has no such header or an empty one; otherwise all score
 * neutral, which ranks the same and does not look like a fault of the candidates.
 *
 * <pre>{@code
 * Scorer scorer = new HeaderLabelAffinityScorer("x-zone", "topology.kubernetes.io/zone");
 * }</pre>
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class HeaderLabelAffinityScorer implements Scorer {
    private final String header;
    private final String label;
    private final double unasked;

    /**
     * Compares a header with a label.
     *
     * @param header its name, in any case; not blank
     * @param label its key; not blank
     */
    public HeaderLabelAffinityScorer(String header, String label) {
        this(header, label, Semantics.CORRECTED);
    }

    /**
     * Compares a header with a label.
     *
     * @param header its name, in any case; not blank
     * @param label its key; not blank
     * @param semantics whether all score neutral without the header, or 0
     */
    public HeaderLabelAffinityScorer(String header, String label, Semantics semantics) {
        this.header = given("headerName", header, "x-zone").toLowerCase(Locale.ROOT);
        this.label = given("labelKey", label, "topology.kubernetes.io/zone");
        this.unasked = semantics == Semantics.LLM_D ? 0 : NEUTRAL;
    }

    private static String given(String name, String value, String example) {
        if (requireNonNull(value, name).isBlank()) {
            throw new IllegalArgumentException(name + ": must not be blank.\nMaybe use " + example + ".");
        }
        return value;
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        int size = candidates.size();
        String asked = cycle.request().headers().first(header);
        if (asked == null || asked.isEmpty()) {
            Arrays.fill(scores, 0, size, unasked);
            return;
        }
        for (int i = 0; i < size; i++) {
            scores[i] = asked.equals(candidates.endpoint(i).labels().get(label)) ? 1 : 0;
        }
    }
}
