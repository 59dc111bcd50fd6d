// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.calibrate;

import static java.util.Objects.requireNonNull;

/**
 * One observed TPOT, and what the engine did meanwhile; means over the life of a request are good enough.
 *
 * @param batch how many sequences were decoded together, at least 1
 * @param contextTokens tokens of all these sequences together, at least 0
 * @param promptsPerToken how many prompts were read for each token that was generated, at least 0
 * @param promptTokens how many tokens of such a prompt had to be read, at least 0
 * @param seconds time for one token; finite and above 0
 * @param conditions what else was going on
 */
public record DecodeSample(
        double batch,
        double contextTokens,
        double promptsPerToken,
        long promptTokens,
        double seconds,
        Conditions conditions) {
    /** Checks the numbers. */
    public DecodeSample {
        Samples.atLeast("batch", batch, 1);
        Samples.atLeast("contextTokens", contextTokens, 0);
        Samples.atLeast("promptsPerToken", promptsPerToken, 0);
        Samples.atLeast("promptTokens", (double) promptTokens, 0);
        Samples.time("seconds", seconds);
        requireNonNull(conditions, "conditions");
    }
}
