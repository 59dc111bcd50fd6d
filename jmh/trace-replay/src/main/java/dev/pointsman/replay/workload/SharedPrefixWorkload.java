// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.workload;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceReader;
import dev.pointsman.replay.trace.TraceSource;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;

/**
 * Tenants with a system prompt each, and a number of questions each that are asked again and again: the traffic for which
 * prefix-aware routing was made. Immutable; the same parameters give the same requests on every machine.
 *
 * <p>A prompt is the common preamble, then its group's system prompt, then its own question. Blocks that lie wholly within
 * the preamble are shared by all prompts, those that lie wholly within preamble and system prompt by the group, and all
 * others belong to the prompt: repeating a prompt finds every block. A group's system prompt and a prompt's question are
 * drawn once; the answer's length is drawn for each request. Group {@code g} is asked in proportion to {@code 1 / (g +
 * 1)^skew}; the prompts of a group are asked evenly.
 *
 * <pre>{@code
 * TraceSource trace = SharedPrefixWorkload.multiTenant().withSeed(7);
 * }</pre>
 *
 * @param name what to call it
 * @param groups groups (tenants), at least 1
 * @param promptsPerGroup different prompts in each group, at least 1; at most ten million in all
 * @param commonTokens preamble of all prompts
 * @param systemTokens length of each group's system prompt
 * @param questionTokens length of each prompt's own part
 * @param outputTokens length of each answer
 * @param skew how unevenly groups are asked: 0 for evenly, 1 for Zipf's law; at most 10
 * @param arrivals how requests follow each other
 * @param stages the rate ladder, at least one stage
 * @param blockTokens tokens in a block, 1 to 2^20
 * @param seed what the draws depend on
 */
public record SharedPrefixWorkload(
        String name,
        int groups,
        int promptsPerGroup,
        int commonTokens,
        TokenRange systemTokens,
        TokenRange questionTokens,
        TokenRange outputTokens,
        double skew,
        Arrivals arrivals,
        List<RateStage> stages,
        int blockTokens,
        long seed)
        implements TraceSource {
    private static final long MOST_PROMPTS = 10_000_000;
    private static final double MOST_REQUESTS = 100_000_000;

    public SharedPrefixWorkload {
        requireNonNull(name, "name");
        requireNonNull(systemTokens, "systemTokens");
        requireNonNull(questionTokens, "questionTokens");
        requireNonNull(outputTokens, "outputTokens");
        requireNonNull(arrivals, "arrivals");
        stages = List.copyOf(stages);
        if (groups < 1 || promptsPerGroup < 1 || (long) groups * promptsPerGroup > MOST_PROMPTS) {
            throw wrong(
                    "groups and prompts",
                    "at least 1 and at most " + MOST_PROMPTS + " prompts in all",
                    groups + " x " + promptsPerGroup);
        }
        if (commonTokens < 0 || commonTokens > 10_000_000) {
            throw wrong("common tokens", "between 0 and 10000000", commonTokens);
        }
        if (!(skew >= 0 && skew <= 10)) {
            throw wrong("skew", "between 0 and 10", skew);
        }
        Trace.checkBlockTokens(blockTokens);
        double expected = 0;
        for (RateStage stage : stages) {
            expected += stage.requestsPerSecond() * stage.seconds();
        }
        if (stages.isEmpty() || expected > MOST_REQUESTS) {
            throw wrong(
                    "stages",
                    "at least one and at most 100000000 requests in all",
                    stages.size() + " with " + expected + " requests");
        }
    }

    /**
     * Returns the built-in workload: 120 tenants of unequal weight with system prompts of 2,000 to 8,000 tokens and 20
     * prompts each, on a ladder that goes past what eight endpoints with half a million tokens of cache each can serve
     * blindly.
     */
    public static SharedPrefixWorkload multiTenant() {
        return new SharedPrefixWorkload(
                "multi-tenant",
                120,
                20,
                512,
                new TokenRange(2_000, 8_000),
                new TokenRange(100, 3_000),
                new TokenRange(50, 500),
                0.6,
                Arrivals.POISSON,
                List.of(
                        new RateStage(10, 60),
                        new RateStage(20, 60),
                        new RateStage(30, 60),
                        new RateStage(40, 60),
                        new RateStage(50, 60),
                        new RateStage(20, 60)),
                512,
                42);
    }

    /** Returns the same workload with other draws. */
    public SharedPrefixWorkload withSeed(long seed) {
        return new SharedPrefixWorkload(
                name,
                groups,
                promptsPerGroup,
                commonTokens,
                systemTokens,
                questionTokens,
                outputTokens,
                skew,
                arrivals,
                stages,
                blockTokens,
                seed);
    }

    /** Returns the workload in one line for people. */
    public String description() {
        StringBuilder ladder = new StringBuilder();
        for (RateStage stage : stages) {
            ladder.append(ladder.isEmpty() ? "" : ", ")
                    .append(String.format(
                            Locale.ROOT, "%s/s for %s s", number(stage.requestsPerSecond()), number(stage.seconds())));
        }
        return String.format(
                Locale.ROOT,
                "%d tenants with a system prompt of %s tokens and %d prompts each; %s arrivals, %s; seed %d",
                groups,
                systemTokens,
                promptsPerGroup,
                arrivals == Arrivals.POISSON ? "Poisson" : "constant",
                ladder,
                seed);
    }

    @Override
    public TraceReader open() {
        return new SharedPrefixReader(this);
    }

    private static String number(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    private static IllegalArgumentException wrong(String what, String right, Object found) {
        return new IllegalArgumentException(what + ": must be " + right + ", but was " + found
                + ".\nMaybe start from SharedPrefixWorkload.multiTenant().");
    }
}
