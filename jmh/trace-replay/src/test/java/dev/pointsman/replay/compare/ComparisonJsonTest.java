// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.compare.PolicyRow.Role;
import dev.pointsman.replay.run.ReplaySettings;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonJsonTest {
    private static final PolicyRow AFFINE =
            Comparisons.row("af\"fine\n", Role.CONTENDER, 300, 50, 150, 175, 175, 175, 175);
    private static final PolicyRow ROUND = Comparisons.row("round", Role.FLOOR, 100, 190, 210, 230, 220, 220, 230);

    @Test
    void fields_areThoseThatAreDocumented() throws IOException {
        Map<String, Object> fields = read(ComparisonJson.format(Comparisons.of(List.of(AFFINE, ROUND), List.of())));

        assertThat(fields.keySet())
                .contains("schema", "command", "definitions.hit_ratio", "definitions.ttft", "definitions.quantile")
                .contains("definitions.level", "workload.name", "workload.description", "workload.requests")
                .contains("workload.prompt_tokens", "workload.duration_s", "workload.block_tokens")
                .contains("settings.endpoints", "settings.cache_tokens_per_endpoint", "settings.service_fixed_us")
                .contains("settings.service_us_per_token", "verdict.by_mean.order[0]", "verdict.by_p99.order[1]")
                .contains("verdict.headline", "verdict.lead", "verdict.reasons[0]");
        assertThat(fields.keySet().stream()
                        .filter(name -> name.startsWith("policies[1]."))
                        .map(name -> name.substring(12)))
                .containsExactly(
                        "policy",
                        "role",
                        "completed",
                        "rejected",
                        "total_input_tokens",
                        "cached_tokens",
                        "hit_ratio",
                        "mean_ttft_ms",
                        "median_ttft_ms",
                        "p90_ttft_ms",
                        "p99_ttft_ms",
                        "max_ttft_ms",
                        "mean_wait_ms",
                        "busiest_over_mean",
                        "endpoints[0].requests",
                        "endpoints[0].uncached_tokens",
                        "endpoints[1].requests",
                        "endpoints[1].uncached_tokens",
                        "endpoints[2].requests",
                        "endpoints[2].uncached_tokens",
                        "endpoints[3].requests",
                        "endpoints[3].uncached_tokens");
        assertThat(fields.keySet().stream()
                        .filter(name -> name.startsWith("oracles[0]."))
                        .map(name -> name.substring(11)))
                .containsExactly(
                        "name", "meaning", "hit_ratio", "mean_ttft_ms", "median_ttft_ms", "p90_ttft_ms", "p99_ttft_ms");
    }

    @Test
    void values_areInTheUnitsOfTheirNames() throws IOException {
        Map<String, Object> fields =
                read(ComparisonJson.format(Comparisons.of(List.of(AFFINE, ROUND), List.of("round"))));

        assertThat(fields)
                .containsEntry("schema", "pointsman.comparison/1")
                .containsEntry("workload.duration_s", 60.0)
                .containsEntry("settings.service_fixed_us", 5000.0)
                .containsEntry("settings.service_us_per_token", 50.0)
                .containsEntry("verdict.by_mean.level_with_first[0]", "round")
                .containsEntry("policies[0].policy", "af\"fine\n")
                .containsEntry("policies[0].role", "contender")
                .containsEntry("policies[0].hit_ratio", 0.3)
                .containsEntry("policies[0].mean_ttft_ms", 200.0)
                .containsEntry("policies[0].mean_wait_ms", 50.0)
                .containsEntry("policies[1].role", "floor")
                .containsEntry("policies[1].endpoints[0].uncached_tokens", 230.0)
                .containsEntry("oracles[0].median_ttft_ms", 200.0)
                .containsEntry("oracles[1].median_ttft_ms", "null");
    }

    @Test
    void unlimitedCache_isNull() throws IOException {
        Comparison limited = Comparisons.of(List.of(AFFINE), List.of());
        Comparison comparison = new Comparison(
                limited.workload(),
                new ReplaySettings(
                        4, CacheCapacity.UNLIMITED, limited.settings().serviceTime()),
                limited.rows(),
                limited.references(),
                limited.verdict(),
                null);

        Map<String, Object> fields = read(ComparisonJson.format(comparison));

        assertThat(fields)
                .containsEntry("settings.cache_tokens_per_endpoint", "null")
                .containsEntry("command", "null");
    }

    /** Reads JSON into paths and scalar values, in order. */
    private static Map<String, Object> read(String json) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            while (parser.nextToken() != null) {
                JsonToken token = parser.currentToken();
                if (token.isScalarValue()) {
                    String path = parser.getParsingContext()
                            .pathAsPointer(false)
                            .toString()
                            .replaceAll("/([0-9]+)", "[$1]")
                            .replaceFirst("^/", "")
                            .replace('/', '.');
                    fields.put(path, token.isNumeric() ? (Object) parser.getDoubleValue() : parser.getText());
                }
            }
        }
        return fields;
    }
}
