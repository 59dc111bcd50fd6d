// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model.huggingface;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.CatalogException;
import dev.pointsman.accel.internal.json.JsonDocument;
import dev.pointsman.accel.internal.json.JsonView;
import dev.pointsman.accel.model.Attention;
import dev.pointsman.accel.model.FeedForward;
import dev.pointsman.accel.model.Model;
import dev.pointsman.accel.model.ModelArchitecture;
import dev.pointsman.accel.model.WeightFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Reads the {@code config.json} that a model is published with, so that any model can be added by dropping in its config.
 *
 * <pre>{@code
 * Model model = HuggingFaceConfig.read("our-finetune", Path.of("checkpoint/config.json"));
 * ModelCatalog catalog = ModelCatalog.shipped().with(model);
 * }</pre>
 *
 * <p>The shape is inferred from the fields that are there more than from the name of the model: {@code kv_lora_rank} means latent
 * attention, {@code linear_num_value_heads} a gated delta recurrence, {@code num_local_experts} and its cousins a mixture of
 * experts, and so on. Known to be read right are Llama 2 to 4, Mistral, Mixtral, Qwen 2 to 3.5, DeepSeek V2 to V3.2, Kimi K2,
 * GLM 4 and 5, MiniMax M2, gpt-oss, Gemma 1 to 4, Phi 2 to 4, Falcon, GPT-J and Nemotron-H. Fields that do not change the shape
 * are passed over. Fields that change it in a way not known here are refused, rather than read wrong.
 *
 * <p>Of a multimodal model the language part is read. Layers that attend within chunks count as full attention, since engines
 * keep all of their tokens. Layers for speculative decoding are left out. Thread-safe.
 */
public final class HuggingFaceConfig {
    private static final List<String> LANGUAGE_PARTS = List.of("text_config", "llm_config", "language_config");

    /** Each makes some layers another shape than the rest of the config says. */
    private static final List<String> NOT_KNOWN = List.of(
            "compress_ratios",
            "moe_latent_size",
            "num_kv_shared_layers",
            "hidden_size_per_layer_input",
            "use_double_wide_mlp",
            "linear_attn_config",
            "attn_layer_period",
            "block_configs",
            "sparse_attention_config",
            "is_encoder_decoder",
            "num_zero_experts",
            "zero_expert_num");

    private static final Set<String> TIED_BY_DEFAULT = Set.of(
            "gemma",
            "gemma2",
            "gemma3",
            "gemma3_text",
            "gemma4",
            "gemma4_text",
            "cohere",
            "cohere2",
            "gpt2",
            "opt",
            "bloom");

    private HuggingFaceConfig() {}

    /**
     * Reads a config.
     *
     * @param id the name to give the model
     * @param file the {@code config.json}
     * @throws CatalogException if the file cannot be read, a field is missing or wrong, or the shape is not known; names the
     *     field and what would be right
     */
    public static Model read(String id, Path file) {
        return read(requireNonNull(id, "id"), JsonDocument.read(requireNonNull(file, "file")));
    }

    static Model read(String id, JsonView root) {
        ConfigFields fields = new ConfigFields(languagePart(root), root);
        refuseNotKnown(fields);
        int layers = fields.size(ConfigFields.LAYERS);
        int hiddenSize = fields.size(ConfigFields.HIDDEN);
        LayerKinds kinds = LayerKinds.read(fields, layers);
        try {
            Attention attention = AttentionFields.read(fields, kinds, hiddenSize);
            FeedForward feedForward = FeedForwardFields.read(fields, kinds, hiddenSize);
            ModelArchitecture architecture = new ModelArchitecture(
                    layers,
                    hiddenSize,
                    fields.sizeOr(fields.vocabularyDefault(), "vocab_size", "padded_vocab_size"),
                    tied(fields),
                    attention,
                    feedForward);
            WeightFormat weights = WeightFields.read(fields, feedForward.experts() != null);
            return new Model(
                    id,
                    List.of(),
                    architecture,
                    weights,
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    List.of(root.file()),
                    List.of());
        } catch (IllegalArgumentException e) {
            throw root.error(e);
        }
    }

    private static JsonView languagePart(JsonView root) {
        for (String name : LANGUAGE_PARTS) {
            JsonView part = root.optionalView(name);
            if (part != null) {
                return part;
            }
        }
        JsonView thinker = root.optionalView("thinker_config");
        return thinker == null ? root : languagePart(thinker);
    }

    private static void refuseNotKnown(ConfigFields fields) {
        if (fields.integers("attn_type_list").contains(0)) {
            throw fields.error(
                    "attn_type_list",
                    "must be 1 for all layers (full attention), but is 0 for some (lightning attention).",
                    "Maybe describe the model in a file of your own; see the list models of a catalog file.");
        }
        for (String name : NOT_KNOWN) {
            if (fields.isSet(name)) {
                throw fields.error(
                        name,
                        "changes the shape of the model in a way that is not known here.",
                        "Maybe describe the model in a file of your own; see the list models of a catalog file.");
            }
        }
    }

    private static boolean tied(ConfigFields fields) {
        return fields.bool("tie_word_embeddings", TIED_BY_DEFAULT.contains(fields.modelType()));
    }
}
