// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MooncakeReaderTest {
    private static final String GOOD =
            "{\"timestamp\": 0, \"input_length\": 600, \"output_length\": 5, \"hash_ids\": [7, 8]}\n";

    @Test
    void plainLines_areReadInOrder() throws IOException {
        List<TraceRequest> requests = read(GOOD
                + "{\"timestamp\": 1500, \"input_length\": 1, \"output_length\": 0, \"hash_ids\": [9]}\n"
                + "{\"timestamp\": 1500, \"input_length\": 0, \"output_length\": 3, \"hash_ids\": []}\n");

        assertThat(requests)
                .extracting(TraceRequest::toString)
                .containsExactly(
                        "TraceRequest[0 at 0 ns, 600 in, 5 out, 2 blocks]",
                        "TraceRequest[1 at 1500000000 ns, 1 in, 0 out, 1 blocks]",
                        "TraceRequest[2 at 1500000000 ns, 0 in, 3 out, 0 blocks]");
        assertThat(requests.get(0).blocks()).containsExactly(7, 8);
    }

    @Test
    void crlfByteOrderMarkBlankLinesAndNoFinalNewline_changeNothing() throws IOException {
        String line = GOOD.strip();

        List<TraceRequest> requests = read("\uFEFF" + line + "\r\n\r\n  \n" + line + "\r\n" + line);

        assertThat(requests).extracting(TraceRequest::index).containsExactly(0L, 1L, 2L);
        assertThat(requests).allSatisfy(request -> assertThat(request.blocks()).containsExactly(7, 8));
    }

    @Test
    void fractionalTimestamps_areKeptToTheNanosecond() throws IOException {
        List<TraceRequest> requests = read(GOOD.replace(": 0,", ": 0.000001,") + GOOD.replace(": 0,", ": 1.5e3,"));

        assertThat(requests).extracting(TraceRequest::arrivalNanos).containsExactly(1L, 1_500_000_000L);
    }

    @Test
    void unsignedAndNegativeHashes_keepTheirBits() throws IOException {
        List<TraceRequest> requests = read(GOOD.replace("7, 8", "18446744073709551615, -2"));

        assertThat(requests.get(0).blocks()).containsExactly(-1, -2);
    }

    @Test
    void fieldsOfRelatives_areSkipped() throws IOException {
        List<TraceRequest> requests = read(GOOD.replace("{", "{\"session_id\": \"a\", \"type\": {\"x\": [1]}, "));

        assertThat(requests).hasSize(1);
    }

    @Test
    void fewerHashesThanBlocks_areTaken() throws IOException {
        assertThat(read(GOOD.replace("7, 8", "7")).get(0).blocks()).containsExactly(7);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"timestamp": 0                                                                         | must be one JSON object, but cannot be parsed
            [1, 2]                                                                                  | must be a JSON object, but starts with "["
            7                                                                                       | must be a JSON object, but starts with "7"
            {"timestamp": 0, "input_length": 1, "output_length": 1, "hash_ids": [1]} x              | must be one JSON object, but cannot be parsed
            {"timestamp": 0, "input_length": 1, "output_length": 1, "hash_ids": [1]} {}             | must hold one JSON object, but goes on after it
            {"timestamp": 0, "timestamp": 0, "input_length": 1, "output_length": 1, "hash_ids": []} | Duplicate field 'timestamp'
            {"input_length": 1, "output_length": 1, "hash_ids": [1]}                                | timestamp: must be given, but is missing
            {"timestamp": 0, "output_length": 1, "hash_ids": [1]}                                   | input_length: must be given, but is missing
            {"timestamp": 0, "input_length": 1, "hash_ids": [1]}                                    | output_length: must be given, but is missing
            {"timestamp": 0, "input_length": 1, "output_length": 1}                                 | hash_ids: must be given, but is missing
            {"timestamp": -1, "input_length": 1, "output_length": 1, "hash_ids": [1]}               | timestamp: must be milliseconds from 0 to
            {"timestamp": "0", "input_length": 1, "output_length": 1, "hash_ids": [1]}              | but was "0"
            {"timestamp": 0.0000001, "input_length": 1, "output_length": 1, "hash_ids": [1]}        | with at most six decimals
            {"timestamp": 1e999999999, "input_length": 1, "output_length": 1, "hash_ids": [1]}      | timestamp: must be milliseconds from 0 to
            {"timestamp": 1e99999999999999999999, "input_length": 1, "output_length": 1, "hash_ids": [1]} | timestamp: must be milliseconds from 0 to
            {"timestamp": 1e-999999999, "input_length": 1, "output_length": 1, "hash_ids": [1]}     | timestamp: must be milliseconds from 0 to
            {"timestamp": 99999999999999999, "input_length": 1, "output_length": 1, "hash_ids": [1]}| timestamp: must be milliseconds from 0 to
            {"timestamp": 0, "input_length": -1, "output_length": 1, "hash_ids": [1]}               | input_length: must be a whole number from 0 to 1000000000, but was "-1"
            {"timestamp": 0, "input_length": 1.5, "output_length": 1, "hash_ids": [1]}              | input_length: must be a whole number
            {"timestamp": 0, "input_length": 9999999999, "output_length": 1, "hash_ids": [1]}       | input_length: must be a whole number
            {"timestamp": 0, "input_length": 1, "output_length": null, "hash_ids": [1]}             | output_length: must be a whole number from 0 to 1000000000, but was "null"
            {"timestamp": 0, "input_length": 1, "output_length": 1, "hash_ids": 1}                  | hash_ids: must be an array of whole numbers, but was "1"
            {"timestamp": 0, "input_length": 1, "output_length": 1, "hash_ids": ["a"]}              | hash_ids[0]: must be a whole number of 64 bits, but was "a"
            {"timestamp": 0, "input_length": 1, "output_length": 1, "hash_ids": [99999999999999999999]} | hash_ids[0]: must be a whole number of 64 bits
            {"timestamp": 0, "input_length": 512, "output_length": 1, "hash_ids": [1, 2]}           | hash_ids: must be at most 1 ids (512 tokens in blocks of 512), but were 2
            {"timestamp": 0, "input_len": 1, "output_length": 1, "hash_ids": [1]}                   | unknown field "input_len"
            """)
    void malformedLine_isNamedWithWhatWouldBeRight(String line, String fact) {
        assertThatThrownBy(() -> read(GOOD + "\n" + line + "\n"))
                .isInstanceOf(TraceFormatException.class)
                .hasMessageStartingWith("t.jsonl, line 3: ")
                .hasMessageContaining(fact)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(2))
                .satisfies(
                        e -> assertThat(e.getMessage().lines().toList().get(1)).startsWith("Maybe "))
                .satisfies(e -> assertThat(((TraceFormatException) e).line()).isEqualTo(3));
    }

    @Test
    void arrivalThatGoesBack_isRefused() {
        assertThatThrownBy(() -> read(GOOD.replace(": 0,", ": 7.5,") + GOOD))
                .isInstanceOf(TraceFormatException.class)
                .hasMessageStartingWith("t.jsonl, line 2: timestamp: must not be before the previous line's 7.5 ms,"
                        + " but was 0 ms.");
    }

    @Test
    void endlessLine_isRefusedBeforeItFillsTheMemory() {
        InputStream endless = new InputStream() {
            private boolean started;

            @Override
            public int read() {
                return ' ';
            }

            @Override
            public int read(byte[] into, int at, int length) {
                Arrays.fill(into, at, at + length, (byte) ' ');
                into[at] = (byte) (started ? ' ' : '{');
                started = true;
                return length;
            }
        };

        assertThatThrownBy(() -> TraceFile.read("endless", endless, TraceFormat.MOONCAKE, 512)
                        .read())
                .isInstanceOf(TraceFormatException.class)
                .hasMessageContaining("line 1: must be at most 16777216 bytes long");
    }

    @Test
    void tooManyHashes_areRefused() {
        String ids = "1,".repeat(MooncakeReader.MOST_BLOCKS) + "1";
        String line = GOOD.replace("7, 8", ids).replace("600", "1000000000");

        assertThatThrownBy(() -> read(line, 1)).hasMessageContaining("hash_ids: must be at most 1048576 ids");
    }

    @Test
    void deepNesting_isRefused() {
        String line = GOOD.replace("{", "{\"type\": " + "[".repeat(1000) + "]".repeat(1000) + ", ");

        assertThatThrownBy(() -> read(line))
                .isInstanceOf(TraceFormatException.class)
                .hasMessageContaining("line 1:");
    }

    private static List<TraceRequest> read(String text) throws IOException {
        return read(text, 512);
    }

    private static List<TraceRequest> read(String text, int blockTokens) throws IOException {
        List<TraceRequest> requests = new ArrayList<>();
        try (TraceReader reader =
                TraceFile.read("t.jsonl", new ByteArrayInputStream(text.getBytes(UTF_8)), null, blockTokens)) {
            reader.forEachRemaining(requests::add);
        }
        return requests;
    }
}
