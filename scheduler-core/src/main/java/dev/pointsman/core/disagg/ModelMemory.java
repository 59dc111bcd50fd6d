// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is remembered from one request of a model to the next: whether the last one was split, by how much times to first token
 * have missed their targets, and how much of prompts was cached. Some 1,024 models have one each, and further ones share one. A model
 * counts once it was dispatched, so that names that clients make up take no room. Thread-safe: concurrent requests see the memory
 * before or after each other, and what they decide follows from what they saw.
 */
final class ModelMemory {
    private static final int MOST_MODELS = 1024;

    private final Map<String, Memory> byModel = new ConcurrentHashMap<>();
    private final Memory further = new Memory();
    private final Memory nothing = new Memory();

    /** Returns the memory of a model, to be read only. */
    Memory of(String model) {
        Memory memory = byModel.get(model);
        return memory != null ? memory : full() ? further : nothing;
    }

    private boolean full() {
        return byModel.size() >= MOST_MODELS;
    }

    /** Takes down a request that goes out, as {@link Memory#dispatched} says. */
    void dispatched(String model, boolean remote, double ttftNanos, double target, double cached) {
        Memory memory = byModel.get(model);
        if (memory == null) {
            memory = full() ? further : byModel.computeIfAbsent(model, absent -> new Memory());
        }
        memory.dispatched(remote, ttftNanos, target, cached);
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
        private synchronized void dispatched(boolean remote, double ttftNanos, double target, double cached) {
            reuse += (cached - reuse) / REMEMBERED;
            last = remote ? Kind.REMOTE : Kind.LOCAL;
            if (target > 0) {
                deficit = Math.min(MOST_DEFICIT, Math.max(0, deficit + ttftNanos / target - 1));
            }
        }
    }
}
