// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.run.CacheCounts;
import dev.pointsman.replay.run.QueueCounts;
import dev.pointsman.replay.run.ReplayResult;
import dev.pointsman.replay.run.ServiceTime;
import dev.pointsman.replay.stats.QuantileSummary;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;

/** Shows the result of one replay, as text or as JSON. */
public final class ResultOutput {
    private static final int MOST_SHOWN = 32;

    private ResultOutput() {}

    /** Prints a result as one JSON object on one line. */
    public static void json(PrintWriter out, String trace, ReplayResult result) throws IOException {
        JsonLine.print(out, json -> {
            json.writeStringField("trace", trace);
            settings(json, result);
            cache(json, result);
            QueueCounts queue = result.queue();
            if (queue != null) {
                JsonLine.quantiles(json, "ttftMicros", queue.ttftMicros());
                JsonLine.longs(json, "busyMicrosPerEndpoint", queue.busyMicrosPerEndpoint());
                json.writeNumberField("makespanMicros", queue.makespanMicros());
            }
        });
    }

    /** Prints a result for people. */
    public static void text(PrintWriter out, String trace, ReplayResult result) {
        CacheCounts cache = result.cache();
        CacheCapacity capacity = result.settings().capacity();
        out.printf(
                Locale.ROOT,
                "%s: %,d requests by %s over %,d endpoints, cache %s%n",
                trace,
                result.requests(),
                result.policy(),
                result.settings().endpoints(),
                capacity.unlimited() ? "unlimited" : String.format(Locale.ROOT, "%,d tokens each", capacity.tokens()));
        if (result.rejected() > 0) {
            out.printf(Locale.ROOT, "rejected              %,d requests%n", result.rejected());
        }
        out.printf(
                Locale.ROOT,
                "hit blocks            %,d of %,d (%s)%n",
                cache.hitBlocks(),
                cache.totalBlocks(),
                percent(cache.blockHitRatio()));
        out.printf(
                Locale.ROOT,
                "hit tokens            %,d of %,d (%s)%n",
                cache.hitTokens(),
                cache.totalTokens(),
                percent(cache.tokenHitRatio()));
        out.printf(Locale.ROOT, "evictions             %,d%n", cache.evictions());
        QueueCounts queue = result.queue();
        if (queue != null) {
            QuantileSummary ttft = queue.ttftMicros();
            out.printf(
                    Locale.ROOT,
                    "TTFT                  mean %s, p50 %s, p90 %s, p99 %s, max %s%n",
                    seconds(ttft.mean()),
                    seconds((double) ttft.p50()),
                    seconds((double) ttft.p90()),
                    seconds((double) ttft.p99()),
                    seconds((double) ttft.max()));
            out.printf(Locale.ROOT, "makespan              %s%n", seconds((double) queue.makespanMicros()));
        }
        perEndpoint(out, "requests", result.requestsPerEndpoint(), result.maxOverMeanRequests());
        perEndpoint(out, "uncached tokens", result.uncachedTokensPerEndpoint(), result.maxOverMeanUncached());
        if (cache.totalBlocks() == 0 && result.requests() > 0) {
            out.println("The trace has no block hashes, so nothing can be shared.");
        }
    }

    static String percent(double ratio) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * ratio);
    }

    private static void settings(JsonGenerator json, ReplayResult result) throws IOException {
        CacheCapacity capacity = result.settings().capacity();
        json.writeStringField("policy", result.policy());
        json.writeStringField("engine", result.engine().label());
        json.writeNumberField("endpoints", result.settings().endpoints());
        json.writeNumberField("blockTokens", result.blockTokens());
        if (capacity.unlimited()) {
            json.writeNullField("capacityTokens");
            json.writeNullField("capacityBlocks");
        } else {
            json.writeNumberField("capacityTokens", capacity.tokens());
            json.writeNumberField("capacityBlocks", capacity.blocks(result.blockTokens()));
        }
        ServiceTime service = result.settings().serviceTime();
        if (service != null) {
            json.writeNumberField("fixedMicros", micros(service.fixedNanos()));
            json.writeNumberField("microsPerToken", micros(service.nanosPerToken()));
        }
        json.writeNumberField("requests", result.requests());
        json.writeNumberField("rejected", result.rejected());
    }

    private static void cache(JsonGenerator json, ReplayResult result) throws IOException {
        CacheCounts cache = result.cache();
        json.writeNumberField("hitBlocks", cache.hitBlocks());
        json.writeNumberField("totalBlocks", cache.totalBlocks());
        json.writeNumberField("blockHitRatio", cache.blockHitRatio());
        json.writeNumberField("hitTokens", cache.hitTokens());
        json.writeNumberField("totalTokens", cache.totalTokens());
        json.writeNumberField("tokenHitRatio", cache.tokenHitRatio());
        json.writeNumberField("requestsWithHit", cache.requestsWithHit());
        json.writeNumberField("requestsWithHitOverOneBlock", cache.requestsWithHitOverOneBlock());
        json.writeNumberField("evictions", cache.evictions());
        json.writeNumberField("residentBlocks", cache.residentBlocks());
        JsonLine.longs(json, "requestsPerEndpoint", result.requestsPerEndpoint());
        JsonLine.longs(json, "uncachedTokensPerEndpoint", result.uncachedTokensPerEndpoint());
        json.writeNumberField("maxOverMeanRequests", result.maxOverMeanRequests());
        json.writeNumberField("maxOverMeanUncached", result.maxOverMeanUncached());
    }

    private static void perEndpoint(PrintWriter out, String what, List<Long> values, double maxOverMean) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < values.size() && i < MOST_SHOWN; i++) {
            shown.append(i == 0 ? "" : " ").append(String.format(Locale.ROOT, "%,d", values.get(i)));
        }
        if (values.size() > MOST_SHOWN) {
            shown.append(" ...");
        }
        out.printf(Locale.ROOT, "%-21s %s (max/mean %.3f)%n", what, shown, maxOverMean);
    }

    private static String seconds(double micros) {
        return String.format(Locale.ROOT, "%.3f s", micros / 1e6);
    }

    private static BigDecimal micros(long nanos) {
        BigDecimal micros = BigDecimal.valueOf(nanos, 3).stripTrailingZeros();
        return micros.scale() < 0 ? micros.setScale(0) : micros;
    }
}
