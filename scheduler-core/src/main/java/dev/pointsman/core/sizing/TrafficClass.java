// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static java.util.Objects.requireNonNull;

import java.util.List;

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
 * @param spread how unlike the requests are
 */
public record TrafficClass(
        String name,
        double requestsPerSecond,
        int inputTokens,
        int outputTokens,
        double hitShare,
        boolean encoded,
        double transferBytes,
        LatencyTarget target,
        Spread spread) {
    /** Checks the class. */
    public TrafficClass {
        requireNonNull(name, "name");
        requireNonNull(target, "target");
        requireNonNull(spread, "spread");
        FleetProblem.notNegative(name + ".requestsPerSecond", requestsPerSecond);
        FleetProblem.notNegative(name + ".inputTokens", inputTokens);
        FleetProblem.notNegative(name + ".outputTokens", outputTokens);
        FleetProblem.notNegative(name + ".transferBytes", transferBytes);
        if (!(hitShare >= 0 && hitShare <= 1)) {
            throw new IllegalArgumentException(name + ".hitShare: must be between 0 and 1, but was " + hitShare
                    + ".\nMaybe it is a percentage; divide it by 100.");
        }
    }

    /** Makes a class of which nothing but the means is known. */
    public TrafficClass(
            String name,
            double requestsPerSecond,
            int inputTokens,
            int outputTokens,
            double hitShare,
            boolean encoded,
            double transferBytes,
            LatencyTarget target) {
        this(
                name,
                requestsPerSecond,
                inputTokens,
                outputTokens,
                hitShare,
                encoded,
                transferBytes,
                target,
                Spread.UNKNOWN);
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

    /** Returns the tokens, prompt and answer, of the longest request that is known; a replica has to hold it. */
    public long longestTokens() {
        return spread.examples().stream().mapToLong(Example::tokens).max().orElse((long) inputTokens + outputTokens);
    }

    /** Returns the same class with other traffic. */
    public TrafficClass withRate(double rate) {
        return new TrafficClass(
                name, rate, inputTokens, outputTokens, hitShare, encoded, transferBytes, target, spread);
    }

    /** Returns the same class whose requests differ otherwise. */
    public TrafficClass withSpread(Spread other) {
        return new TrafficClass(
                name, requestsPerSecond, inputTokens, outputTokens, hitShare, encoded, transferBytes, target, other);
    }

    /**
     * How unlike the requests of a class are. Immutable and thread-safe.
     *
     * <p>Means alone make a fleet too small: reading takes longer than in proportion to a prompt's length, so that the mean of the
     * times is more than the time of the mean, and queues grow with the variance of both times and arrivals.
     *
     * @param dispersion variance over mean of the number of requests that arrive within about the time that they may take; 1 if
     *     they arrive independently of each other; finite and at least 0
     * @param examples requests as they come, each as likely; empty if it is not known how they differ
     */
    public record Spread(double dispersion, List<Example> examples) {
        /** Nothing is known: independent arrivals of requests like the mean. */
        public static final Spread UNKNOWN = new Spread(1, List.of());

        /** Copies and checks what is given. */
        public Spread {
            FleetProblem.notNegative("dispersion", dispersion);
            examples = List.copyOf(examples);
        }
    }

    /**
     * One request.
     *
     * @param inputTokens of the prompt, cached ones included; at least 0
     * @param cachedTokens those of them that are found cached; at least 0 and at most {@code inputTokens}
     * @param outputTokens of the answer; at least 0
     */
    public record Example(int inputTokens, int cachedTokens, int outputTokens) {
        /** Checks the numbers. */
        public Example {
            FleetProblem.notNegative("inputTokens", inputTokens);
            FleetProblem.notNegative("cachedTokens", cachedTokens);
            FleetProblem.notNegative("outputTokens", outputTokens);
            if (cachedTokens > inputTokens) {
                throw new IllegalArgumentException("cachedTokens: must be at most the " + inputTokens
                        + " tokens of the prompt, but was " + cachedTokens
                        + ".\nMaybe whole blocks were counted; a prompt may end inside its last.");
            }
        }

        /** Returns what has to be in memory at its end. */
        public long tokens() {
            return (long) inputTokens + outputTokens;
        }
    }
}
