// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A clock that stands still until a test moves it, for everything that takes its time as nanoseconds from a {@link
 * LongSupplier}. Thread-safe.
 *
 * <pre>{@code
 * ManualClock clock = new ManualClock();
 * clock.advance(Duration.ofSeconds(3));
 * }</pre>
 */
public final class ManualClock implements LongSupplier {
    private final AtomicLong nanos;

    /** Starts at 0. */
    public ManualClock() {
        this(0);
    }

    /**
     * Starts at a given time.
     *
     * @param nanos any number: like {@link System#nanoTime}, the clock has no meaningful zero
     */
    public ManualClock(long nanos) {
        this.nanos = new AtomicLong(nanos);
    }

    /** Returns the time in nanoseconds. */
    @Override
    public long getAsLong() {
        return nanos.get();
    }

    /**
     * Moves the clock forward.
     *
     * @param time how far; at least 0
     * @return the new time in nanoseconds
     * @throws IllegalArgumentException if it would go back
     */
    public long advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("clock: must not go back, but was to advance by " + time
                    + ".\nMaybe start a second clock at the earlier time.");
        }
        return nanos.addAndGet(time.toNanos());
    }

    @Override
    public String toString() {
        return "ManualClock[" + nanos + " ns]";
    }
}
