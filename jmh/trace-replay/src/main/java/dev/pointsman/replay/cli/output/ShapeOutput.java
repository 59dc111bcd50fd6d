// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli.output;

import dev.pointsman.replay.shape.ArrivalShape;
import dev.pointsman.replay.shape.ReuseShape;
import dev.pointsman.replay.shape.TraceShape;
import dev.pointsman.replay.stats.QuantileSummary;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;

/** Shows what a trace is like, as text or as JSON. */
public final class ShapeOutput {
    private ShapeOutput() {}

    /** Prints a shape as one JSON object on one line. */
    public static void json(PrintWriter out, TraceShape shape) throws IOException {
        JsonLine.print(out, json -> {
            ReuseShape reuse = shape.reuse();
            json.writeStringField("trace", shape.trace());
            json.writeNumberField("requests", shape.requests());
            json.writeNumberField("blockTokens", shape.blockTokens());
            json.writeNumberField("totalBlocks", shape.blocksPerRequest().sum());
            json.writeNumberField("uniqueBlocks", reuse == null ? 0 : reuse.uniqueBlocks());
            json.writeNumberField("infiniteHitBlocks", reuse == null ? 0 : reuse.hitBlocks());
            json.writeNumberField("infiniteHitTokens", reuse == null ? 0 : reuse.hitTokens());
            JsonLine.quantiles(json, "inputTokens", shape.inputTokens());
            JsonLine.quantiles(json, "outputTokens", shape.outputTokens());
            JsonLine.quantiles(json, "blocksPerRequest", shape.blocksPerRequest());
            json.writeObjectFieldStart("arrivals");
            ArrivalShape arrivals = shape.arrivals();
            json.writeNumberField("spanNanos", arrivals.spanNanos());
            json.writeNumberField("meanRatePerSecond", arrivals.meanRatePerSecond());
            json.writeNumberField("distinctArrivals", arrivals.distinctArrivals());
            json.writeNumberField("zeroGaps", arrivals.zeroGaps());
            json.writeNumberField("gapVariation", arrivals.gapVariation());
            json.writeNumberField("minuteDispersion", arrivals.minuteDispersion());
            JsonLine.quantiles(json, "gapNanos", arrivals.gapNanos());
            JsonLine.quantiles(json, "perMinute", arrivals.perMinute());
            json.writeEndObject();
            if (reuse == null) {
                json.writeNullField("reuse");
            } else {
                json.writeObjectFieldStart("reuse");
                json.writeNumberField("blockHitRatio", reuse.blockHitRatio());
                json.writeNumberField("tokenHitRatio", reuse.tokenHitRatio());
                json.writeNumberField("fullBlockHitRatio", reuse.fullBlockHitRatio());
                json.writeNumberField("meanRequestRatio", reuse.meanRequestRatio());
                json.writeNumberField("fullBlocks", reuse.fullBlocks());
                json.writeNumberField("fullHitBlocks", reuse.fullHitBlocks());
                json.writeNumberField("blocksUsedOnce", reuse.blocksUsedOnce());
                json.writeNumberField("blocksUsedAgain", reuse.uniqueBlocks() - reuse.blocksUsedOnce());
                json.writeNumberField("requestsWithoutHit", reuse.requestsWithoutHit());
                json.writeNumberField("requestsWithOneBlock", reuse.requestsWithOneBlock());
                json.writeNumberField("requestsWithMore", reuse.requestsWithMore());
                json.writeNumberField("requestsFullyFound", reuse.requestsFullyFound());
                JsonLine.quantiles(json, "matchedRun", reuse.matchedRun());
                JsonLine.quantiles(json, "reuseGapNanos", reuse.reuseGapNanos());
                json.writeEndObject();
            }
        });
    }

    /** Prints a shape for people. */
    public static void text(PrintWriter out, TraceShape shape) {
        ArrivalShape arrivals = shape.arrivals();
        out.printf(
                Locale.ROOT,
                "%s: %,d requests in %.3f s%n",
                shape.trace(),
                shape.requests(),
                arrivals.spanNanos() / 1e9);
        out.printf(
                Locale.ROOT,
                "rate                  %.3f/s; per full minute min %,d, p50 %,d, max %,d; variance/mean %.2f%n",
                arrivals.meanRatePerSecond(),
                arrivals.perMinute().min(),
                arrivals.perMinute().p50(),
                arrivals.perMinute().max(),
                arrivals.minuteDispersion());
        out.printf(
                Locale.ROOT,
                "arrivals              %,d different times, %,d gaps of zero; gap p50 %s, p99 %s; variation %.2f%n",
                arrivals.distinctArrivals(),
                arrivals.zeroGaps(),
                seconds(arrivals.gapNanos().p50()),
                seconds(arrivals.gapNanos().p99()),
                arrivals.gapVariation());
        lengths(out, "input tokens", shape.inputTokens());
        lengths(out, "output tokens", shape.outputTokens());
        ReuseShape reuse = shape.reuse();
        if (reuse == null) {
            out.println("reuse                 unknown: the trace has no block hashes");
            return;
        }
        lengths(out, "blocks of " + shape.blockTokens(), shape.blocksPerRequest());
        out.printf(
                Locale.ROOT,
                "unique blocks         %,d: %,d used once, %,d again%n",
                reuse.uniqueBlocks(),
                reuse.blocksUsedOnce(),
                reuse.uniqueBlocks() - reuse.blocksUsedOnce());
        out.printf(
                Locale.ROOT,
                "reused after          p50 %s, p90 %s, p99 %s (first blocks of prompts left out)%n",
                seconds(reuse.reuseGapNanos().p50()),
                seconds(reuse.reuseGapNanos().p90()),
                seconds(reuse.reuseGapNanos().p99()));
        out.printf(
                Locale.ROOT,
                "requests that match   nothing %,d, one block %,d, more %,d (of these all %,d)%n",
                reuse.requestsWithoutHit(),
                reuse.requestsWithOneBlock(),
                reuse.requestsWithMore(),
                reuse.requestsFullyFound());
        out.println("One cache that never evicts would hit, by four definitions in use:");
        out.printf(
                Locale.ROOT,
                "  by blocks           %,d of %,d (%s)%n",
                reuse.hitBlocks(),
                reuse.totalBlocks(),
                ResultOutput.percent(reuse.blockHitRatio()));
        out.printf(
                Locale.ROOT,
                "  by tokens           %,d of %,d (%s)%n",
                reuse.hitTokens(),
                reuse.totalTokens(),
                ResultOutput.percent(reuse.tokenHitRatio()));
        out.printf(
                Locale.ROOT,
                "  by full blocks      %,d of %,d (%s)%n",
                reuse.fullHitBlocks(),
                reuse.fullBlocks(),
                ResultOutput.percent(reuse.fullBlockHitRatio()));
        out.printf("  mean over requests  %s%n", ResultOutput.percent(reuse.meanRequestRatio()));
    }

    private static void lengths(PrintWriter out, String what, QuantileSummary summary) {
        out.printf(
                Locale.ROOT,
                "%-21s sum %,d, mean %,.2f, min %,d, p50 %,d, p90 %,d, p99 %,d, max %,d%n",
                what,
                summary.sum(),
                summary.mean(),
                summary.min(),
                summary.p50(),
                summary.p90(),
                summary.p99(),
                summary.max());
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.3f s", nanos / 1e9);
    }
}
