// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How patient a {@link SequenceTracker} is. The defaults are llm-d's where llm-d has that setting. Immutable.
 *
 * <pre>{@code
 * RecoverySettings settings = RecoverySettings.builder().idleTimeout(Duration.ofSeconds(5)).build();
 * }</pre>
 */
public final class RecoverySettings {
    private static final RecoverySettings DEFAULTS = builder().build();

    private final boolean replay;
    private final long idleNanos;
    private final long totalNanos;
    private final int tries;
    private final long coolDownNanos;
    private final long auditNanos;
    private final int heldBatches;
    private final long heldBytes;

    private RecoverySettings(Builder builder) {
        this.replay = builder.replay;
        this.idleNanos = builder.idleNanos;
        this.totalNanos = builder.totalNanos;
        this.tries = builder.tries;
        this.coolDownNanos = builder.coolDownNanos;
        this.auditNanos = builder.auditNanos;
        this.heldBatches = builder.heldBatches;
        this.heldBytes = builder.heldBytes;
    }

    /** Returns the settings that do for most: with replay. */
    public static RecoverySettings defaults() {
        return DEFAULTS;
    }

    /** Begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns these settings to change some of them. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.replay = replay;
        builder.idleNanos = idleNanos;
        builder.totalNanos = totalNanos;
        builder.tries = tries;
        builder.coolDownNanos = coolDownNanos;
        builder.auditNanos = auditNanos;
        builder.heldBatches = heldBatches;
        builder.heldBytes = heldBytes;
        return builder;
    }

    /** Tells whether the engine has a replay endpoint. */
    public boolean replay() {
        return replay;
    }

    long idleNanos() {
        return idleNanos;
    }

    long totalNanos() {
        return totalNanos;
    }

    int tries() {
        return tries;
    }

    long coolDownNanos() {
        return coolDownNanos;
    }

    /** Returns after how much quiet to ask whether anything was missed; 0 for never. */
    long auditNanos() {
        return auditNanos;
    }

    int heldBatches() {
        return heldBatches;
    }

    long heldBytes() {
        return heldBytes;
    }

    /** Builds settings. Not thread-safe. */
    public static final class Builder {
        private boolean replay = true;
        private long idleNanos = Duration.ofSeconds(2).toNanos();
        private long totalNanos = Duration.ofMinutes(2).toNanos();
        private int tries = 3;
        private long coolDownNanos = Duration.ofSeconds(30).toNanos();
        private long auditNanos = Duration.ofSeconds(60).toNanos();
        private int heldBatches = 10_000;
        private long heldBytes = 64L << 20;

        private Builder() {}

        /** Sets whether the engine has a replay endpoint; true by default. */
        public Builder replay(boolean replay) {
            this.replay = replay;
            return this;
        }

        /** Sets how long a replay may say nothing before it is asked for again; 2 seconds by default. */
        public Builder idleTimeout(Duration timeout) {
            this.idleNanos = positive("idleTimeout", timeout);
            return this;
        }

        /** Sets how long a replay may take in all; 2 minutes by default. */
        public Builder totalTimeout(Duration timeout) {
            this.totalNanos = positive("totalTimeout", timeout);
            return this;
        }

        /** Sets after how many requests in a row without any new batch a replay has failed; 3 by default. */
        public Builder tries(int tries) {
            this.tries = (int) positive("tries", tries);
            return this;
        }

        /** Sets how long an endpoint is left alone after a replay failed; 30 seconds by default. */
        public Builder coolDown(Duration coolDown) {
            this.coolDownNanos = positive("coolDown", coolDown);
            return this;
        }

        /**
         * Sets after how much quiet the engine is asked whether it said anything that did not arrive: nothing follows the
         * last batch before a pause, so nothing else would tell that it was lost. 60 seconds by default; zero for never. Each
         * endpoint takes up to a quarter less, so that not all are asked at once.
         */
        public Builder auditAfter(Duration quiet) {
            this.auditNanos = quiet.isZero() ? 0 : positive("auditAfter", quiet);
            return this;
        }

        /** Sets how many live batches may wait for a replay to end; 10,000 by default, as many as engines keep. */
        public Builder heldBatches(int batches) {
            this.heldBatches = (int) positive("heldBatches", batches);
            return this;
        }

        /** Sets how many bytes of live batches may wait for a replay to end; 64 MiB by default. */
        public Builder heldBytes(long bytes) {
            this.heldBytes = positive("heldBytes", bytes);
            return this;
        }

        /** Makes the settings. */
        public RecoverySettings build() {
            return new RecoverySettings(this);
        }

        private static long positive(String name, Duration value) {
            requireNonNull(value, name);
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException(name + ": must be longer than nothing, but was " + value
                        + ".\nMaybe leave it out for the default.");
            }
            return value.toNanos();
        }

        private static long positive(String name, long value) {
            if (value < 1) {
                throw new IllegalArgumentException(
                        name + ": must be at least 1, but was " + value + ".\nMaybe leave it out for the default.");
            }
            return value;
        }
    }
}
