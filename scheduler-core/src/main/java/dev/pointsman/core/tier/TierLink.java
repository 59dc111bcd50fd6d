// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.tier;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A place where KV lies, and the way to it: a lower tier, or a peer. Immutable and thread-safe.
 *
 * <p>{@code latency + bytes / bandwidth}, after what is queued before. Others that use the way at the same time are either queued
 * bytes, or share the bandwidth ({@link #sharedBy}).
 *
 * @param name such as {@code dram}
 * @param readBytesPerSecond finite and above 0
 * @param writeBytesPerSecond finite and above 0
 * @param latencySeconds before the first byte; at least 0
 */
public record TierLink(String name, double readBytesPerSecond, double writeBytesPerSecond, double latencySeconds) {
    /** Checks the numbers. */
    public TierLink {
        requireNonNull(name, "name");
        Amounts.positive(name + ".readBytesPerSecond", readBytesPerSecond);
        Amounts.positive(name + ".writeBytesPerSecond", writeBytesPerSecond);
        Amounts.notNegative(name + ".latencySeconds", latencySeconds);
    }

    /** Makes a link that writes as fast as it reads. */
    public static TierLink of(String name, double bytesPerSecond, double latencySeconds) {
        return new TierLink(name, bytesPerSecond, bytesPerSecond, latencySeconds);
    }

    /**
     * Returns common tiers: DRAM 20 GB/s, 1 us; NVMe of PCIe 4, 7 GB/s, 80 us; of PCIe 3, 3.5 GB/s, 100 us; SATA 0.55 GB/s, 150 us;
     * object storage 1 GB/s, 30 ms (inference-sim, {@code defaults.yaml}). Writes are taken to be as fast as reads.
     */
    public static List<TierLink> common() {
        return List.of(
                of("dram", 20e9, 1e-6),
                of("nvme4", 7e9, 80e-6),
                of("nvme3", 3.5e9, 100e-6),
                of("sata", 0.55e9, 150e-6),
                of("s3", 1e9, 30e-3));
    }

    /** Returns the same link when so many flows share its bandwidth evenly, this one included. */
    public TierLink sharedBy(int flows) {
        Amounts.positive("flows", flows);
        return new TierLink(name, readBytesPerSecond / flows, writeBytesPerSecond / flows, latencySeconds);
    }

    /** Returns how long reading takes after some bytes that are queued before. */
    public double readSeconds(double bytes, double queuedBytes) {
        return latencySeconds + (queuedBytes + bytes) / readBytesPerSecond;
    }

    /** Returns how long writing takes after some bytes that are queued before. */
    public double writeSeconds(double bytes, double queuedBytes) {
        return latencySeconds + (queuedBytes + bytes) / writeBytesPerSecond;
    }
}
