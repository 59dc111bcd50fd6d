// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.config.Semantics;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says how much work a request would add to each candidate, which is what the engine reserves there once it is chosen.
 *
 * <p>The work is the prompt tokens that the candidate has not cached, and, if asked for, the expected tokens of output. With a
 * prompt of {@code n} tokens in {@code t} blocks of size {@code b}, of which {@code m} match (the formula of llm-d's {@code
 * inflight-load-producer}):
 *
 * <pre>{@code uncached = min(n, (t - m) * b + max(0, n - t * b))}</pre>
 *
 * <p>Without prefix data nothing counts as cached. The expected output is what the request's objectives say, or else {@code n}
 * times a ratio, rounded, and never more than a limit. Writes {@link InFlightLoad#REQUEST_TOKENS} and {@link
 * InFlightLoad#EXPECTED_OUTPUT_TOKENS}, the latter 0 if output is not counted; requests and tokens in flight are the engine's
 * own.
 *
 * <p><b>As llm-d has it</b> ({@link Semantics#LLM_D}, which is how a loaded configuration reads it): a partial last block counts as
 * a whole one, so a short prompt costs more than its tokens; blocks are weighted by their tier, where the prefix producer does so; and what a request states about its output is only a limit to the
 * estimate. Different in both: the leg that reads the prompt for another is not charged with output that it will not write, as it
 * is upstream, because the engine keeps output for the leg that answers; and a request that fails over is charged to where it went.
 * Load is each scheduler's own; llm-d's {@code syncCrossReplicaState} has no effect there either as long as no syncer ships.
 *
 * <p>Thread-safe. O(candidates), allocates at most one boxed number.
 */
public final class InFlightLoadProducer implements DataProducer {
    static final double DEFAULT_OUTPUT_RATIO = 1.5;

    private final boolean parity;
    private final boolean countOutput;
    private final double outputRatio;
    private final long maxOutputTokens;
    private final boolean prefixRequired;
    private final AttributeKey<PrefixMatch> matchKey;
    private final LongColumnKey blocksKey;
    private final DoubleColumnKey weightedKey;

    private InFlightLoadProducer(Builder builder) {
        parity = builder.semantics == Semantics.LLM_D;
        countOutput = builder.countOutput;
        outputRatio = builder.outputRatio;
        maxOutputTokens = builder.maxOutputTokens;
        prefixRequired = builder.prefixProducer != null;
        String producer = builder.prefixProducer != null ? builder.prefixProducer : PrefixMatch.DEFAULT_PRODUCER;
        matchKey = PrefixMatch.of(producer);
        blocksKey = PrefixMatch.matchedBlocks(producer);
        weightedKey = PrefixMatch.weightedBlocks(producer);
    }

    /** Starts a producer with llm-d's defaults: prompt tokens only. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Set<DataKey> produces() {
        return Set.of(InFlightLoad.REQUEST_TOKENS, InFlightLoad.EXPECTED_OUTPUT_TOKENS);
    }

    @Override
    public Set<DataKey> consumes() {
        return prefixRequired ? Set.of(matchKey, blocksKey) : Set.of();
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        Set<DataKey> keys = new LinkedHashSet<>();
        if (parity) {
            keys.add(weightedKey);
        }
        if (!prefixRequired) {
            keys.add(matchKey);
            keys.add(blocksKey);
        }
        return keys;
    }

    @Override
    public void produce(ProductionCycle cycle, Candidates candidates) {
        InferenceRequest request = cycle.request();
        long input = request.prompt().tokenCount();
        long output = countOutput ? estimatedOutput(request) : 0;
        PrefixMatch match = cycle.attribute(matchKey);
        LongColumn matched = cycle.column(blocksKey);
        DoubleColumn weighted = parity ? cycle.column(weightedKey) : null;

        LongColumn.Writable tokens = cycle.fill(InFlightLoad.REQUEST_TOKENS);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            long prompt = match != null && matched.has(slot)
                    ? uncached(input, match, blocks(slot, matched, weighted))
                    : input;
            tokens.set(slot, prompt + output);
        }
        cycle.put(InFlightLoad.EXPECTED_OUTPUT_TOKENS, output);
    }

    private static long blocks(int slot, LongColumn matched, @Nullable DoubleColumn weighted) {
        return weighted != null && weighted.has(slot) ? (long) weighted.get(slot) : matched.get(slot);
    }

    private long uncached(long input, PrefixMatch match, long matchedBlocks) {
        long total = match.totalBlocks();
        long unmatched = Math.max(0, total - matchedBlocks) * match.blockSize();
        long beyondBlocks = Math.max(0, input - total * match.blockSize());
        return parity ? unmatched + beyondBlocks : Math.min(input, unmatched + beyondBlocks);
    }

    /** Returns how many tokens of output a request is expected to make, at least 0, whether or not they are counted. */
    long estimatedOutput(InferenceRequest request) {
        int stated = request.objectives().expectedOutputTokens();
        long estimate = Math.round(request.prompt().tokenCount() * outputRatio);
        if (stated >= 0) {
            estimate = parity ? Math.min(estimate, stated) : stated;
        }
        return Math.min(estimate, maxOutputTokens);
    }

    /** Collects settings; not thread-safe. */
    public static final class Builder {
        private Semantics semantics = Semantics.CORRECTED;
        private boolean countOutput;
        private double outputRatio = DEFAULT_OUTPUT_RATIO;
        private long maxOutputTokens = Integer.MAX_VALUE;
        private @Nullable String prefixProducer;

        private Builder() {}

        /** Sets whether this producer does as llm-d's where that has flaws; {@link Semantics#CORRECTED} at first. */
        public Builder semantics(Semantics semantics) {
            this.semantics = requireNonNull(semantics, "semantics");
            return this;
        }

        /** Sets whether expected output counts as work; false at first. */
        public Builder countOutput(boolean countOutput) {
            this.countOutput = countOutput;
            return this;
        }

        /** Sets tokens of output per token of prompt, for requests that do not say what they expect; 1.5 at first. */
        public Builder outputRatio(double ratio) {
            if (!(ratio >= 0 && ratio < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("outputRatio: must be a finite number >= 0, but was " + ratio
                        + ".\nMaybe use 0 to expect no output.");
            }
            this.outputRatio = ratio;
            return this;
        }

        /** Sets the most tokens of output to expect of any request; at least 0. No limit at first. */
        public Builder maxOutputTokens(int tokens) {
            if (tokens < 0) {
                throw new IllegalArgumentException("maxOutputTokens: must be at least 0, but was " + tokens
                        + ".\nMaybe leave it out for no limit.");
            }
            this.maxOutputTokens = tokens;
            return this;
        }

        /**
         * Requires a prefix producer, instead of using the default one's data if there is any.
         *
         * @param name its name
         */
        public Builder prefixProducer(String name) {
            this.prefixProducer = requireNonNull(name, "name");
            return this;
        }

        /** Builds the producer. */
        public InFlightLoadProducer build() {
            return new InFlightLoadProducer(this);
        }
    }
}
