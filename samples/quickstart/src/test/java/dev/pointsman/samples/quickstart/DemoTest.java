// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.samples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

/** What the README promises that one command shows. */
class DemoTest {
    @Test
    void demonstration_showsAllThatCanBecomeOfADispatch_andEndsWithNothingInFlight() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Demo.run(new PrintStream(bytes, true, UTF_8), 0, false);

        assertThat(bytes.toString(UTF_8))
                .contains("the draw decided", "ahead by 2.00", "margin 2.000 over")
                .contains("completed: 341 prompt tokens (0 cached), 20 of output")
                .containsPattern("chat-9 +cancelled")
                .containsPattern("chat-10 +-> . +. did not answer")
                .containsPattern("chat-10 +completed")
                .contains("400      {")
                .contains("requests in flight by endpoint: {a=0, b=0, c=0}");
    }
}
