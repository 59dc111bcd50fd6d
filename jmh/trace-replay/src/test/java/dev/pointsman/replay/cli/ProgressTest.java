// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.replay.run.Traces;
import dev.pointsman.replay.trace.TraceReader;
import dev.pointsman.replay.trace.TraceSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class ProgressTest {
    private long now = 5;

    @Test
    void nothingIsSaidInTheFirstSecond_andThenOnceASecond() throws IOException {
        StringWriter err = new StringWriter();
        TraceSource watched = new Progress(new PrintWriter(err), () -> now)
                .watch(Traces.start().at(0, 1).at(0, 2).at(0, 3).at(0, 4).build(), "reading");

        try (TraceReader reader = watched.open()) {
            reader.read();
            now += 999_999_999;
            reader.read();
            assertThat(err.toString()).isEmpty();
            now += 1;
            reader.read();
            reader.read();
            assertThat(err.toString()).isEqualTo("reading: 2 requests so far" + System.lineSeparator());
            now += 1_000_000_000;
            assertThat(reader.read()).isNull();
        }

        assertThat(err.toString().lines()).hasSize(2);
        assertThat(watched.name()).isEqualTo("small");
        assertThat(watched.blockTokens()).isEqualTo(10);
    }
}
