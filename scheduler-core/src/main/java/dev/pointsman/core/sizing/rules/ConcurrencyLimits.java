// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.rules;

/**
 * How many requests llm-d's tuning wizard lets into a server and into its queue. Immutable and thread-safe.
 *
 * <p>Compute allows what Little's law says of throughput and latency. Memory allows {@code N = floor(x^2)} where {@code mu x^2 + z sigma
 * x = capacity}: a request holds its prompt, as far as it is not shared, and on average half its answer; {@code sigma^2 = sI^2 + sO^2/3
 * + O^2/12} for an answer that is anywhere in between. Beside those that run, a few wait at the server, so that it does not idle.
 *
 * <p>Source: llm-d/llm-d, {@code guides/flow-control/scripts/tuning_wizard.py}.
 *
 * @param compute how many compute allows
 * @param memory how many memory allows
 * @param buffer how many wait at the server
 * @param variation coefficient of variation of what a request holds
 */
public record ConcurrencyLimits(int compute, int memory, int buffer, double variation) {
    private static final double USABLE = 0.9;
    private static final double BUFFER_TOKENS = 2048;
    private static final double BUFFER_SHARE = 0.15;

    /**
     * How long prompts and answers are, in tokens.
     *
     * @param input mean of prompts; above 0
     * @param inputDeviation standard deviation of prompts; at least 0
     * @param output mean of answers; at least 0
     * @param outputDeviation standard deviation of answers; at least 0
     */
    public record Lengths(double input, double inputDeviation, double output, double outputDeviation) {
        /** Checks the numbers. */
        public Lengths {
            Checks.positive("input", input);
            Checks.notNegative("inputDeviation", inputDeviation);
            Checks.notNegative("output", output);
            Checks.notNegative("outputDeviation", outputDeviation);
        }
    }

    /** Returns how many run. */
    public int active() {
        return Math.min(compute, memory);
    }

    /** Returns how many the gateway lets through. */
    public int gateway() {
        return active() + buffer;
    }

    /**
     * Works the limits out.
     *
     * @param throughput requests per second
     * @param latency seconds of a request
     * @param kvTokens blocks times block size
     * @param sharedPrefix tokens of a prefix that all share and that is cached once; 0 if prefixes are not cached
     * @param z how many standard deviations memory has to spare
     */
    public static ConcurrencyLimits of(
            double throughput, double latency, double kvTokens, Lengths lengths, double sharedPrefix, double z) {
        Checks.notNegative("throughput", throughput);
        Checks.notNegative("latency", latency);
        Checks.notNegative("kvTokens", kvTokens);
        Checks.notNegative("sharedPrefix", sharedPrefix);
        Checks.notNegative("z", z);
        double marginal = Math.max(0, lengths.input() - sharedPrefix);
        double mean = marginal + lengths.output() / 2;
        Checks.positive("what a request holds", mean);
        double deviation = Math.sqrt(lengths.inputDeviation() * lengths.inputDeviation()
                + lengths.outputDeviation() * lengths.outputDeviation() / 3
                + lengths.output() * lengths.output() / 12);
        double capacity = Math.max(0, kvTokens * USABLE - sharedPrefix);
        double root = (Math.sqrt(z * deviation * z * deviation + 4 * mean * capacity) - z * deviation) / (2 * mean);
        int compute = Checks.floor(throughput * latency);
        int memory = Checks.floor(root * root);
        int active = Math.min(compute, memory);
        int buffer = Math.max(
                1, Math.min(Checks.ceiling(BUFFER_TOKENS / lengths.input()), Checks.ceiling(BUFFER_SHARE * active)));
        return new ConcurrencyLimits(compute, memory, buffer, deviation / mean);
    }
}
