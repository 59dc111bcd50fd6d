// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model.huggingface;

import dev.pointsman.accel.CatalogException;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.internal.json.JsonView;
import dev.pointsman.accel.model.WeightFormat;
import java.util.List;
import java.util.Locale;

/** Reads how the weights of a checkpoint are stored. */
final class WeightFields {
    private static final List<String> METHODS = List.of(
            "fp8",
            "fbgemm_fp8",
            "mxfp4",
            "awq",
            "gptq",
            "compressed-tensors",
            "modelopt",
            "modelopt_fp4",
            "bitsandbytes");

    private WeightFields() {}

    static WeightFormat read(ConfigFields fields, boolean hasExperts) {
        DType wide = wide(fields);
        JsonView config = fields.object("quantization_config");
        if (config == null) {
            config = fields.object("compression_config");
        }
        if (config == null) {
            return WeightFormat.of(wide);
        }
        DType quantized = quantized(config);
        boolean expertsOnly = hasExperts && (quantized == DType.MXFP4 || leavesAttention(config));
        return new WeightFormat(expertsOnly ? wide : quantized, quantized, wide);
    }

    /** Anything that is not 16 bits wide is served in BF16. */
    private static DType wide(ConfigFields fields) {
        String name = fields.text("torch_dtype", fields.text("dtype", "bfloat16"));
        return name.equals("float16") || name.equals("half") ? DType.FP16 : DType.BF16;
    }

    private static DType quantized(JsonView config) {
        String method = config.text("quant_method").toLowerCase(Locale.ROOT);
        return switch (method) {
            case "fp8" -> config.has("weight_block_size") ? DType.FP8_BLOCK : DType.FP8;
            case "fbgemm_fp8" -> DType.FP8;
            case "mxfp4" -> DType.MXFP4;
            case "awq", "gptq" -> integers(config, "bits", config.integer("bits", 1, 16, 4));
            case "compressed-tensors" -> compressed(config);
            case "modelopt", "modelopt_fp4" -> modelopt(config, method);
            case "bitsandbytes" -> config.bool("load_in_4bit", false) ? DType.INT4 : DType.INT8;
            default ->
                throw CatalogException.unknown(
                        config.file(), config.path("quant_method"), "method of quantization", method, METHODS);
        };
    }

    private static DType integers(JsonView config, String field, int bits) {
        return switch (bits) {
            case 4 -> DType.INT4;
            case 8 -> DType.INT8;
            default ->
                throw config.error(
                        field,
                        "must be 4 or 8 bits, but was " + bits + ".",
                        "Maybe say how the weights are stored in a file of your own.");
        };
    }

    private static DType modelopt(JsonView config, String method) {
        String algorithm = config.text("quant_algo", method.equals("modelopt_fp4") ? "NVFP4" : "FP8");
        String upper = algorithm.toUpperCase(Locale.ROOT);
        if (upper.contains("NVFP4") || upper.contains("W4A4")) {
            return DType.FP4;
        }
        if (upper.contains("W4A16") || upper.contains("AWQ")) {
            return DType.INT4;
        }
        if (upper.contains("FP8")) {
            return DType.FP8;
        }
        throw CatalogException.unknown(
                config.file(), config.path("quant_algo"), "algorithm", algorithm, List.of("FP8", "NVFP4", "W4A16_AWQ"));
    }

    /** The first group of layers decides; the others are as a rule exceptions. */
    private static DType compressed(JsonView config) {
        JsonView groups = config.view("config_groups");
        List<String> names = groups.names();
        if (names.isEmpty()) {
            throw config.error(
                    "config_groups", "must have a group, but is empty.", "Maybe remove quantization_config.");
        }
        JsonView weights = groups.view(names.get(0)).view("weights");
        int bits = weights.integer("num_bits", 1, 16);
        boolean floating = weights.text("type", "int").equals("float");
        if (!floating) {
            return integers(weights, "num_bits", bits);
        }
        return switch (bits) {
            case 4 -> weights.integer("group_size", 1, 1 << 20, 16) == 32 ? DType.MXFP4 : DType.FP4;
            case 8 -> weights.text("strategy", "").equals("block") ? DType.FP8_BLOCK : DType.FP8;
            default ->
                throw weights.error(
                        "num_bits",
                        "must be 4 or 8 bits, but was " + bits + ".",
                        "Maybe say how the weights are stored in a file of your own.");
        };
    }

    private static boolean leavesAttention(JsonView config) {
        for (String field : List.of("ignore", "modules_to_not_convert", "exclude_modules", "ignored_layers")) {
            for (String pattern : config.texts(field)) {
                if (pattern.contains("attn") || pattern.contains("attention")) {
                    return true;
                }
            }
        }
        return false;
    }
}
