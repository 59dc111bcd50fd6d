// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer.attribute;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import java.util.Set;

/**
 * Prefers endpoints that have encoded more of the request's images, videos and sounds before: the sizes of those that they hold
 * by the sizes of all (llm-d's {@code mm-embeddings-cache-scorer}).
 *
 * <p>llm-d, and {@link Semantics#LLM_D} here, gives 0 to an endpoint of which nothing is known, as for every request without
 * such items; otherwise the score is missing.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class MmEmbeddingsCacheScorer implements Scorer {
    /** The producer that is read unless told otherwise. */
    public static final String DEFAULT_PRODUCER = "mm-embeddings-cache-producer";

    private final DoubleColumnKey share;
    private final double missing;

    /** Reads what {@value #DEFAULT_PRODUCER} writes, and scores what it does not know as missing. */
    public MmEmbeddingsCacheScorer() {
        this(DEFAULT_PRODUCER, Semantics.CORRECTED);
    }

    /**
     * Reads what a producer writes.
     *
     * @param producer its name
     * @param semantics whether an endpoint of which nothing is known scores as missing, or 0
     */
    public MmEmbeddingsCacheScorer(String producer, Semantics semantics) {
        share = matchedShare(producer);
        missing = semantics == Semantics.LLM_D ? 0 : MISSING;
    }

    /**
     * Names what is read: the share of the request's items that each endpoint holds, by size and from 0 to 1.
     *
     * @param producer the producer's name
     */
    public static DoubleColumnKey matchedShare(String producer) {
        return new DoubleColumnKey("mm-embeddings.matched-share", producer);
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(share);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        DoubleColumn shares = cycle.column(share);
        for (int i = 0; i < candidates.size(); i++) {
            double matched = shares.get(candidates.slot(i));
            scores[i] = Double.isNaN(matched) ? missing : matched;
        }
    }
}
