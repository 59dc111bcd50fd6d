// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.pointsman.replay.compare.PolicyRow.EndpointLoad;
import dev.pointsman.replay.compare.Verdict.Ranking;
import dev.pointsman.replay.run.ServiceTime;
import dev.pointsman.replay.stats.Quantile;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A comparison as JSON, for scripts and notebooks. The schema is named {@value #SCHEMA}; fields may be added under that
 * name, but none is renamed, removed or given another meaning.
 *
 * <p>Latencies are in milliseconds and named as vLLM's serving benchmark names them, so that its readers find them.
 *
 * <pre>{@code
 * schema, command (or null)
 * definitions: hit_ratio, ttft, quantile, level
 * workload: name, description, requests, prompt_tokens, duration_s, block_tokens
 * settings: endpoints, cache_tokens_per_endpoint (null: no limit), service_fixed_us, service_us_per_token
 * verdict: by_mean and by_p99 (each: order, level_with_first), headline, lead, reasons
 * policies, best mean first: policy, role ("contender", "floor"), completed, rejected, total_input_tokens,
 *     cached_tokens, hit_ratio, mean_ttft_ms, median_ttft_ms, p90_ttft_ms, p99_ttft_ms, max_ttft_ms, mean_wait_ms,
 *     busiest_over_mean, endpoints (each: requests, uncached_tokens)
 * oracles: name, meaning, hit_ratio, mean_ttft_ms, median_ttft_ms, p90_ttft_ms, p99_ttft_ms (null: not a bound)
 * }</pre>
 */
public final class ComparisonJson {
    /** The name and version of the schema. */
    public static final String SCHEMA = "pointsman.comparison/1";

    private static final JsonFactory FACTORY = new JsonFactory();

    private ComparisonJson() {}

    /** Writes a comparison as indented JSON, with a line feed at its end. */
    public static String format(Comparison comparison) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text).useDefaultPrettyPrinter()) {
            write(comparison, json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.append('\n').toString();
    }

    private static void write(Comparison comparison, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("schema", SCHEMA);
        json.writeStringField("command", comparison.command());
        definitions(json);
        workload(comparison.workload(), json);
        settings(comparison, json);
        verdict(comparison.verdict(), json);
        json.writeArrayFieldStart("policies");
        for (PolicyRow row : comparison.rows()) {
            policy(row, json);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("oracles");
        for (Reference reference : comparison.references()) {
            oracle(reference, json);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void definitions(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("definitions");
        json.writeStringField("hit_ratio", "prompt tokens found in cache / prompt tokens, token-weighted over the run");
        json.writeStringField("ttft", "from arrival at the router to the first token, queue included");
        json.writeStringField("quantile", "nearest rank");
        json.writeStringField(
                "level",
                "0 is within the 95 % interval of the paired difference; block bootstrap, " + Verdict.STRETCHES
                        + " stretches, " + BlockBootstrap.RESAMPLES + " resamples");
        json.writeEndObject();
    }

    private static void workload(Comparison.Workload workload, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("workload");
        json.writeStringField("name", workload.name());
        json.writeStringField("description", workload.description());
        json.writeNumberField("requests", workload.requests());
        json.writeNumberField("prompt_tokens", workload.promptTokens());
        json.writeNumberField("duration_s", workload.spanMicros() / 1e6);
        json.writeNumberField("block_tokens", workload.blockTokens());
        json.writeEndObject();
    }

    private static void settings(Comparison comparison, JsonGenerator json) throws IOException {
        ServiceTime service = comparison.settings().serviceTime();
        json.writeObjectFieldStart("settings");
        json.writeNumberField("endpoints", comparison.settings().endpoints());
        if (comparison.settings().capacity().unlimited()) {
            json.writeNullField("cache_tokens_per_endpoint");
        } else {
            json.writeNumberField(
                    "cache_tokens_per_endpoint",
                    comparison.settings().capacity().tokens());
        }
        if (service != null) {
            json.writeNumberField("service_fixed_us", service.fixedNanos() / 1e3);
            json.writeNumberField("service_us_per_token", service.nanosPerToken() / 1e3);
        }
        json.writeEndObject();
    }

    private static void verdict(Verdict verdict, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("verdict");
        ranking("by_mean", verdict.byMean(), json);
        ranking("by_p99", verdict.byP99(), json);
        json.writeStringField("headline", verdict.headline());
        json.writeStringField("lead", verdict.lead());
        strings("reasons", verdict.reasons(), json);
        json.writeEndObject();
    }

    private static void ranking(String field, Ranking ranking, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart(field);
        strings("order", ranking.order(), json);
        strings("level_with_first", ranking.tied(), json);
        json.writeEndObject();
    }

    private static void strings(String field, List<String> values, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(field);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    private static void policy(PolicyRow row, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("policy", row.policy());
        json.writeStringField("role", row.role() == PolicyRow.Role.FLOOR ? "floor" : "contender");
        json.writeNumberField("completed", row.ttft().count());
        json.writeNumberField("rejected", row.rejected());
        json.writeNumberField("total_input_tokens", row.promptTokens());
        json.writeNumberField("cached_tokens", row.cachedTokens());
        json.writeNumberField("hit_ratio", row.hitRatio());
        json.writeNumberField("mean_ttft_ms", row.ttft().meanMicros() / 1e3);
        quantiles(row.ttft(), json);
        json.writeNumberField("max_ttft_ms", row.ttft().maxMicros() / 1e3);
        json.writeNumberField("mean_wait_ms", row.meanWaitMicros() / 1e3);
        json.writeNumberField("busiest_over_mean", row.busiestOverMean());
        json.writeArrayFieldStart("endpoints");
        for (EndpointLoad load : row.endpoints()) {
            json.writeStartObject();
            json.writeNumberField("requests", load.requests());
            json.writeNumberField("uncached_tokens", load.uncachedTokens());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void oracle(Reference reference, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", reference.name());
        json.writeStringField("meaning", reference.meaning());
        json.writeNumberField("hit_ratio", reference.hitRatio());
        json.writeNumberField("mean_ttft_ms", reference.meanTtftMicros() / 1e3);
        quantiles(reference.ttft(), json);
        json.writeEndObject();
    }

    private static void quantiles(@Nullable TtftDistribution ttft, JsonGenerator json) throws IOException {
        quantile("median_ttft_ms", ttft, Quantile.P50, json);
        quantile("p90_ttft_ms", ttft, Quantile.P90, json);
        quantile("p99_ttft_ms", ttft, Quantile.P99, json);
    }

    private static void quantile(String field, @Nullable TtftDistribution ttft, Quantile q, JsonGenerator json)
            throws IOException {
        if (ttft == null) {
            json.writeNullField(field);
        } else {
            json.writeNumberField(field, ttft.quantileMicros(q) / 1e3);
        }
    }
}
