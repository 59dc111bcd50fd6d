// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import dev.pointsman.core.DecisionBudget;
import dev.pointsman.core.internal.builtin.Times;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * Keeps decisions within their {@link DecisionBudget}. Thread-safe: decisions made at once may overwrite each other's
 * experience, which costs a little of it and nothing else.
 */
final class TimeBudget {
    /** A new measurement counts for an eighth. */
    private static final double LEARNING = 0.125;
    /** What is expected of a producer that is skipped shrinks, so that it is tried again. */
    private static final double SHRINKING = 1 - 1.0 / 64;
    /** What a producer costs with an empty prompt counts as this many tokens. */
    private static final int FIXED_TOKENS = 64;

    private final long budgetNanos;
    private final boolean[] onLadder;
    /** Expected nanoseconds for a token, as the bits of a double, by producer; 0 before the first run. */
    private final AtomicLongArray nanosPerToken;

    TimeBudget(DecisionBudget budget, List<String> producers) {
        budgetNanos = Times.positiveNanos("budget", budget.time(), "");
        onLadder = new boolean[producers.size()];
        for (int i = 0; i < onLadder.length; i++) {
            onLadder[i] = budget.ladder().contains(producers.get(i));
        }
        nanosPerToken = new AtomicLongArray(onLadder.length);
    }

    /** Tells whether a producer may run, and takes the time if so. */
    boolean allows(int producer, Cycle cycle, LongSupplier clock) {
        if (!onLadder[producer]) {
            return true;
        }
        long now = clock.getAsLong();
        double rate = Double.longBitsToDouble(nanosPerToken.get(producer));
        if (now - cycle.now() + rate * tokens(cycle) > budgetNanos) {
            nanosPerToken.set(producer, Double.doubleToRawLongBits(rate * SHRINKING));
            return false;
        }
        cycle.producerBegan(now);
        return true;
    }

    /** Learns what a producer took that was allowed to run. */
    void spent(int producer, Cycle cycle, LongSupplier clock) {
        if (!onLadder[producer]) {
            return;
        }
        double measured = (double) (clock.getAsLong() - cycle.producerBegan()) / tokens(cycle);
        double rate = Double.longBitsToDouble(nanosPerToken.get(producer));
        double learned = rate == 0 ? measured : rate + LEARNING * (measured - rate);
        nanosPerToken.set(producer, Double.doubleToRawLongBits(learned));
    }

    private static long tokens(Cycle cycle) {
        return (long) cycle.promptTokens() + FIXED_TOKENS;
    }
}
