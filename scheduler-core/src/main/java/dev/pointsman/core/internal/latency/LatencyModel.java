// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.latency;

import dev.pointsman.accel.calibrate.Calibration;
import dev.pointsman.accel.calibrate.DecodeSample;
import dev.pointsman.accel.calibrate.FirstTokenSample;
import dev.pointsman.accel.cost.Prediction;
import dev.pointsman.accel.cost.Predictor;
import dev.pointsman.accel.cost.Term;
import org.jspecify.annotations.Nullable;

/**
 * What predicts for one deployment, and learns from what is measured there.
 *
 * <p>A predictor with what was learned takes some ten microseconds to make, so that is done for each of the first {@value
 * #EVERY_ONE_OF} samples, which teach the most, and after that for each {@value #ONE_IN}th. Thread-safe; reading takes no lock.
 */
public final class LatencyModel {
    private static final int EVERY_ONE_OF = 32;
    private static final int ONE_IN = 16;
    private static final int DECODE_STEP = decodeStepTerm();

    private final @Nullable Calibration calibration;
    private volatile Current current;
    private long samples; // guarded by this

    /**
     * Starts from the cost model's word.
     *
     * @param prior predicts for the deployment
     * @param learning whether to learn; otherwise the cost model's word stands, whatever is measured
     */
    LatencyModel(Predictor prior, boolean learning) {
        calibration = learning ? new Calibration(prior) : null;
        current = Current.of(prior);
    }

    /** Returns what predicts now; a later call may return a better one. */
    public Current current() {
        return current;
    }

    /** Returns how many samples were handed in. */
    synchronized long samples() {
        return samples;
    }

    void learn(FirstTokenSample sample) {
        if (calibration != null) {
            calibration.observe(sample);
            refresh(calibration);
        }
    }

    void learn(DecodeSample sample) {
        if (calibration != null) {
            calibration.observe(sample);
            refresh(calibration);
        }
    }

    private synchronized void refresh(Calibration learned) {
        samples++;
        if (samples <= EVERY_ONE_OF || samples % ONE_IN == 0) {
            current = Current.of(learned.predictor());
        }
    }

    private static int decodeStepTerm() {
        for (int i = 0; i < Term.FIRST_TOKEN.size(); i++) {
            if (Term.FIRST_TOKEN.get(i).name().equals("decodeStep")) {
                return i;
            }
        }
        throw new IllegalStateException("cost model: has no term decodeStep.\nMaybe it was renamed.");
    }

    /**
     * A predictor, and what is the same for all requests.
     *
     * @param predictor predicts for the deployment
     * @param stepShare how many decode steps of the running batch a prompt that meets one is delayed by, at least 0
     * @param chunkTokens how many tokens of prompts the engine reads in one step at most
     * @param chunkTokenSeconds how long a token of a whole such step takes
     * @param chunkTokenSecondsP90 the same, as nine in ten stay below
     */
    public record Current(
            Predictor predictor,
            double stepShare,
            int chunkTokens,
            double chunkTokenSeconds,
            double chunkTokenSecondsP90) {
        static Current of(Predictor predictor) {
            int chunk = predictor.deployment().prefillChunkTokens();
            Prediction whole = predictor.prefill(chunk, 0);
            return new Current(
                    predictor,
                    predictor.reading().coefficients().get(DECODE_STEP),
                    chunk,
                    whole.estimate() / chunk,
                    whole.p90() / chunk);
        }
    }
}
