// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition, however long that takes, and fails if it takes absurdly long. */
final class Await {
    private static final Duration LONG = Duration.ofSeconds(20);

    private Await() {}

    static void until(BooleanSupplier condition, Supplier<String> found) {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("Still not so after " + LONG + ": " + found.get());
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
