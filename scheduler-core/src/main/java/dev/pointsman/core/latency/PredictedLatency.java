// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumnKey;

/**
 * The names of what a predicted-latency producer writes: for each endpoint, what a request would take and cost there. An endpoint
 * whose deployment is not known has none of it. Immutable and thread-safe.
 *
 * <p>A <em>headroom</em> is how much of the request's objective would be left: negative if it would be missed. Without an objective
 * it counts from 0, so it is negative everywhere, and the least negative is the fastest (llm-d's rule).
 *
 * <pre>{@code
 * LongColumn ttft = cycle.column(PredictedLatency.of(PredictedLatency.PRODUCER).ttft());
 * }</pre>
 *
 * @param producer the producer's name
 * @param ttft time to first token, in nanoseconds: wait behind the work ahead, the prompt's own reading, transfer of KV
 * @param tpot time per output token, in nanoseconds
 * @param ttftP90 the time to first token that nine in ten stay below, in nanoseconds
 * @param tpotP90 the time per output token that nine in ten stay below, in nanoseconds
 * @param ttftHeadroom the objective less {@code ttft}, in nanoseconds
 * @param tpotHeadroom the objective less {@code tpot}, in nanoseconds; 0 where TPOT does not count
 * @param ttftHeadroomP90 the objective less {@code ttftP90}, in nanoseconds
 * @param tpotHeadroomP90 the objective less {@code tpotP90}, in nanoseconds; 0 where TPOT does not count
 * @param slowdown the sum of what requests running there would lose, in nanoseconds
 * @param dollars what the request's share of the chips' time would cost, in US dollars; missing without a price
 * @param waitPerToken nanoseconds that one more token of work ahead adds to {@code ttft}, about
 * @param cachedTokens how many tokens of the prompt the predictions take to be cached there
 * @param reading what an idle engine there takes to read the others, in nanoseconds
 * @param interference how much later the next token of each running request comes because of that reading, in nanoseconds; missing
 *     where nothing runs
 * @param tokensSeen tokens in flight that {@code ttft} was predicted from, to be corrected by what came since
 * @param outputTokens how many tokens of output the predictions expect
 * @param times answers what the columns leave open, such as what reading would take if more were cached
 */
public record PredictedLatency(
        String producer,
        LongColumnKey ttft,
        LongColumnKey tpot,
        LongColumnKey ttftP90,
        LongColumnKey tpotP90,
        LongColumnKey ttftHeadroom,
        LongColumnKey tpotHeadroom,
        LongColumnKey ttftHeadroomP90,
        LongColumnKey tpotHeadroomP90,
        LongColumnKey slowdown,
        DoubleColumnKey dollars,
        DoubleColumnKey waitPerToken,
        LongColumnKey cachedTokens,
        DoubleColumnKey reading,
        DoubleColumnKey interference,
        LongColumnKey tokensSeen,
        AttributeKey<Long> outputTokens,
        AttributeKey<PredictedTimes> times) {
    /** The producer that is read unless told otherwise. */
    public static final String PRODUCER = "predicted-latency-producer";

    /** Checks that all names are there. */
    public PredictedLatency {
        requireNonNull(producer, "producer");
        requireNonNull(ttft, "ttft");
        requireNonNull(tpot, "tpot");
        requireNonNull(ttftP90, "ttftP90");
        requireNonNull(tpotP90, "tpotP90");
        requireNonNull(ttftHeadroom, "ttftHeadroom");
        requireNonNull(tpotHeadroom, "tpotHeadroom");
        requireNonNull(ttftHeadroomP90, "ttftHeadroomP90");
        requireNonNull(tpotHeadroomP90, "tpotHeadroomP90");
        requireNonNull(slowdown, "slowdown");
        requireNonNull(dollars, "dollars");
        requireNonNull(waitPerToken, "waitPerToken");
        requireNonNull(cachedTokens, "cachedTokens");
        requireNonNull(reading, "reading");
        requireNonNull(interference, "interference");
        requireNonNull(tokensSeen, "tokensSeen");
        requireNonNull(outputTokens, "outputTokens");
        requireNonNull(times, "times");
    }

    /**
     * Returns the names of what a producer writes.
     *
     * @param producer the producer's name
     */
    public static PredictedLatency of(String producer) {
        return new PredictedLatency(
                producer,
                nanos("ttft", producer),
                nanos("tpot", producer),
                nanos("ttft-p90", producer),
                nanos("tpot-p90", producer),
                nanos("ttft-headroom", producer),
                nanos("tpot-headroom", producer),
                nanos("ttft-headroom-p90", producer),
                nanos("tpot-headroom-p90", producer),
                nanos("slowdown", producer),
                new DoubleColumnKey("predicted-latency.dollars", producer),
                new DoubleColumnKey("predicted-latency.wait-nanos-per-token", producer),
                new LongColumnKey("predicted-latency.cached-tokens", producer),
                new DoubleColumnKey("predicted-latency.read-nanos", producer),
                new DoubleColumnKey("predicted-latency.interference-nanos", producer),
                new LongColumnKey("predicted-latency.tokens-seen", producer),
                new AttributeKey<>("predicted-latency.output-tokens", producer, Long.class),
                new AttributeKey<>("predicted-latency.times", producer, PredictedTimes.class));
    }

    private static LongColumnKey nanos(String what, String producer) {
        return new LongColumnKey("predicted-latency." + what + "-nanos", producer);
    }
}
