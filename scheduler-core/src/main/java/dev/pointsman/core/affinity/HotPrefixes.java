// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import dev.pointsman.core.internal.builtin.Hashing;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * How often each prefix was asked for lately, for those that are asked for often, in a fixed amount of memory.
 *
 * <p>A count halves with every half-life that passes. The table has buckets of {@value #WAYS} places. A prefix that finds its bucket
 * full takes one off the least of its counts, and the place as well once nothing is left: so a flood of prefixes that come once wears
 * frequent ones down by at most what it brings (after Misra and Gries, "Finding repeated elements", 1982), and counts are never
 * too high.
 *
 * <p>Thread-safe and lock-free. Reading allocates nothing, counting one small object. Both take constant time.
 */
final class HotPrefixes {
    private static final int WAYS = 4;

    private final AtomicReferenceArray<@Nullable Count> places;
    private final int bucketMask;
    private final double halfLifeNanos;

    /**
     * Makes room.
     *
     * @param capacity how many prefixes at least
     * @param halfLifeNanos after how many nanoseconds a count is half of what it was; at least 1
     */
    HotPrefixes(int capacity, long halfLifeNanos) {
        int buckets = Math.max(1, Integer.highestOneBit(Math.max(1, (capacity - 1) / WAYS)) * 2);
        places = new AtomicReferenceArray<>(buckets * WAYS);
        bucketMask = buckets - 1;
        this.halfLifeNanos = halfLifeNanos;
    }

    /** Returns how often a prefix was counted lately. */
    double count(long prefix, long now) {
        int first = first(prefix);
        for (int place = first; place < first + WAYS; place++) {
            Count count = places.get(place);
            if (count != null && count.prefix == prefix) {
                return at(count, now);
            }
        }
        return 0;
    }

    /** Counts a prefix once more. */
    void add(long prefix, long now) {
        int first = first(prefix);
        // Another thread may be quicker each time; then a count is one too low, which is allowed.
        for (int attempt = 0; attempt < WAYS; attempt++) {
            int place = place(first, prefix, now);
            Count there = places.get(place);
            if (places.compareAndSet(place, there, after(there, prefix, now))) {
                return;
            }
        }
    }

    private Count after(@Nullable Count there, long prefix, long now) {
        double known = there == null ? 0 : at(there, now);
        if (there != null && there.prefix == prefix) {
            return new Count(prefix, known + 1, now);
        }
        return there == null || known <= 1 ? new Count(prefix, 1, now) : new Count(there.prefix, known - 1, now);
    }

    /** Returns where a prefix is or may be: its own place, else a free one, else that of the least count. */
    private int place(int first, long prefix, long now) {
        int least = first;
        double leastCount = Double.POSITIVE_INFINITY;
        for (int place = first; place < first + WAYS; place++) {
            Count count = places.get(place);
            if (count != null && count.prefix == prefix) {
                return place;
            }
            double known = count == null ? 0 : at(count, now);
            if (known < leastCount) {
                least = place;
                leastCount = known;
            }
        }
        return least;
    }

    private int first(long prefix) {
        return ((int) Hashing.mix(prefix) & bucketMask) * WAYS;
    }

    /** A thread that is late may ask for a time before the last count's; nothing has decayed then. */
    private double at(Count count, long now) {
        long passed = now - count.at;
        return passed <= 0 ? count.count : count.count * Math.pow(0.5, passed / halfLifeNanos);
    }

    private record Count(long prefix, double count, long at) {}
}
