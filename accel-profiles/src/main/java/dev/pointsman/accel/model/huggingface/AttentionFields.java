// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model.huggingface;

import dev.pointsman.accel.model.Attention;
import dev.pointsman.accel.model.GroupedQueryAttention;
import dev.pointsman.accel.model.HybridAttention;
import dev.pointsman.accel.model.LatentAttention;
import dev.pointsman.accel.model.WindowedAttention;

/** Reads how the layers of a model mix tokens. */
final class AttentionFields {
    private static final String[] HEADS = {"num_attention_heads", "n_head", "n_heads", "num_heads"};

    private AttentionFields() {}

    static Attention read(ConfigFields fields, LayerKinds kinds, int hiddenSize) {
        int full = kinds.count(LayerKinds.Mixer.FULL);
        int windowed = kinds.count(LayerKinds.Mixer.WINDOW);
        int recurrent = kinds.count(LayerKinds.Mixer.RECURRENT);
        if (fields.present("kv_lora_rank") != null) {
            if (windowed + recurrent > 0) {
                throw fields.error(
                        "kv_lora_rank",
                        "must not go with layers other than full attention, but " + (windowed + recurrent)
                                + " layers are others.",
                        "Maybe this kind of model is newer than this library; describe it in a file of your own.");
            }
            return latent(fields, full);
        }
        GroupedQueryAttention plain = groupedQuery(fields, hiddenSize, full);
        if (recurrent > 0) {
            if (windowed > 0) {
                throw fields.error(
                        "layer_types",
                        "must not have both window and recurrent layers, but has " + windowed + " and " + recurrent
                                + ".",
                        "Maybe this kind of model is newer than this library; describe it in a file of your own.");
            }
            return new HybridAttention(plain, recurrent(fields, recurrent));
        }
        if (windowed == 0) {
            return plain;
        }
        GroupedQueryAttention local = new GroupedQueryAttention(
                windowed, plain.heads(), plain.kvHeads(), plain.headDim(), plain.outputGate());
        return new WindowedAttention(global(fields, plain), local, fields.size("sliding_window"));
    }

    /** In some models the full layers have heads of another number and size than the window layers. */
    private static GroupedQueryAttention global(ConfigFields fields, GroupedQueryAttention plain) {
        return groupedQuery(
                fields,
                plain.layers(),
                plain.heads(),
                fields.sizeOr(plain.kvHeads(), "num_global_key_value_heads"),
                fields.sizeOr(plain.headDim(), "global_head_dim"),
                "num_global_key_value_heads");
    }

    private static LatentAttention latent(ConfigFields fields, int layers) {
        LatentAttention.Selector selector = fields.present("index_topk") == null
                ? null
                : new LatentAttention.Selector(
                        fields.size("index_n_heads"), fields.size("index_head_dim"), fields.size("index_topk"));
        return new LatentAttention(
                layers,
                fields.size(HEADS),
                fields.count(0, "q_lora_rank"),
                fields.size("kv_lora_rank"),
                fields.count(0, "qk_rope_head_dim"),
                fields.size("qk_nope_head_dim"),
                fields.size("v_head_dim"),
                selector);
    }

    private static GroupedQueryAttention groupedQuery(ConfigFields fields, int hiddenSize, int layers) {
        boolean gemma3 = fields.isType("gemma3");
        int heads = gemma3 ? fields.sizeOr(8, HEADS) : fields.size(HEADS);
        int headDim = gemma3 ? fields.sizeOr(256, "head_dim") : headDim(fields, hiddenSize, heads);
        return groupedQuery(fields, layers, heads, kvHeads(fields, heads), headDim, "num_key_value_heads");
    }

    private static GroupedQueryAttention groupedQuery(
            ConfigFields fields, int layers, int heads, int kvHeads, int headDim, String kvField) {
        if (heads % kvHeads != 0) {
            throw fields.error(
                    kvField,
                    "must divide the " + heads + " attention heads, but was " + kvHeads + ".",
                    "Maybe one of the two was changed alone.");
        }
        boolean gate = fields.bool("attn_output_gate", fields.present("linear_num_value_heads") != null);
        return new GroupedQueryAttention(layers, heads, kvHeads, headDim, gate);
    }

    private static int kvHeads(ConfigFields fields, int heads) {
        if (fields.isType("falcon") && !fields.bool("new_decoder_architecture", false)) {
            return fields.bool("multi_query", true) ? 1 : heads;
        }
        if (fields.bool("multi_query_attention", false)) {
            return fields.sizeOr(1, "multi_query_group_num");
        }
        if (fields.isType("gpt_bigcode") && fields.bool("multi_query", true)) {
            return 1;
        }
        int others = fields.isType("gemma3") ? 4 : heads;
        return fields.sizeOr(others, "num_key_value_heads", "num_kv_heads", "n_head_kv");
    }

    private static int headDim(ConfigFields fields, int hiddenSize, int heads) {
        if (fields.present("head_dim", "kv_channels", "attention_head_dim") != null) {
            return fields.size("head_dim", "kv_channels", "attention_head_dim");
        }
        if (hiddenSize % heads != 0) {
            throw fields.error(
                    "head_dim",
                    "must be a whole number above 0, but is missing, and hidden_size " + hiddenSize
                            + " is not a multiple of the " + heads + " heads.",
                    "Maybe one of hidden_size and num_attention_heads is wrong.");
        }
        return hiddenSize / heads;
    }

    private static HybridAttention.Recurrent recurrent(ConfigFields fields, int layers) {
        if (fields.present("linear_num_value_heads") != null) {
            return new HybridAttention.Recurrent(
                    HybridAttention.Kind.GATED_DELTA,
                    layers,
                    fields.size("linear_num_key_heads"),
                    fields.size("linear_key_head_dim"),
                    fields.size("linear_num_value_heads"),
                    fields.size("linear_value_head_dim"),
                    fields.sizeOr(4, "linear_conv_kernel_dim"));
        }
        return new HybridAttention.Recurrent(
                HybridAttention.Kind.MAMBA2,
                layers,
                fields.sizeOr(1, "n_groups", "mamba_n_groups"),
                fields.size("ssm_state_size", "mamba_d_state"),
                fields.size("mamba_num_heads", "mamba_n_heads"),
                fields.size("mamba_head_dim", "mamba_d_head"),
                fields.sizeOr(4, "conv_kernel", "mamba_d_conv"));
    }
}
