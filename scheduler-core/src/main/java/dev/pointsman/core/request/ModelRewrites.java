// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.request;

import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.request.InferenceRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which model a request really runs on: an alias, a split between two versions (A/B), or a small share for a new one (canary);
 * llm-d's {@code InferenceModelRewrite}.
 *
 * <pre>{@code
 * ModelRewrites canary = ModelRewrites.of(ModelRewrite.of("chat")
 *         .to("chat-v1", 95)
 *         .to("chat-v2", 5));
 * }</pre>
 *
 * <p>A rule that names the request's model goes before those for any model; among equals the first one counts. Its target is drawn
 * by weight, as a function of the scheduler's seed and the request's id, so that a request that comes again runs on the same
 * model. A request with the header {@value RequestHeaders#MODEL_REWRITE} runs on the model named there, whatever the rules say.
 *
 * <p>The engine schedules the rewritten request, and so {@code dispatch.request().model()} is the model that the host puts into the
 * body it sends. In the answer the host puts back the model of the request that it asked with, which it still has.
 *
 * <p>Immutable and thread-safe. One look-up a request, and O(targets) for one that is rewritten.
 */
public final class ModelRewrites {
    /** No rules: requests run on the model that they ask for, or that the header names. */
    public static final ModelRewrites NONE = new ModelRewrites(List.of());

    private static final String PURPOSE = "model-rewrite";

    private final List<ModelRewrite> rules;
    private final Map<String, ModelRewrite> byModel = new HashMap<>();
    private final @Nullable ModelRewrite forAny;

    private ModelRewrites(List<ModelRewrite> rules) {
        this.rules = rules;
        ModelRewrite any = null;
        for (ModelRewrite rule : rules) {
            if (rule.models().isEmpty()) {
                any = any == null ? rule : any;
            }
            rule.models().forEach(model -> byModel.putIfAbsent(model, rule));
        }
        forAny = any;
    }

    /** Takes rules, in order. */
    public static ModelRewrites of(ModelRewrite... rules) {
        return of(List.of(rules));
    }

    /** Takes rules, in order. */
    public static ModelRewrites of(List<ModelRewrite> rules) {
        List<ModelRewrite> copy = List.copyOf(rules);
        for (ModelRewrite rule : copy) {
            if (rule.targets().isEmpty()) {
                throw new IllegalArgumentException(
                        "model rewrite of " + rule.told() + ": has no target.\nMaybe add one with to(model).");
            }
        }
        return new ModelRewrites(copy);
    }

    /**
     * Reads rules from a configuration, in the form of llm-d's resource: each with {@code matches}, a list of {@code model: {value:
     * NAME}} that is absent for any model, and {@code targets}, a list of {@code modelRewrite} and, if wanted, {@code weight}.
     *
     * @param rules one for each rule, in order
     * @throws dev.pointsman.api.config.ParameterException if a rule is wrong
     */
    public static ModelRewrites ofParameters(List<Parameters> rules) {
        List<ModelRewrite> read = new ArrayList<>();
        for (Parameters rule : rules) {
            read.add(ModelRewrite.of(rule));
        }
        return of(read);
    }

    /** Returns the rules, in order; unmodifiable. */
    public List<ModelRewrite> rules() {
        return rules;
    }

    /**
     * Returns the request as it is to run; the same one if its model stays.
     *
     * <p>A LoRA adapter of the model's own name, which is how llm-d and vLLM call adapters, is renamed with it.
     *
     * @param seed the scheduler's seed
     */
    public InferenceRequest rewrite(InferenceRequest request, long seed) {
        String before = request.model();
        String model = RequestHeaders.modelRewrite(request.headers());
        if (model == null) {
            model = drawn(before, request.id(), seed);
        }
        if (model.equals(before)) {
            return request;
        }
        InferenceRequest.Builder rewritten = request.toBuilder(model);
        if (before.equals(request.loraAdapter())) {
            rewritten.loraAdapter(model);
        }
        return rewritten.build();
    }

    private String drawn(String model, String requestId, long seed) {
        ModelRewrite named = byModel.get(model);
        ModelRewrite rule = named == null ? forAny : named;
        return rule == null ? model : rule.target(Draw.of(seed, requestId).forPurpose(PURPOSE));
    }

    /** Returns the rules as a configuration writes them, which {@link #ofParameters} reads back. */
    public List<Map<String, Object>> toConfiguration() {
        return rules.stream().map(ModelRewrite::toConfiguration).toList();
    }

    @Override
    public String toString() {
        return "ModelRewrites" + rules;
    }
}
