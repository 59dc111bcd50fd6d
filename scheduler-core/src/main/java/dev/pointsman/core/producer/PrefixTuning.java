// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.kvcache.BlockHasher;
import org.jspecify.annotations.Nullable;

/**
 * Says how large blocks are and how many an endpoint has room for: as configured, or as the endpoints report. {@link
 * ApproxPrefixProducer} has the rules and the reasons. Thread-safe.
 */
final class PrefixTuning {
    private final boolean auto;
    private final int configuredBlockSize;
    private final int minimumBlockSize;
    private final int configuredCapacity;
    private final int maxCapacity;

    /** What was last tuned to; of an old snapshot at worst, never wrong for its own. */
    private volatile Tuned last;

    /**
     * Makes a tuning.
     *
     * @param auto whether what endpoints report counts
     * @param blockSize tokens in a block if they report none, or several
     * @param minimumBlockSize fewest tokens in a block
     * @param capacity blocks of an endpoint that reports none
     * @param maxCapacity most blocks that an endpoint's report counts for
     */
    PrefixTuning(boolean auto, int blockSize, int minimumBlockSize, int capacity, int maxCapacity) {
        this.auto = auto;
        this.configuredBlockSize = blockSize;
        this.minimumBlockSize = minimumBlockSize;
        this.configuredCapacity = capacity;
        this.maxCapacity = maxCapacity;
        this.last = new Tuned(null, atLeastMinimum(blockSize));
    }

    /** Returns the tokens in a block for a fleet. */
    @SuppressWarnings(
            "ReferenceEquality") // The very snapshot that was looked at; an equal one would do as well, and cost more.
    int blockSize(FleetSnapshot fleet) {
        Tuned current = last;
        if (auto && current.fleet != fleet) {
            int agreed = agreedBlockSize(fleet);
            current = new Tuned(fleet, atLeastMinimum(agreed > 0 ? agreed : configuredBlockSize));
            last = current;
        }
        return current.blockSize;
    }

    /** Returns the tokens in a block for the fleet that was last asked about. */
    int lastBlockSize() {
        return last.blockSize;
    }

    /** Returns how many blocks of a size an endpoint has room for, at least 1. */
    int capacity(EndpointMetrics metrics, int blockSize) {
        if (!auto || metrics.kvBlockCount() <= 0 || metrics.kvBlockSize() <= 0) {
            return configuredCapacity;
        }
        double tokens = (double) metrics.kvBlockCount() * metrics.kvBlockSize();
        return (int) Math.max(1, Math.min(maxCapacity, tokens / blockSize));
    }

    /** Returns the one KV block size that the engines report, or 0 if they report none or several. */
    private static int agreedBlockSize(FleetSnapshot fleet) {
        int agreed = 0;
        for (int slot = 0; slot < fleet.slotLimit(); slot++) {
            int reported = fleet.occupied(slot) ? fleet.metrics(slot).kvBlockSize() : 0;
            if (reported > 0 && reported != agreed) {
                if (agreed > 0) {
                    return 0;
                }
                agreed = reported;
            }
        }
        return agreed;
    }

    private int atLeastMinimum(int size) {
        int usable = Math.min(size, BlockHasher.MAX_BLOCK_SIZE);
        int multiple = (minimumBlockSize + usable - 1) / usable * usable;
        return Math.max(usable, Math.min(multiple, BlockHasher.MAX_BLOCK_SIZE));
    }

    private record Tuned(@Nullable FleetSnapshot fleet, int blockSize) {}
}
