// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.catalog;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What one chip can do at best, as its vendor states it: a data sheet, not a measurement. Immutable and thread-safe.
 *
 * <p>Peaks are dense (no structured sparsity), with accumulation in FP32 where the vendor distinguishes. One TFLOPS is 10^12
 * operations per second, a multiplication and an addition counted as two; the same unit is used for integers. One GB is 10^9
 * bytes, one GiB 2^30.
 *
 * @param id the name to look it up by, such as {@code h100-sxm}
 * @param name the name in words
 * @param aliases other names, such as the product label of a Kubernetes node
 * @param vendor who makes it, such as {@code NVIDIA}
 * @param family the generation whose members behave alike, such as {@code hopper}
 * @param peakTflops dense peak by the data type that is multiplied; has at least one entry
 * @param memoryGiB memory of the chip
 * @param usableMemoryGiB what the driver reports as total, where it is known
 * @param memoryMarketingGB the figure on the box, in the vendor's own idea of a GB
 * @param memoryGigabytesPerSecond bandwidth of that memory
 * @param tdpWatts thermal design power; empty where the vendor does not publish it
 * @param links ways out of the chip, at most one of each kind
 * @param prices what an hour costs, the default first; empty where nothing was found
 * @param sources where the numbers come from
 * @param notes what else is worth knowing, such as sources that disagree
 */
public record Accelerator(
        String id,
        String name,
        List<String> aliases,
        String vendor,
        String family,
        Map<DType, Double> peakTflops,
        double memoryGiB,
        OptionalDouble usableMemoryGiB,
        OptionalDouble memoryMarketingGB,
        double memoryGigabytesPerSecond,
        OptionalDouble tdpWatts,
        List<Link> links,
        List<Price> prices,
        List<String> sources,
        List<String> notes) {
    private static final double GIB = 1L << 30;

    /** Copies and checks what is given. */
    public Accelerator {
        requireNonNull(id, "id");
        requireNonNull(name, "name");
        aliases = List.copyOf(aliases);
        requireNonNull(vendor, "vendor");
        requireNonNull(family, "family");
        if (peakTflops.isEmpty()) {
            throw new IllegalArgumentException(
                    id + " has no peak.\nMaybe give at least that of bf16, from which the others follow.");
        }
        peakTflops = Collections.unmodifiableMap(new EnumMap<>(peakTflops));
        peakTflops.forEach((type, peak) -> positive(id, "peakTflops." + type, peak));
        positive(id, "memoryGiB", memoryGiB);
        usableMemoryGiB.ifPresent(usable -> positive(id, "usableMemoryGiB", usable));
        memoryMarketingGB.ifPresent(marketing -> positive(id, "memoryMarketingGB", marketing));
        positive(id, "memoryGigabytesPerSecond", memoryGigabytesPerSecond);
        tdpWatts.ifPresent(watts -> positive(id, "tdpWatts", watts));
        links = List.copyOf(links);
        prices = List.copyOf(prices);
        sources = List.copyOf(sources);
        notes = List.copyOf(notes);
    }

    /** Tells whether the chip multiplies a data type as it is, without widening it first. */
    public boolean multiplies(DType type) {
        return peakTflops.containsKey(type.arithmetic());
    }

    /**
     * Returns the dense peak at which weights of a data type are multiplied, in TFLOPS: that of the data type itself, or where
     * the chip lacks it, that of BF16 (or FP16), to which kernels widen such weights.
     *
     * @throws IllegalStateException if the chip states neither
     */
    public double computeTflops(DType type) {
        Double own = peakTflops.get(type.arithmetic());
        if (own != null) {
            return own;
        }
        Double wide = peakTflops.getOrDefault(DType.BF16, peakTflops.get(DType.FP16));
        if (wide == null) {
            throw new IllegalStateException(id + " states no peak for " + type + ", nor for bf16 or fp16 instead.\n"
                    + "Maybe add peakTflops.bf16 to it in a file of your own.");
        }
        return wide;
    }

    /** Returns the bytes of memory that a program can see: the usable ones where known, else all. */
    public double memoryBytes() {
        return usableMemoryGiB.orElse(memoryGiB) * GIB;
    }

    /** Returns the bandwidth of the chip's memory in bytes per second. */
    public double memoryBytesPerSecond() {
        return memoryGigabytesPerSecond * 1e9;
    }

    /** Returns the link of a kind, if the chip has one. */
    public Optional<Link> link(LinkKind kind) {
        return links.stream().filter(link -> link.kind() == kind).findFirst();
    }

    /** Returns the default price, if any is known: the user's own, or the first that ships. */
    public Optional<Price> price() {
        return prices.stream().findFirst();
    }

    /** Returns the first price of a kind, if any is known; to compare chips, compare prices of one kind. */
    public Optional<Price> price(PriceKind kind) {
        return prices.stream().filter(price -> price.kind() == kind).findFirst();
    }

    private static void positive(String id, String field, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(id + ": " + field + " must be finite and above 0, but was " + value
                    + ".\nMaybe leave it out if it is not known.");
        }
    }
}
