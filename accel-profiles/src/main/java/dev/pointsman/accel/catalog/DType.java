// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.catalog;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.CatalogException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a number is stored: what a weight or a KV element costs in bytes, scales included, and which peak of an accelerator
 * multiplies it.
 *
 * <p>Sizes with scales: {@link #FP4} has an 8-bit scale for 16 elements (NVFP4), {@link #MXFP4} one for 32 (OCP
 * Microscaling), {@link #FP8_BLOCK} a 32-bit scale for a block of 128 by 128, {@link #INT4} a 16-bit scale and a 4-bit zero
 * point for a group of 128 (AWQ and GPTQ as usually published). {@link #FP8} and {@link #INT8} have a scale for a tensor or a
 * channel, which is not counted.
 */
public enum DType {
    /** Brain floating point, 16 bits. */
    BF16("bf16", 2),
    /** IEEE floating point, 16 bits. */
    FP16("fp16", 2),
    /** Floating point in 8 bits, with a scale for a tensor or a channel. */
    FP8("fp8", 1),
    /** Floating point in 8 bits, with a scale for each block of 128 by 128. */
    FP8_BLOCK("fp8-block", 1 + 4.0 / (128 * 128)),
    /** Floating point in 4 bits, with an 8-bit scale for 16 elements: NVFP4. */
    FP4("fp4", 0.5 + 1.0 / 16),
    /** Floating point in 4 bits, with an 8-bit scale for 32 elements. */
    MXFP4("mxfp4", 0.5 + 1.0 / 32),
    /** Integers in 8 bits. */
    INT8("int8", 1),
    /** Integers in 4 bits that are multiplied in 16: weight-only quantization. */
    INT4("int4", 0.5 + 2.0 / 128 + 0.5 / 128);

    private static final Map<String, DType> BY_NAME = byName();

    private final String label;
    private final double bytesPerElement;

    DType(String label, double bytesPerElement) {
        this.label = label;
        this.bytesPerElement = bytesPerElement;
    }

    /**
     * Finds a data type by its label or another usual name, such as {@code bfloat16}, {@code nvfp4} or {@code awq}; case and
     * underscores do not matter.
     *
     * @throws CatalogException if there is none, with the one that was probably meant
     */
    public static DType of(String name) {
        DType found = BY_NAME.get(normal(requireNonNull(name, "name")));
        if (found == null) {
            throw CatalogException.unknown("", "", "data type", name, labels());
        }
        return found;
    }

    /** Tells whether {@link #of} finds a name. */
    public static boolean isKnown(String name) {
        return BY_NAME.containsKey(normal(name));
    }

    /** Returns the labels of all data types, in order of declaration. */
    public static List<String> labels() {
        return List.of(values()).stream().map(DType::label).toList();
    }

    /** Returns the name used in data files, such as {@code fp8-block}. */
    public String label() {
        return label;
    }

    /** Returns the bytes of one element with its share of the scales; between 0.5 and 2. */
    public double bytesPerElement() {
        return bytesPerElement;
    }

    /**
     * Returns the data type under which an accelerator states the peak that applies: block and micro scales do not change it,
     * and weights that are only stored in 4-bit integers are multiplied in BF16.
     */
    public DType arithmetic() {
        return switch (this) {
            case FP8_BLOCK -> FP8;
            case MXFP4 -> FP4;
            case INT4 -> BF16;
            case BF16, FP16, FP8, FP4, INT8 -> this;
        };
    }

    @Override
    public String toString() {
        return label;
    }

    private static String normal(String name) {
        return name.trim().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Map<String, DType> byName() {
        Map<String, DType> byName = new HashMap<>();
        for (DType type : values()) {
            byName.put(type.label, type);
        }
        byName.put("bfloat16", BF16);
        for (String name : List.of("float16", "half")) {
            byName.put(name, FP16);
        }
        for (String name : List.of("float8", "e4m3", "fp8-e4m3", "float8-e4m3fn", "fp8-e5m2", "float8-e5m2")) {
            byName.put(name, FP8);
        }
        for (String name : List.of("block-fp8", "fp8-block-128")) {
            byName.put(name, FP8_BLOCK);
        }
        for (String name : List.of("nvfp4", "float4")) {
            byName.put(name, FP4);
        }
        for (String name : List.of("w8a8", "w8a8-int8")) {
            byName.put(name, INT8);
        }
        for (String name : List.of("awq", "gptq", "w4a16")) {
            byName.put(name, INT4);
        }
        return byName;
    }
}
