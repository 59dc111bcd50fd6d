// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Whatever a file contains, reading it ends, with requests or with an error that names a line. */
final class TraceReaderFuzzTest {
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
        readToTheEnd(bytes, null);
    }

    @Provide
    Arbitrary<String> formats() {
        return Arbitraries.of("", "mooncake", "azure");
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

    private static void readToTheEnd(byte[] bytes, @Nullable TraceFormat format) throws IOException {
        long lines = new String(bytes, UTF_8)
                        .chars()
                        .filter(c -> c == '\n' || c == '\r')
                        .count()
                + 1;
        long previous = 0;
        try (TraceReader reader = TraceFile.read("fuzzed", new ByteArrayInputStream(bytes), format, 512)) {
            for (TraceRequest request = reader.read(); request != null; request = reader.read()) {
                assertThat(request.arrivalNanos()).isGreaterThanOrEqualTo(previous);
                previous = request.arrivalNanos();
            }
        } catch (TraceFormatException e) {
            assertThat(e.getMessage().lines()).as(Arrays.toString(bytes)).hasSize(2);
            assertThat(e.line()).isBetween(1L, lines);
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
