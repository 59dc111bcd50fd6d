// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model.huggingface;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What each layer of a model is. Most models have attention and a feed-forward part in each layer; in Nemotron-H a layer is only
 * one of them.
 */
final class LayerKinds {
    /** How a layer mixes tokens. */
    enum Mixer {
        FULL,
        WINDOW,
        RECURRENT,
        NONE
    }

    private static final int MOST_LAYERS = 10_000;

    private final List<Mixer> mixers;
    private final boolean alone;
    private final int expertLayers;
    private final int denseLayers;

    private LayerKinds(List<Mixer> mixers, boolean alone, int expertLayers, int denseLayers) {
        this.mixers = mixers;
        this.alone = alone;
        this.expertLayers = expertLayers;
        this.denseLayers = denseLayers;
    }

    int count(Mixer mixer) {
        return (int) mixers.stream().filter(each -> each == mixer).count();
    }

    int layers() {
        return mixers.size();
    }

    /** Tells whether a layer is either a mixer or a feed-forward part, and {@link #expertLayers} and {@link #denseLayers} count. */
    boolean alone() {
        return alone;
    }

    int expertLayers() {
        return expertLayers;
    }

    int denseLayers() {
        return denseLayers;
    }

    static LayerKinds read(ConfigFields fields, int layers) {
        if (layers > MOST_LAYERS) {
            throw fields.error(
                    ConfigFields.LAYERS[0],
                    "must be at most " + MOST_LAYERS + ", but was " + layers + ".",
                    "Maybe it was swapped with hidden_size.");
        }
        if (fields.isText("hybrid_override_pattern")) {
            return alone(fields, "hybrid_override_pattern", letters(fields), layers);
        }
        if (fields.isList("layers_block_type")) {
            return alone(fields, "layers_block_type", fields.texts("layers_block_type"), layers);
        }
        List<Mixer> mixers = new ArrayList<>();
        if (fields.isList("layer_types")) {
            List<String> types = fields.texts("layer_types");
            for (int i = 0; i < types.size(); i++) {
                mixers.add(mixer(fields, "layer_types[" + i + "]", types.get(i)));
            }
            checkLength(fields, "layer_types", mixers.size(), layers);
        } else {
            for (int i = 0; i < layers; i++) {
                mixers.add(inferred(fields, i));
            }
        }
        return new LayerKinds(mixers, false, 0, 0);
    }

    /** Without a list of layers the rule of the family decides. */
    private static Mixer inferred(ConfigFields fields, int layer) {
        if (fields.present("linear_num_value_heads") != null) {
            int interval = fields.sizeOr(4, "full_attention_interval");
            return (layer + 1) % interval == 0 ? Mixer.FULL : Mixer.RECURRENT;
        }
        if (!windowed(fields)) {
            return Mixer.FULL;
        }
        String pattern = fields.present("sliding_window_pattern", "_sliding_window_pattern");
        if (pattern != null && fields.isText(pattern)) {
            String letters = fields.text(pattern, "L");
            return letters.charAt(layer % letters.length()) == 'G' ? Mixer.FULL : Mixer.WINDOW;
        }
        if (fields.isType("qwen2", "qwen2_moe", "qwen3", "qwen3_moe")) {
            return layer < fields.count(0, "max_window_layers") ? Mixer.FULL : Mixer.WINDOW;
        }
        int interval = pattern != null
                ? fields.size(pattern)
                : fields.isType("gemma2", "gpt_oss") ? 2 : fields.isType("gemma3", "gemma4") ? 6 : 0;
        return interval > 0 && (layer + 1) % interval == 0 ? Mixer.FULL : Mixer.WINDOW;
    }

    private static boolean windowed(ConfigFields fields) {
        if (!fields.isSet("sliding_window") || !fields.bool("use_sliding_window", true)) {
            return false;
        }
        if (fields.isType("qwen2", "qwen2_moe", "qwen3", "qwen3_moe") && !fields.isSet("use_sliding_window")) {
            return false;
        }
        int longest = fields.count(Integer.MAX_VALUE, "max_position_embeddings");
        return fields.size("sliding_window") < longest;
    }

    private static Mixer mixer(ConfigFields fields, String field, String type) {
        return switch (type) {
            case "full_attention", "attention", "chunked_attention" -> Mixer.FULL;
            case "sliding_attention", "sliding_window_attention" -> Mixer.WINDOW;
            case "linear_attention", "mamba" -> Mixer.RECURRENT;
            default ->
                throw fields.error(
                        field,
                        "must be full_attention, sliding_attention, chunked_attention, linear_attention, attention or"
                                + " mamba, but was " + shown(type) + ".",
                        "Maybe this kind of layer is newer than this library; describe the model in a file of your own.");
        };
    }

    private static LayerKinds alone(ConfigFields fields, String field, List<String> blocks, int layers) {
        List<Mixer> mixers = new ArrayList<>();
        int experts = 0;
        int dense = 0;
        for (int i = 0; i < blocks.size(); i++) {
            switch (blocks.get(i)) {
                case "M", "mamba" -> mixers.add(Mixer.RECURRENT);
                case "*", "attention" -> mixers.add(Mixer.FULL);
                case "E", "moe" -> {
                    mixers.add(Mixer.NONE);
                    experts++;
                }
                case "-", "mlp" -> {
                    mixers.add(Mixer.NONE);
                    dense++;
                }
                default ->
                    throw fields.error(
                            field,
                            "must consist of M or mamba, * or attention, E or moe, - or mlp, but has "
                                    + shown(blocks.get(i)) + " at place " + i + ".",
                            "Maybe this kind of layer is newer than this library; describe the model in a file of your"
                                    + " own.");
            }
        }
        checkLength(fields, field, blocks.size(), layers);
        return new LayerKinds(mixers, true, experts, dense);
    }

    private static List<String> letters(ConfigFields fields) {
        return fields.text("hybrid_override_pattern", "")
                .codePoints()
                .mapToObj(Character::toString)
                .toList();
    }

    private static void checkLength(ConfigFields fields, String field, int found, int layers) {
        if (found != layers) {
            throw fields.error(
                    field,
                    "must have as many entries as there are layers (" + layers + "), but has " + found + ".",
                    "Maybe num_hidden_layers was changed without this list.");
        }
    }

    private static String shown(String type) {
        return type.length() > 40
                ? "a long text"
                : type.toLowerCase(Locale.ROOT).replaceAll("\\p{Cntrl}", "?");
    }
}
