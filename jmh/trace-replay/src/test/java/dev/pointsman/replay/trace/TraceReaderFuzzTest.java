// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.policy.PolicyCatalog;
import dev.pointsman.replay.policy.SchedulerOptions;
import dev.pointsman.replay.policy.SchedulerPolicies;
import dev.pointsman.replay.run.CacheOnlyEngine;
import dev.pointsman.replay.run.QueueingEngine;
import dev.pointsman.replay.run.ReplayEngine;
import dev.pointsman.replay.run.ReplayResult;
import dev.pointsman.replay.run.ReplaySettings;
import dev.pointsman.replay.run.ServiceTime;
import dev.pointsman.replay.shape.TraceShape;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/**
 * Whatever a file contains, reading it ends, with requests or with an error that names a line; and what could be read is
 * shaped and replayed, or refused in two lines.
 */
final class TraceReaderFuzzTest {
    private static final PolicyCatalog POLICIES =
            PolicyCatalog.fixed().orElse(new SchedulerPolicies(SchedulerOptions.DEFAULT).shipped());
    private static final List<String> SEEDS = List.of("""
            {"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [7, 8]}
            {"timestamp": 1.5, "input_length": 1, "output_length": 0, "hash_ids": [], "type": []}
            """, """
            TIMESTAMP,ContextTokens,GeneratedTokens\r
            2023-11-16 18:15:46.6805900,374,44\r
            2023-11-16 18:15:47.6805900,"396",109""");

    @Property(tries = 2000)
    void anyBytes_asAnyFormat_areReadOrRefused(@ForAll byte[] bytes, @ForAll("formats") String format)
            throws IOException {
        TraceFormat forced = format.isEmpty() ? null : TraceFormat.ofLabel(format);

        readToTheEnd(bytes, forced);
    }

    @Property(tries = 4000)
    void mutatedTraces_areReadOrRefused(@ForAll("mutated") byte[] bytes) throws IOException {
        replay(readToTheEnd(bytes, null), Long.MAX_VALUE);
    }

    @Property(tries = 500)
    void extremeTraces_areReplayedOrRefused(@ForAll("extreme") String text, @ForAll("capacities") long capacity)
            throws IOException {
        replay(readToTheEnd(text.getBytes(UTF_8), TraceFormat.MOONCAKE), capacity);
    }

    @Provide
    Arbitrary<String> formats() {
        return Arbitraries.of("", "mooncake", "azure");
    }

    @Provide
    Arbitrary<Long> capacities() {
        return Arbitraries.of(0L, 512L, 2048L, Long.MAX_VALUE);
    }

    /** Numbers from the ends of their ranges, in order of time. */
    @Provide
    Arbitrary<String> extreme() {
        Arbitrary<String> times =
                Arbitraries.of("0", "0.000001", "60000", "1700000000000", "9223372036854", "9223372036854.775807");
        Arbitrary<Integer> lengths = Arbitraries.of(1100, 1536, 10_000_000, 1_000_000_000);
        Arbitrary<String> ids = Arbitraries.of("", "1", "1,2,3", "-1,18446744073709551614,0", "1,1,1");
        return Combinators.combine(times, lengths, ids)
                .as((time, length, blocks) -> new Line(new BigDecimal(time), length, blocks))
                .list()
                .ofMaxSize(8)
                .map(lines -> lines.stream()
                        .sorted(Comparator.comparing(Line::time))
                        .map(Line::json)
                        .collect(Collectors.joining("\n")));
    }

    @Provide
    Arbitrary<byte[]> mutated() {
        Arbitrary<String> pieces = Arbitraries.of(
                "\"",
                "{",
                "}",
                "[",
                "]",
                ",",
                ":",
                "\n",
                "\r",
                "-",
                "1e9",
                "9".repeat(30),
                "\\u0000",
                "null",
                "\uFEFF",
                "\0",
                "\uD83D\uDE00",
                " ",
                "+",
                ".",
                "true",
                "e");
        Arbitrary<Edit> edits = Combinators.combine(
                        Arbitraries.integers().between(0, 200),
                        Arbitraries.integers().between(0, 4),
                        pieces)
                .as(Edit::new);
        return Combinators.combine(
                        Arbitraries.of(SEEDS), edits.list().ofMinSize(1).ofMaxSize(4))
                .as((seed, all) -> {
                    String text = seed;
                    for (Edit edit : all) {
                        text = edit.apply(text);
                    }
                    return text.getBytes(UTF_8);
                });
    }

    /** Runs everything that a command runs on what was read. */
    private static void replay(List<TraceRequest> requests, long capacity) throws IOException {
        Trace trace = new Trace("fuzzed", 512, requests);
        CacheCapacity cache = new CacheCapacity(capacity);
        TraceShape shape = TraceShape.of(trace);
        assertThat(shape.requests()).isEqualTo(requests.size());
        CacheOnlyEngine hits = new CacheOnlyEngine(ReplaySettings.cacheOnly(3, cache));
        for (String policy : List.of("round_robin", "greedy_prefix", "belady", "pooled_lru", "default")) {
            assertThat(runOrRefuse(hits, trace, policy)).isTrue();
        }
        for (ServiceTime time :
                List.of(ServiceTime.ofMicros(5000, 50), ServiceTime.ofMicros(3_600_000_000L, 3_600_000_000L))) {
            QueueingEngine queue = new QueueingEngine(new ReplaySettings(3, cache, time), true);
            for (String policy : List.of("round_robin", "least_work", "min_eta", "longest_prefix", "default")) {
                runOrRefuse(queue, trace, policy);
            }
        }
    }

    private static boolean runOrRefuse(ReplayEngine engine, Trace trace, String policy) throws IOException {
        try {
            ReplayResult result = engine.run(trace, POLICIES.find(policy));
            assertThat(result.requests()).isEqualTo(trace.requests().size());
            return true;
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage().lines()).hasSize(2);
            return false;
        }
    }

    private static List<TraceRequest> readToTheEnd(byte[] bytes, @Nullable TraceFormat format) throws IOException {
        long lines = new String(bytes, UTF_8)
                        .chars()
                        .filter(c -> c == '\n' || c == '\r')
                        .count()
                + 1;
        long previous = 0;
        List<TraceRequest> requests = new ArrayList<>();
        try (TraceReader reader = TraceFile.read("fuzzed", new ByteArrayInputStream(bytes), format, 512)) {
            for (TraceRequest request = reader.read(); request != null; request = reader.read()) {
                assertThat(request.arrivalNanos()).isGreaterThanOrEqualTo(previous);
                previous = request.arrivalNanos();
                requests.add(request);
            }
        } catch (TraceFormatException e) {
            assertThat(e.getMessage().lines()).as(Arrays.toString(bytes)).hasSize(2);
            assertThat(e.line()).isBetween(1L, lines);
        }
        return requests;
    }

    /** A line of a trace in Mooncake's format. */
    private record Line(BigDecimal time, int length, String blocks) {
        String json() {
            return "{\"timestamp\": " + time.toPlainString() + ", \"input_length\": " + length
                    + ", \"output_length\": 1, \"hash_ids\": [" + blocks + "]}";
        }
    }

    /** Replaces some characters at a place by a piece. */
    private record Edit(int place, int removed, String piece) {
        String apply(String text) {
            int from = Math.min(place, text.length());
            return text.substring(0, from) + piece + text.substring(Math.min(text.length(), from + removed));
        }
    }
}
