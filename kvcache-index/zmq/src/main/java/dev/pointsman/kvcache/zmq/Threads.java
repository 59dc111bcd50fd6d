// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

/** Waits for our threads to end. */
final class Threads {
    private static final long PATIENCE_MILLIS = 5_000;

    private Threads() {}

    /** Waits for a thread that was told to end; gives up after some seconds, or if interrupted, which it passes on. */
    static void join(Thread thread) {
        try {
            thread.join(PATIENCE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
