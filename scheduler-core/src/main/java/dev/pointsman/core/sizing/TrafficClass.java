// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static java.util.Objects.requireNonNull;

/**
 * Requests that are alike. Immutable and thread-safe.
 *
 * @param name to tell it from others
 * @param requestsPerSecond how many come; finite and at least 0
 * @param inputTokens of the prompt, cached ones included; at least 0
 * @param outputTokens of the answer; at least 0
 * @param hitShare share of the prompt that is found cached, in [0, 1]
 * @param encoded whether requests have images, audio or video that must be encoded first
 * @param transferBytes what has to move from prefill to decode for one request, if they are apart; finite and at least 0
 * @param target how fast answers have to be
 */
public record TrafficClass(
        String name,
        double requestsPerSecond,
        int inputTokens,
        int outputTokens,
        double hitShare,
        boolean encoded,
        double transferBytes,
        LatencyTarget target) {
    /** Checks the class. */
    public TrafficClass {
        requireNonNull(name, "name");
        requireNonNull(target, "target");
        FleetProblem.notNegative(name + ".requestsPerSecond", requestsPerSecond);
        FleetProblem.notNegative(name + ".inputTokens", inputTokens);
        FleetProblem.notNegative(name + ".outputTokens", outputTokens);
        FleetProblem.notNegative(name + ".transferBytes", transferBytes);
        if (!(hitShare >= 0 && hitShare <= 1)) {
            throw new IllegalArgumentException(name + ".hitShare: must be between 0 and 1, but was " + hitShare
                    + ".\nMaybe it is a percentage; divide it by 100.");
        }
    }

    /** Makes a class without images and without a cost of transfer. */
    public static TrafficClass of(
            String name, double requestsPerSecond, int inputTokens, int outputTokens, LatencyTarget target) {
        return new TrafficClass(name, requestsPerSecond, inputTokens, outputTokens, 0, false, 0, target);
    }

    /** Returns the tokens of a prompt that have to be read. */
    public long uncachedTokens() {
        return Math.round(inputTokens * (1 - hitShare));
    }

    /** Returns the same class with other traffic. */
    public TrafficClass withRate(double rate) {
        return new TrafficClass(name, rate, inputTokens, outputTokens, hitShare, encoded, transferBytes, target);
    }
}
