// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.snapshot;

/**
 * The most that a snapshot may hold to be loaded.
 *
 * @param endpoints how many endpoints, at least 0
 * @param blocks how many blocks over all endpoints, tiers and copies, at least 0
 */
public record SnapshotLimits(int endpoints, long blocks) {
    /** 20,000 endpoints and 200 million blocks. */
    public static final SnapshotLimits DEFAULT = new SnapshotLimits(20_000, 200_000_000);

    /** Checks the ranges. */
    public SnapshotLimits {
        if (endpoints < 0 || blocks < 0) {
            throw new IllegalArgumentException("limits: must be at least 0, but were " + endpoints + " endpoints and "
                    + blocks + " blocks.\nMaybe use SnapshotLimits.DEFAULT.");
        }
    }
}
