// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is remembered from one request of a model to the next: whether the last one was split, by how much times to first token
 * have missed their targets, and how much of prompts was cached. At most {@value #MOST_MODELS} models; further ones share one memory. Thread-safe: concurrent requests
 * see the memory before or after each other, and what they decide follows from what they saw.
 */
final class ModelMemory {
    private static final int MOST_MODELS = 1024;

    private final Map<String, Memory> byModel = new ConcurrentHashMap<>();
    private final Memory further = new Memory();

    /** Returns the memory of a model. */
    Memory of(String model) {
        Memory memory = byModel.get(model);
        if (memory != null) {
            return memory;
        }
        return byModel.size() >= MOST_MODELS ? further : byModel.computeIfAbsent(model, absent -> new Memory());
    }

    /** How the last request was served. */
    enum Kind {
        NONE,
        LOCAL,
        REMOTE
    }

    /** The memory of one model. */
    static final class Memory {
        /** So many targets' worth of lateness are remembered at most, so that a long overload is not paid back for ever. */
        private static final double MOST_DEFICIT = 9;
        /** A request counts for the next so many, as the mean over a window twice as long would. */
        private static final double REMEMBERED = 32;

        private volatile Kind last = Kind.NONE;
        private volatile double deficit;
        private volatile double reuse;

        Kind last() {
            return last;
        }

        /** Returns the virtual queue of missed targets, in targets. */
        double deficit() {
            return deficit;
        }

        /** Returns the share of prompts that was cached somewhere when they came, from 0 to 1; the last few dozen count. */
        double reuse() {
            return reuse;
        }

        /**
         * Takes down a request that goes out: the queue grows by what is predicted beyond the target and shrinks by what is left of
         * it, as in drift-plus-penalty control.
         *
         * @param target nanoseconds, 0 for none
         * @param cached the share of the prompt that was cached somewhere
         */
        synchronized void dispatched(boolean remote, double ttftNanos, double target, double cached) {
            reuse += (cached - reuse) / REMEMBERED;
            last = remote ? Kind.REMOTE : Kind.LOCAL;
            if (target > 0) {
                deficit = Math.min(MOST_DEFICIT, Math.max(0, deficit + ttftNanos / target - 1));
            }
        }
    }
}
