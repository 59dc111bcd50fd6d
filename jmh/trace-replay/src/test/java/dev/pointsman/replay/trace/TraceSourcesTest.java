// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TraceSourcesTest {
    @TempDir
    Path directory;

    @Test
    void file_isReadAnewEachTime() throws IOException {
        Path file = directory.resolve("small.jsonl");
        Files.writeString(file, "{\"timestamp\": 3, \"input_length\": 1, \"output_length\": 2, \"hash_ids\": [4]}\n");
        TraceFile source = new TraceFile(file);

        Trace first = Trace.load(source);
        Trace second = Trace.load(source);

        assertThat(first.requests().toString()).isEqualTo(second.requests().toString());
        assertThat(first.name()).isEqualTo("small.jsonl");
        assertThat(Trace.load(first)).isSameAs(first);
    }

    @Test
    void missingFile_isAnIoException() {
        assertThatThrownBy(() -> new TraceFile(directory.resolve("none")).open())
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void emptyOrForeignFile_isRefusedByItsFirstLine() {
        assertThatThrownBy(() -> open("", null)).hasMessageContaining("line 1: the trace must not be empty");
        assertThatThrownBy(() -> open("PK\3\4", null))
                .isInstanceOf(TraceFormatException.class)
                .hasMessageContaining("but starts with \"PK??\"");
    }

    @Test
    void formatGiven_winsOverTheFirstLine() {
        assertThatThrownBy(() -> open("{}", TraceFormat.AZURE)).hasMessageContaining("must be the header TIMESTAMP");
    }

    @Test
    void unknownFormatLabel_isRefused() {
        assertThatThrownBy(() -> TraceFormat.ofLabel("parquet"))
                .hasMessageContaining("format: must be one of mooncake, azure, but was \"parquet\"");
    }

    @Test
    void requestsOutOfOrderOrMisnumbered_areRefused() {
        TraceRequest zero = TraceRequest.withoutBlocks(0, 5, 1, 1);

        assertThatThrownBy(() -> new Trace("t", 512, List.of(zero, TraceRequest.withoutBlocks(1, 4, 1, 1))))
                .hasMessageContaining("requests[1]: must have index 1 and arrive at 5 ns or later");
        assertThatThrownBy(() -> new Trace("t", 512, List.of(zero, TraceRequest.withoutBlocks(2, 5, 1, 1))))
                .hasMessageContaining("requests[1]: must have index 1");
        assertThatThrownBy(() -> new Trace("t", 0, List.of()))
                .hasMessageContaining("block size: must be between 1 and");
    }

    @Property(tries = 200)
    void writtenTrace_isReadBackEqual(
            @ForAll @Size(max = 20) List<@LongRange(min = 0, max = 1L << 40) Long> gaps, @ForAll long hash)
            throws IOException {
        List<TraceRequest> requests = new ArrayList<>();
        long now = 0;
        for (long gap : gaps) {
            now += gap;
            long[] blocks = {hash, requests.size()};
            requests.add(new TraceRequest(requests.size(), now, 1000 + requests.size() % 24, requests.size(), blocks));
        }
        Trace trace = new Trace("made", 512, requests);

        StringBuilder text = new StringBuilder();
        MooncakeWriter.write(trace, text);

        List<TraceRequest> back = new ArrayList<>();
        try (TraceReader reader = open(text.toString(), TraceFormat.MOONCAKE)) {
            reader.forEachRemaining(back::add);
        }
        assertThat(back).usingRecursiveComparison().isEqualTo(requests);
    }

    private static TraceReader open(String text, @Nullable TraceFormat format) throws IOException {
        return TraceFile.read("stream", new ByteArrayInputStream(text.getBytes(UTF_8)), format, 512);
    }
}
