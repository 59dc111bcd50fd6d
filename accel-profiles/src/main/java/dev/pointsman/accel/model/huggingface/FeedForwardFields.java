// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model.huggingface;

import dev.pointsman.accel.model.FeedForward;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the feed-forward parts of a model: which layers are dense, which have experts, and how large. */
final class FeedForwardFields {
    private static final String[] EXPERTS = {
        "num_local_experts", "n_routed_experts", "num_experts", "moe_num_experts", "num_routed_experts"
    };
    private static final String[] ACTIVE = {
        "num_experts_per_tok",
        "top_k_experts",
        "experts_per_token",
        "num_experts_per_token",
        "moe_topk",
        "moe_top_k",
        "moe_k"
    };
    private static final String[] INTERMEDIATE = {"intermediate_size", "ffn_hidden_size", "n_inner", "ffn_dim"};

    /** Families whose feed-forward part has no gate. */
    private static final Set<String> NOT_GATED = Set.of(
            "gptj",
            "gpt2",
            "gpt_neox",
            "gpt_bigcode",
            "opt",
            "bloom",
            "mpt",
            "falcon",
            "phi",
            "starcoder2",
            "codegen",
            "nemotron",
            "nemotron_h");

    /** Families whose width is four times the hidden size unless a field says otherwise. */
    private static final Set<String> FOUR_TIMES = Set.of("gptj", "gpt2", "falcon", "bloom", "codegen", "gpt_bigcode");

    private FeedForwardFields() {}

    static FeedForward read(ConfigFields fields, LayerKinds kinds, int hiddenSize) {
        int count = fields.count(0, EXPERTS);
        int expertLayers = count == 0 ? 0 : expertLayers(fields, kinds);
        int denseLayers = kinds.alone()
                ? kinds.denseLayers()
                : fields.bool("enable_moe_block", false) ? kinds.layers() : kinds.layers() - expertLayers;
        if (kinds.alone() && count == 0 && kinds.expertLayers() > 0) {
            fields.size(EXPERTS[1]);
        }
        int matrices =
                NOT_GATED.contains(fields.modelType()) || activation(fields).equals("relu2") ? 2 : 3;
        return new FeedForward(
                denseLayers,
                denseLayers == 0 ? 0 : denseIntermediate(fields, hiddenSize, expertLayers > 0),
                matrices,
                expertLayers == 0 ? null : experts(fields, expertLayers, count));
    }

    private static String activation(ConfigFields fields) {
        return fields.text("mlp_hidden_act", fields.text("hidden_act", ""));
    }

    private static int denseIntermediate(ConfigFields fields, int hiddenSize, boolean besideExperts) {
        if (besideExperts && fields.present("intermediate_size_mlp") != null) {
            return fields.size("intermediate_size_mlp");
        }
        int absent = FOUR_TIMES.contains(fields.modelType()) ? (int) Math.min(4L * hiddenSize, 1 << 30) : 0;
        return fields.sizeOr(absent, INTERMEDIATE);
    }

    private static FeedForward.Experts experts(ConfigFields fields, int layers, int count) {
        int active = fields.size(ACTIVE);
        if (active > count) {
            throw fields.error(
                    String.valueOf(fields.present(ACTIVE)),
                    "must be at most the " + count + " experts there are, but was " + active + ".",
                    "Maybe the two are swapped.");
        }
        int intermediate = fields.present("moe_intermediate_size", "expert_ffn_hidden_size") != null
                ? fields.size("moe_intermediate_size", "expert_ffn_hidden_size")
                : fields.size(INTERMEDIATE);
        String together = sharedTogether(fields);
        int shared = together == null ? fields.count(0, "n_shared_experts", "num_shared_experts") : 1;
        if (fields.isType("llama4")) {
            shared = 1;
        }
        int sharedIntermediate = together != null ? fields.size(together) : shared == 0 ? 0 : intermediate;
        return new FeedForward.Experts(layers, count, active, intermediate, shared, sharedIntermediate);
    }

    /** Returns the field that gives the width of all shared experts together, or null. */
    private static @Nullable String sharedTogether(ConfigFields fields) {
        for (String name : List.of(
                "shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", "shared_intermediate_size")) {
            if (fields.isSet(name)) {
                return name;
            }
        }
        return null;
    }

    private static int expertLayers(ConfigFields fields, LayerKinds kinds) {
        int layers = kinds.layers();
        if (kinds.alone()) {
            return kinds.expertLayers();
        }
        if (fields.isList("mlp_layer_types")) {
            return (int) fields.texts("mlp_layer_types").stream()
                    .filter(type -> type.equals("sparse"))
                    .count();
        }
        if (fields.isList("moe_layers")) {
            return new HashSet<>(fields.integers("moe_layers")).size();
        }
        if (fields.isList("moe_layer_freq")) {
            return (int) fields.integers("moe_layer_freq").stream()
                    .filter(each -> each > 0)
                    .count();
        }
        int firstDense = fields.count(0, "first_k_dense_replace", "num_dense_layers", "moe_layer_start_index");
        int step = Math.max(1, fields.sizeOr(1, "interleave_moe_layer_step", "decoder_sparse_step", "moe_layer_freq"));
        boolean counted = fields.present("interleave_moe_layer_step", "decoder_sparse_step") != null;
        Set<Integer> dense = new HashSet<>(fields.integers("mlp_only_layers"));
        int found = 0;
        for (int i = firstDense; i < layers; i++) {
            boolean turn = counted ? (i + 1) % step == 0 : i % step == 0;
            if (turn && !dense.contains(i)) {
                found++;
            }
        }
        return found;
    }
}
