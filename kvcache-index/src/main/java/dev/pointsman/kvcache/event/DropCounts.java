// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts what was dropped, by reason. Thread-safe; a reason costs one atomic addition. */
public final class DropCounts {
    private static final DropReason[] REASONS = DropReason.values();

    private final AtomicLongArray counts = new AtomicLongArray(REASONS.length);

    /** Makes a count that begins at 0. */
    public DropCounts() {}

    /**
     * Counts.
     *
     * @param reason why
     * @param count how many, at least 0
     */
    public void add(DropReason reason, long count) {
        counts.getAndAdd(reason.ordinal(), count);
    }

    /** Returns how many were dropped for a reason, at least 0. */
    public long count(DropReason reason) {
        return counts.get(reason.ordinal());
    }

    /** Returns how many were dropped, at least 0. */
    public long total() {
        long total = 0;
        for (int i = 0; i < counts.length(); i++) {
            total += counts.get(i);
        }
        return total;
    }

    /** Returns the counts of the reasons that have occurred. */
    public Map<DropReason, Long> toMap() {
        Map<DropReason, Long> map = new EnumMap<>(DropReason.class);
        for (DropReason reason : REASONS) {
            long count = count(reason);
            if (count != 0) {
                map.put(reason, count);
            }
        }
        return map;
    }

    @Override
    public String toString() {
        return toMap().toString();
    }
}
