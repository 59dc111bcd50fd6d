// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import java.util.random.RandomGenerator;

/** Waits twice as long after each failure in a row, up to a limit, and never as long as everybody else. */
final class Backoff {
    private static final int MOST_DOUBLINGS = 30;

    private final long least;
    private final long most;
    private final RandomGenerator random;
    private int failures;

    Backoff(long leastNanos, long mostNanos, RandomGenerator random) {
        this.least = leastNanos;
        this.most = mostNanos;
        this.random = random;
    }

    /** Returns how long to wait after one more failure: between half of and all of the time that is due. */
    long next() {
        long due = least > most >> failures ? most : least << failures;
        failures = Math.min(failures + 1, MOST_DOUBLINGS);
        return due / 2 + random.nextLong(due / 2 + 1);
    }

    void succeeded() {
        failures = 0;
    }
}
