// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Assumptions;

/** Counts what a thread allocates, which the JVM knows to the byte. */
final class Allocations {
    private Allocations() {}

    /** Returns the bytes that a task allocates in so many runs, after as many runs to load classes and grow arrays. */
    static long of(int runs, Runnable task) {
        Assumptions.assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean,
                "this JVM does not count what threads allocate");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < runs; i++) {
            task.run();
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < runs; i++) {
            task.run();
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
