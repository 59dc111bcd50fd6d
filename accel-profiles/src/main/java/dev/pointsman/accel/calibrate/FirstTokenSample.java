// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.calibrate;

import static java.util.Objects.requireNonNull;

/**
 * One observed TTFT, in its parts. Only {@code prefillSeconds} teaches anything about the chip: waiting is other requests' work,
 * and a transfer is the network's.
 *
 * @param newTokens how many tokens were read, at least 1
 * @param cachedTokens how many were cached before them, at least 0
 * @param queueSeconds from arrival to the start of prefill; finite and at least 0
 * @param prefillSeconds from there to the first token; finite and above 0
 * @param transferSeconds how long the cache was on its way, if prefill and decode are apart; finite and at least 0
 * @param runningBatch how many sequences were decoding meanwhile, at least 0
 * @param runningContextTokens tokens of all these together, at least 0
 * @param conditions what else was going on
 */
public record FirstTokenSample(
        long newTokens,
        long cachedTokens,
        double queueSeconds,
        double prefillSeconds,
        double transferSeconds,
        int runningBatch,
        long runningContextTokens,
        Conditions conditions) {
    /** Checks the numbers. */
    public FirstTokenSample {
        Samples.atLeast("newTokens", (double) newTokens, 1);
        Samples.atLeast("cachedTokens", (double) cachedTokens, 0);
        Samples.atLeast("queueSeconds", queueSeconds, 0);
        Samples.time("prefillSeconds", prefillSeconds);
        Samples.atLeast("transferSeconds", transferSeconds, 0);
        Samples.atLeast("runningBatch", runningBatch, 0);
        Samples.atLeast("runningContextTokens", (double) runningContextTokens, 0);
        requireNonNull(conditions, "conditions");
    }

    /** Makes a sample of a prompt that an idle engine read at once. */
    public static FirstTokenSample idle(long newTokens, long cachedTokens, double seconds) {
        return new FirstTokenSample(newTokens, cachedTokens, 0, seconds, 0, 0, 0, Conditions.USUAL);
    }

    /** Returns the whole time to the first token. */
    public double ttftSeconds() {
        return queueSeconds + prefillSeconds + transferSeconds;
    }
}
