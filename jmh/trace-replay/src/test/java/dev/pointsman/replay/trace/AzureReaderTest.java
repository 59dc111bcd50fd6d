// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AzureReaderTest {
    private static final String HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens\r\n";

    @Test
    void crlfWithoutFinalNewline_keepsAllSevenDigits() throws IOException {
        List<TraceRequest> requests = read(HEADER
                + "2023-11-16 18:15:46.6805900,374,44\r\n"
                + "2023-11-16 18:15:46.6805901,396,109\r\n"
                + "2023-11-17 00:00:00.0000000,1,2");

        assertThat(requests)
                .extracting(TraceRequest::toString)
                .containsExactly(
                        "TraceRequest[0 at 0 ns, 374 in, 44 out, 0 blocks]",
                        "TraceRequest[1 at 100 ns, 396 in, 109 out, 0 blocks]",
                        "TraceRequest[2 at 20653319410000 ns, 1 in, 2 out, 0 blocks]");
    }

    @Test
    void lfQuotesAndByteOrderMark_changeNothing() throws IOException {
        List<TraceRequest> requests = read(
                "\uFEFF" + HEADER.replace("\r", "") + "\"2023-11-16 18:15:46\",\"3\",4\n\n2023-11-16 18:15:47,5,6\n");

        assertThat(requests).extracting(TraceRequest::inputTokens).containsExactly(3, 5);
        assertThat(requests).extracting(TraceRequest::arrivalNanos).containsExactly(0L, 1_000_000_000L);
    }

    @Test
    void laterFiles_withImagesAndOffsets_areRead() throws IOException {
        List<TraceRequest> requests = read("""
                TIMESTAMP,ContextTokens,GeneratedTokens,NumImages
                2025-01-01 00:00:00.5+00:00,3,4,0
                2025-01-01 01:00:01.5+01:00,5,6,2
                """);

        assertThat(requests).extracting(TraceRequest::arrivalNanos).containsExactly(0L, 1_000_000_000L);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            2023-11-16 18:15:46,1          | must have 3 fields, but has 2
            2023-11-16 18:15:46,1,2,3      | must have 3 fields, but has 4
            2023-13-16 18:15:46,1,2        | TIMESTAMP: must be a date and time such as 2023-11-16 18:15:46.6805900, but was "2023-13-16 18:15:46"
            yesterday,1,2                  | TIMESTAMP: must be a date and time
            2023-11-16 18:15:44,1,2        | TIMESTAMP: must not be before the previous row's
            2023-11-16 18:15:46,,2         | ContextTokens: must be a whole number from 0 to 1000000000, but was ""
            2023-11-16 18:15:46,-1,2       | ContextTokens: must be a whole number
            2023-11-16 18:15:46,1,two      | GeneratedTokens: must be a whole number from 0 to 1000000000, but was "two"
            2023-11-16 18:15:46,1,99999999999 | GeneratedTokens: must be a whole number
            """)
    void malformedRow_isNamedWithWhatWouldBeRight(String row, String fact) {
        assertThatThrownBy(() -> read(HEADER + "2023-11-16 18:15:45,1,1\r\n\r\n" + row + "\r\n"))
                .isInstanceOf(TraceFormatException.class)
                .hasMessageStartingWith("t.csv, line 4: ")
                .hasMessageContaining(fact)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(2));
    }

    @Test
    void unknownColumn_isRefused() {
        assertThatThrownBy(() -> read("TIMESTAMP,ContextTokens,GeneratedTokens,Colour\n"))
                .isInstanceOf(TraceFormatException.class)
                .hasMessageContaining("line 1: must be the header TIMESTAMP,ContextTokens,GeneratedTokens")
                .hasMessageContaining("column 4 is \"Colour\"");
    }

    @Test
    void unclosedQuoteAndEndlessField_areRefused() {
        assertThatThrownBy(() -> read(HEADER + "\"2023")).isInstanceOf(TraceFormatException.class);
        assertThatThrownBy(() -> read(HEADER + "1".repeat(1 << 20)))
                .isInstanceOf(TraceFormatException.class)
                .hasMessageContaining("at most 16384 characters");
    }

    private static List<TraceRequest> read(String text) throws IOException {
        List<TraceRequest> requests = new ArrayList<>();
        try (TraceReader reader = TraceFile.read("t.csv", new ByteArrayInputStream(text.getBytes(UTF_8)), null, 512)) {
            reader.forEachRemaining(requests::add);
        }
        return requests;
    }
}
