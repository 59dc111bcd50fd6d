// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Counts what a piece of code allocates on this thread. */
public final class Allocations {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int WARM_UP = 20_000;
    private static final int ROUNDS = 5;
    private static final int CALLS = 10_000;

    private Allocations() {}

    /**
     * Returns the bytes that one call allocates on average, once it is compiled: the least of some rounds, because now and then
     * the JVM itself allocates on the thread. A round that allocates nothing is the last, as is one that allocates exactly
     * what the one before did.
     */
    public static double perCall(Runnable call) {
        for (int i = 0; i < WARM_UP; i++) {
            call.run();
        }
        long least = Long.MAX_VALUE;
        long before = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long bytes = once(() -> {
                for (int i = 0; i < CALLS; i++) {
                    call.run();
                }
            });
            least = Math.min(least, bytes);
            if (bytes == 0 || bytes == before) {
                break;
            }
            before = bytes;
        }
        return (double) least / CALLS;
    }

    /** Returns the bytes that a task allocates, what the JVM needs to run it the first time included. */
    public static long once(Runnable task) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        task.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
