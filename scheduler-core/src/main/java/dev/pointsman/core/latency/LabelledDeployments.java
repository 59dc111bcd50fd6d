// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.model.ModelCatalog;
import dev.pointsman.accel.model.Parallelism;
import dev.pointsman.api.fleet.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * Reads from an endpoint's labels what it is. Immutable and thread-safe.
 *
 * <table>
 * <caption>The labels; all but the first two may be left out</caption>
 * <tr><th>label</th><th>value</th></tr>
 * <tr><td>{@value #ACCELERATOR}</td><td>the chip's name in the catalog; without it {@link Endpoint#accelerator}, or else the
 * label {@value #GPU_PRODUCT}, which NVIDIA's device plugin sets on nodes</td></tr>
 * <tr><td>{@value #MODEL}</td><td>the model's name in the catalog; without it {@link Endpoint#model}</td></tr>
 * <tr><td>{@value #TENSOR_PARALLEL}</td><td>chips of a tensor-parallel group; 1</td></tr>
 * <tr><td>{@value #PIPELINE_PARALLEL}</td><td>stages of a pipeline; 1</td></tr>
 * <tr><td>{@value #EXPERT_PARALLEL}</td><td>groups over which experts are spread; 1</td></tr>
 * <tr><td>{@value #ATTENTION_DATA_PARALLEL}</td><td>groups into which attention is divided; 1</td></tr>
 * <tr><td>{@value #DTYPE}</td><td>how weights are stored, such as {@code fp8}; {@code bf16}</td></tr>
 * <tr><td>{@value #KV_CACHE_DTYPE}</td><td>how the KV cache is stored; follows the weights</td></tr>
 * <tr><td>{@value #ENGINE}</td><td>the engine, such as {@code vLLM}; unknown</td></tr>
 * <tr><td>{@value #ENGINE_RELEASE}</td><td>its version, or the quarter it was built in; unknown</td></tr>
 * <tr><td>{@value #PREFILL_CHUNK_TOKENS}</td><td>most tokens of prompts in one step; 8192</td></tr>
 * <tr><td>{@value #USD_PER_CHIP_HOUR}</td><td>what a chip costs; the catalog's default price</td></tr>
 * </table>
 */
public final class LabelledDeployments implements EndpointDeployments {
    /** The label that names the chip. */
    public static final String ACCELERATOR = "pointsman.dev/accelerator";
    /** The label that names the model. */
    public static final String MODEL = "pointsman.dev/model";
    /** The label with the chips of a tensor-parallel group. */
    public static final String TENSOR_PARALLEL = "pointsman.dev/tensor-parallel";
    /** The label with the stages of a pipeline. */
    public static final String PIPELINE_PARALLEL = "pointsman.dev/pipeline-parallel";
    /** The label with the groups over which experts are spread. */
    public static final String EXPERT_PARALLEL = "pointsman.dev/expert-parallel";
    /** The label with the groups into which attention is divided. */
    public static final String ATTENTION_DATA_PARALLEL = "pointsman.dev/attention-data-parallel";
    /** The label that says how weights are stored. */
    public static final String DTYPE = "pointsman.dev/dtype";
    /** The label that says how the KV cache is stored. */
    public static final String KV_CACHE_DTYPE = "pointsman.dev/kv-cache-dtype";
    /** The label that names the engine. */
    public static final String ENGINE = "pointsman.dev/engine";
    /** The label with the engine's version, or the quarter it was built in. */
    public static final String ENGINE_RELEASE = "pointsman.dev/engine-release";
    /** The label with the most tokens of prompts that the engine reads in one step. */
    public static final String PREFILL_CHUNK_TOKENS = "pointsman.dev/prefill-chunk-tokens";
    /** The label with what one chip costs for an hour, in US dollars. */
    public static final String USD_PER_CHIP_HOUR = "pointsman.dev/usd-per-chip-hour";
    /** The label with the chip's name that NVIDIA's device plugin sets. */
    public static final String GPU_PRODUCT = "nvidia.com/gpu.product";

    private final AcceleratorCatalog accelerators;
    private final ModelCatalog models;

    /** Looks chips and models up in the catalogs that ship. */
    public LabelledDeployments() {
        this(AcceleratorCatalog.shipped(), ModelCatalog.shipped());
    }

    /**
     * Looks chips and models up in catalogs of one's own.
     *
     * @param accelerators chips by name
     * @param models models by name
     */
    public LabelledDeployments(AcceleratorCatalog accelerators, ModelCatalog models) {
        this.accelerators = requireNonNull(accelerators, "accelerators");
        this.models = requireNonNull(models, "models");
    }

    @Override
    public Deployment of(Endpoint endpoint) {
        String chip = labelOr(endpoint, ACCELERATOR, endpoint.accelerator());
        if (chip == null) {
            chip = endpoint.labels().get(GPU_PRODUCT);
        }
        String model = labelOr(endpoint, MODEL, endpoint.model());
        if (chip == null || model == null) {
            String label = chip == null ? ACCELERATOR : MODEL;
            throw new IllegalArgumentException(
                    "no label " + label + "\nMaybe add it, with a name of the catalog; the rest has defaults.");
        }
        Deployment.Builder deployment = Deployment.of(models.get(model), accelerators.get(chip))
                .parallelism(new Parallelism(
                        count(endpoint, TENSOR_PARALLEL, 1),
                        count(endpoint, PIPELINE_PARALLEL, 1),
                        count(endpoint, EXPERT_PARALLEL, 1),
                        count(endpoint, ATTENTION_DATA_PARALLEL, 1)))
                .engine(endpoint.labels().getOrDefault(ENGINE, ""))
                .release(endpoint.labels().getOrDefault(ENGINE_RELEASE, ""))
                .prefillChunkTokens(count(endpoint, PREFILL_CHUNK_TOKENS, Deployment.DEFAULT_PREFILL_CHUNK_TOKENS));
        String weights = endpoint.labels().get(DTYPE);
        if (weights != null) {
            deployment.weights(DType.of(weights));
        }
        String kvCache = endpoint.labels().get(KV_CACHE_DTYPE);
        if (kvCache != null) {
            deployment.kvCache(DType.of(kvCache));
        }
        Deployment built = deployment.build();
        built.requireKvCapacity();
        return built;
    }

    @Override
    public double usdPerChipHour(Endpoint endpoint, Deployment deployment) {
        String own = endpoint.labels().get(USD_PER_CHIP_HOUR);
        if (own == null) {
            return EndpointDeployments.super.usdPerChipHour(endpoint, deployment);
        }
        double price;
        try {
            price = Double.parseDouble(own.strip());
        } catch (NumberFormatException noNumber) {
            price = -1;
        }
        if (!(price >= 0 && price < Double.POSITIVE_INFINITY)) {
            throw wrong(USD_PER_CHIP_HOUR, "a finite number >= 0", own);
        }
        return price;
    }

    private static @Nullable String labelOr(Endpoint endpoint, String label, @Nullable String otherwise) {
        String value = endpoint.labels().get(label);
        return value != null ? value : otherwise;
    }

    private static int count(Endpoint endpoint, String label, int otherwise) {
        String text = endpoint.labels().get(label);
        if (text == null) {
            return otherwise;
        }
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException noNumber) {
            throw wrong(label, "a whole number >= 1", text);
        }
    }

    private static IllegalArgumentException wrong(String label, String expected, String found) {
        return new IllegalArgumentException("label " + label + ": must be " + expected + ", but was \"" + found
                + "\".\nMaybe leave it out; it has a default.");
    }
}
