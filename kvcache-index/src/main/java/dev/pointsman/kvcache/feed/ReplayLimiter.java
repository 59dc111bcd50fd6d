// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds how many replays run at once, so that a router that starts does not ask a whole fleet for its past in one
 * moment. Shared by all trackers of a host. Thread-safe.
 */
public final class ReplayLimiter {
    /** What llm-d allows. */
    public static final int DEFAULT_PARALLEL = 8;

    private final int parallel;
    private final AtomicInteger running = new AtomicInteger();

    /** Allows {@value #DEFAULT_PARALLEL} at once. */
    public ReplayLimiter() {
        this(DEFAULT_PARALLEL);
    }

    /**
     * Makes a limiter.
     *
     * @param parallel how many replays may run at once, at least 1
     * @throws IllegalArgumentException if the number is out of its range
     */
    public ReplayLimiter(int parallel) {
        if (parallel < 1) {
            throw new IllegalArgumentException(
                    "parallel: must be at least 1, but was " + parallel + ".\nMaybe switch replay off instead.");
        }
        this.parallel = parallel;
    }

    /** Returns how many replays run now. */
    public int running() {
        return running.get();
    }

    /** Takes one place if one is free; whoever got it gives it back with {@link #release}. */
    boolean tryAcquire() {
        int now = running.get();
        while (now < parallel) {
            if (running.compareAndSet(now, now + 1)) {
                return true;
            }
            now = running.get();
        }
        return false;
    }

    /**
     * Takes one place for something that can wait, as {@link #tryAcquire} does, if no more than half of them are taken: so
     * what is only to make sure never keeps those waiting who have lost something.
     */
    boolean tryAcquireSpare() {
        int now = running.get();
        while (now < (parallel + 1) / 2) {
            if (running.compareAndSet(now, now + 1)) {
                return true;
            }
            now = running.get();
        }
        return false;
    }

    void release() {
        running.getAndDecrement();
    }

    /** Returns a tracker's own permit, which is not taken yet. */
    Permit permit() {
        return new Permit();
    }

    /** One tracker's place among the replays that run, taken once at most. Not thread-safe. */
    final class Permit {
        private boolean taken;

        private Permit() {}

        /** Tells whether it is taken, and takes it if it can. */
        boolean take() {
            taken = taken || tryAcquire();
            return taken;
        }

        /** Tells whether it is taken, and takes it if it can for something that can wait. */
        boolean takeSpare() {
            taken = taken || tryAcquireSpare();
            return taken;
        }

        /** Gives it back if it is taken. */
        void giveBack() {
            if (taken) {
                taken = false;
                release();
            }
        }
    }
}
