// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.cost.Estimate;
import dev.pointsman.accel.cost.Predictor;

/** How long one simulated server takes for the parts of its work, in nanoseconds. Asked by one thread at a time. */
public interface ServiceTimes {
    /**
     * Returns how long reading a prompt takes if nothing else goes on.
     *
     * @param newTokens tokens to read, at least 0
     * @param cachedTokens tokens before them that are cached, at least 0
     */
    long prefillNanos(long newTokens, long cachedTokens);

    /**
     * Returns how long a step takes that gives each running sequence a token.
     *
     * @param batch sequences, at least 1
     * @param contextTokens tokens of all of them together
     */
    long stepNanos(int batch, long contextTokens);

    /**
     * Returns how much longer steps take, in all, because a prompt is read in them.
     *
     * @param newTokens tokens to read, at least 0
     * @param cachedTokens tokens before them that are cached, at least 0
     */
    long interferenceNanos(long newTokens, long cachedTokens);

    /** Takes times from a cost model: the most likely ones. */
    static ServiceTimes predicted(Predictor predictor) {
        return new Predicted(requireNonNull(predictor, "predictor"));
    }

    /**
     * Times that are the same for all prompts and steps, for comparing with formulas of queues.
     *
     * @param prefill nanoseconds to read any prompt
     * @param step nanoseconds of any step
     */
    record Fixed(long prefill, long step) implements ServiceTimes {
        /** Checks the times. */
        public Fixed {
            if (prefill < 1 || step < 1) {
                throw new IllegalArgumentException("times: must be at least 1 ns, but were " + prefill + " and " + step
                        + ".\nMaybe they are in seconds; these are nanoseconds.");
            }
        }

        @Override
        public long prefillNanos(long newTokens, long cachedTokens) {
            return newTokens == 0 ? 0 : prefill;
        }

        @Override
        public long stepNanos(int batch, long contextTokens) {
            return step;
        }

        @Override
        public long interferenceNanos(long newTokens, long cachedTokens) {
            return newTokens == 0 ? 0 : prefill;
        }
    }

    /** Times of a cost model; not thread-safe, since it keeps the place for answers. */
    final class Predicted implements ServiceTimes {
        private final Predictor predictor;
        private final Estimate answer = new Estimate();

        private Predicted(Predictor predictor) {
            this.predictor = predictor;
        }

        @Override
        public long prefillNanos(long newTokens, long cachedTokens) {
            predictor.prefill(newTokens, cachedTokens, answer);
            return nanos();
        }

        @Override
        public long stepNanos(int batch, long contextTokens) {
            predictor.decodeStep(batch, contextTokens, answer);
            return nanos();
        }

        @Override
        public long interferenceNanos(long newTokens, long cachedTokens) {
            predictor.interference(newTokens, cachedTokens, answer);
            return nanos();
        }

        private long nanos() {
            return Math.round(answer.estimate() * 1e9);
        }
    }
}
