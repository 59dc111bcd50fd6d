// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import dev.pointsman.core.internal.assembly.Blueprint;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Cycles that wait for their next request. Lock-free: a thread starts looking at a place that its id gives, so that threads
 * seldom meet, and makes a cycle when the few places it looks at are empty. Thread locals would do for platform threads, and
 * would keep one cycle for each of a million virtual ones.
 */
final class CyclePool {
    private static final int PROBES = 4;

    private final Blueprint blueprint;
    private final AtomicReferenceArray<@Nullable Cycle> places;
    private final int mask;

    CyclePool(Blueprint blueprint) {
        this.blueprint = blueprint;
        int size = Integer.highestOneBit(Math.max(4, Runtime.getRuntime().availableProcessors()) * 4 - 1);
        places = new AtomicReferenceArray<>(size);
        mask = size - 1;
    }

    Cycle acquire() {
        int start = start();
        for (int i = 0; i < PROBES; i++) {
            int place = (start + i) & mask;
            if (places.get(place) != null) {
                Cycle cycle = places.getAndSet(place, null);
                if (cycle != null) {
                    return cycle;
                }
            }
        }
        return new Cycle(blueprint);
    }

    void release(Cycle cycle) {
        int start = start();
        for (int i = 0; i < PROBES; i++) {
            if (places.compareAndSet((start + i) & mask, null, cycle)) {
                return;
            }
        }
    }

    @SuppressWarnings("deprecation") // Thread.threadId() came with Java 19; virtual threads do not override getId().
    private static int start() {
        long id = Thread.currentThread().getId() * 0x9E3779B97F4A7C15L;
        return (int) (id >>> 40);
    }
}
