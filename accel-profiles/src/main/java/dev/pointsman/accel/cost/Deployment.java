// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.catalog.LinkKind;
import dev.pointsman.accel.model.KvCapacity;
import dev.pointsman.accel.model.Model;
import dev.pointsman.accel.model.Parallelism;
import dev.pointsman.accel.model.WeightFormat;
import java.util.Locale;

/**
 * One replica to be priced: a model on some chips of one kind, spread in one way, served by one engine. Immutable and
 * thread-safe.
 *
 * <p>That the weights fit the memory is not asked here, so that a measurement of a tight fit can still be compared;
 * {@link #requireKvCapacity} asks.
 *
 * @param model what is served
 * @param accelerator on which chip
 * @param parallelism spread over how many of them, and how
 * @param weights how the weights are stored, as the engine's options name it
 * @param kvCache how the KV cache is stored
 * @param engine the serving engine, such as {@code vLLM}; empty if unknown
 * @param release when the engine was built, as a quarter such as {@code 2026-Q1}, or its version; empty if unknown
 * @param prefillChunkTokens how many tokens of prompts the engine reads in one step at most; at least 1
 */
public record Deployment(
        Model model,
        Accelerator accelerator,
        Parallelism parallelism,
        DType weights,
        DType kvCache,
        String engine,
        String release,
        int prefillChunkTokens) {
    /** What engines use if they are not told otherwise: 8,192 tokens. */
    public static final int DEFAULT_PREFILL_CHUNK_TOKENS = 8192;

    private static final double GIB = 1L << 30;
    private static final double MEMORY_FRACTION = 0.9;
    private static final double RESERVE_SHARE = 0.05;
    private static final double MOST_RESERVE = 4 * GIB;

    /** Checks that the model can be spread like this. */
    public Deployment {
        requireNonNull(model, "model");
        requireNonNull(accelerator, "accelerator");
        requireNonNull(parallelism, "parallelism");
        requireNonNull(weights, "weights");
        requireNonNull(kvCache, "kvCache");
        requireNonNull(engine, "engine");
        requireNonNull(release, "release");
        if (prefillChunkTokens < 1) {
            throw new IllegalArgumentException("prefillChunkTokens: must be at least 1, but was " + prefillChunkTokens
                    + ".\nMaybe leave it at " + DEFAULT_PREFILL_CHUNK_TOKENS + ".");
        }
        parallelism.check(model.architecture());
        if (parallelism.tensor() > 1 && accelerator.link(LinkKind.SCALE_UP).isEmpty()) {
            throw new IllegalArgumentException("parallelism.tensor: must be 1, because " + accelerator.id()
                    + " has no link to other chips, but was " + parallelism.tensor()
                    + ".\nMaybe add a scale-up link to the chip in a catalog file of your own.");
        }
    }

    /** Starts a deployment on one chip with BF16 weights; everything can be changed. */
    public static Builder of(Model model, Accelerator accelerator) {
        return new Builder(model, accelerator);
    }

    /** Returns how the weights are stored, part by part. */
    public WeightFormat weightFormat() {
        return model.weights(weights);
    }

    /** Returns the chips of the replica. */
    public int chips() {
        return parallelism.chips();
    }

    /**
     * Returns the name under which coefficients of an engine are kept: vLLM is one engine whatever the chip, so builds for ROCm,
     * TPU and Gaudi go by one name.
     */
    public String engineFamily() {
        String plain = engine.trim().toLowerCase(Locale.ROOT);
        for (String family : new String[] {"vllm", "sglang", "tensorrt", "atom", "jetstream"}) {
            if (plain.startsWith(family)) {
                return family.equals("tensorrt") ? "tensorrt-llm" : family;
            }
        }
        return plain;
    }

    /**
     * Returns how much context fits: with nine tenths of the memory for the engine, as engines default to, of which activations,
     * graphs and communication buffers take a twentieth of the memory, at most 4 GiB.
     */
    public KvCapacity kvCapacity() {
        double memory = accelerator.memoryBytes();
        return kvCapacity(MEMORY_FRACTION, Math.min(RESERVE_SHARE * memory, MOST_RESERVE));
    }

    /**
     * Returns how much context fits.
     *
     * @param fraction the share of the memory that the engine may use, above 0 and at most 1
     * @param reserveBytesPerChip what activations, graphs and communication buffers take of it; at least 0
     */
    public KvCapacity kvCapacity(double fraction, double reserveBytesPerChip) {
        return model.architecture()
                .kvCapacity(
                        weightFormat(), kvCache, parallelism, accelerator.memoryBytes(), fraction, reserveBytesPerChip);
    }

    /**
     * Returns how much context fits, for those who cannot go on without any.
     *
     * @throws IllegalArgumentException if the weights leave no room for a single token
     */
    public KvCapacity requireKvCapacity() {
        KvCapacity capacity = kvCapacity();
        if (!capacity.fits()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s: does not fit; weights take %.1f GiB of a chip's %.1f GiB, and KV is left %.1f GiB.\n"
                            + "Maybe use more chips, or weights of fewer bits.",
                    this,
                    capacity.weightBytesPerChip() / GIB,
                    accelerator.memoryBytes() / GIB,
                    capacity.freeBytesPerChip() / GIB));
        }
        return capacity;
    }

    @Override
    public String toString() {
        return model.id() + " on " + chips() + " x " + accelerator.id() + ", " + weights
                + (engine.isEmpty() ? "" : ", " + engine)
                + (release.isEmpty() ? "" : " " + release);
    }

    /** Describes a deployment, step by step. Not thread-safe. */
    public static final class Builder {
        private final Model model;
        private final Accelerator accelerator;
        private Parallelism parallelism = Parallelism.SINGLE;
        private DType weights = DType.BF16;
        private DType kvCache = DType.BF16;
        private boolean kvCacheChosen;
        private String engine = "";
        private String release = "";
        private int prefillChunkTokens = DEFAULT_PREFILL_CHUNK_TOKENS;

        private Builder(Model model, Accelerator accelerator) {
            this.model = requireNonNull(model, "model");
            this.accelerator = requireNonNull(accelerator, "accelerator");
        }

        /** Spreads the model over the chips of one tensor-parallel group. */
        public Builder tensorParallel(int chips) {
            return parallelism(Parallelism.tensor(chips));
        }

        /** Spreads the model in some other way. */
        public Builder parallelism(Parallelism spread) {
            this.parallelism = requireNonNull(spread, "spread");
            return this;
        }

        /**
         * Says how weights are stored. Unless told otherwise, the KV cache follows: FP8 for weights of 8 bits and less, else 16
         * bits. That is what the shipped coefficients were fitted with.
         */
        public Builder weights(DType type) {
            this.weights = requireNonNull(type, "type");
            if (!kvCacheChosen) {
                boolean quantized = type.bytesPerElement() < DType.BF16.bytesPerElement();
                this.kvCache = quantized ? DType.FP8 : type;
            }
            return this;
        }

        /** Says how the KV cache is stored. */
        public Builder kvCache(DType type) {
            this.kvCache = requireNonNull(type, "type");
            this.kvCacheChosen = true;
            return this;
        }

        /** Names the engine, such as {@code vLLM}, {@code SGLang} or {@code TensorRT-LLM}. */
        public Builder engine(String name) {
            this.engine = requireNonNull(name, "name");
            return this;
        }

        /** Says when the engine was built, as a quarter such as {@code 2026-Q1}, or its version. */
        public Builder release(String quarterOrVersion) {
            this.release = requireNonNull(quarterOrVersion, "quarterOrVersion");
            return this;
        }

        /** Says how many tokens of prompts the engine reads in one step at most. */
        public Builder prefillChunkTokens(int tokens) {
            this.prefillChunkTokens = tokens;
            return this;
        }

        /**
         * Makes the deployment.
         *
         * @throws IllegalArgumentException if the model cannot be spread like this
         */
        public Deployment build() {
            return new Deployment(
                    model, accelerator, parallelism, weights, kvCache, engine, release, prefillChunkTokens);
        }
    }
}
