// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import static java.util.Objects.requireNonNull;

/**
 * The load under which serving benchmarks measure: so many clients, each of which sends its next request when the last one has
 * ended, all alike. Without prefix reuse.
 *
 * <p>The statistic matters. All clients start at once, so the first wave of prompts waits for itself, and the mean of TTFT is 2
 * to 3 times the median.
 *
 * @param promptTokens tokens of each prompt; at least 1
 * @param outputTokens tokens of each answer; at least 1
 * @param concurrency clients; at least 1
 * @param statistic of which statistic the prediction is
 */
public record ClosedLoop(int promptTokens, int outputTokens, int concurrency, Statistic statistic) {
    /** Checks the numbers. */
    public ClosedLoop {
        atLeastOne("promptTokens", promptTokens);
        atLeastOne("outputTokens", outputTokens);
        atLeastOne("concurrency", concurrency);
        requireNonNull(statistic, "statistic");
    }

    /** Returns how long a sequence is on average while its answer is generated. */
    double meanContextTokens() {
        return promptTokens + outputTokens / 2.0;
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    name + ": must be at least 1, but was " + value + ".\nMaybe the point has no such number.");
        }
    }

    /** What is made of the times of many requests. */
    public enum Statistic {
        /** The arithmetic mean. */
        MEAN,
        /** The middle one. */
        MEDIAN
    }
}
