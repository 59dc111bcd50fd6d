// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Assumptions;

/** Counts what a thread allocates, which the JVM knows to the byte. */
final class Allocations {
    private static final int ROUNDS = 5;

    private Allocations() {}

    /**
     * Returns the bytes that a task allocates in so many runs, after as many runs to load classes and grow arrays: the least of
     * some rounds, because now and then the JVM itself allocates on the thread.
     */
    static long of(int runs, Runnable task) {
        Assumptions.assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean,
                "this JVM does not count what threads allocate");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < runs; i++) {
            task.run();
        }
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < runs; i++) {
                task.run();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }
}
