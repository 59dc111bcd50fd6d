// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StagesCommandTest {
    @TempDir
    Path directory;

    @Test
    void table_hasALineForEachPolicy() {
        Run run = stages("--workload=edpp-chat", "--rate=2", "--seconds=5", "--policies=local,remote,joint");

        assertThat(run.exitCode()).as(run.err()).isZero();
        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).startsWith("policy").contains("TTFT mean");
        assertThat(lines.get(1)).startsWith("local").contains(" 0.0%");
        assertThat(lines.get(2)).startsWith("remote").contains(" 100.0%");
        assertThat(lines.get(3)).startsWith("joint");
    }

    @Test
    void json_hasAResultForEachPolicy_andIsTheSameEachTime() throws IOException {
        String[] arguments = {"--workload=edpp-code", "--rate=1", "--seconds=5", "--policies=remote,joint", "--json"};

        Run run = stages(arguments);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.json()).containsEntry("fleet", "1xprefill/h100-sxm/tp1,1xdecode/h100-sxm/tp1");
        assertThat((List<?>) run.json().get("policies")).hasSize(2);
        assertThat(stages(arguments).out()).isEqualTo(run.out());
    }

    @Test
    void configurationFile_isAPolicy() throws IOException {
        Path file = directory.resolve("mine.yaml");
        Files.writeString(file, """
                apiVersion: llm-d.ai/v1alpha1
                kind: EndpointPickerConfig
                plugins:
                - type: decode-filter
                - type: random-picker
                schedulingProfiles:
                - name: default
                  plugins:
                  - pluginRef: decode-filter
                  - pluginRef: random-picker
                """);

        Run run = stages("--workload=edpp-chat", "--rate=1", "--seconds=3", "--policies=" + file);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains(file.toString());
    }

    @Test
    void wrongInput_isRefusedInOneLine() {
        assertThat(stages().err()).contains("needs a trace or --workload");
        assertThat(stages("--workload=other").err()).contains("must be edpp-chat, edpp-code or pd-guide");
        assertThat(stages("--workload=edpp-chat", "--policies=nobody").err()).contains("nobody");
        assertThat(Run.of("stages", "--workload=edpp-chat", "--fleet=1xdecode").err())
                .contains("1xdecode");
    }

    private static Run stages(String... more) {
        String[] all = new String[more.length + 3];
        all[0] = "stages";
        all[1] = "--model=llama-3.1-8b";
        all[2] = "--fleet=1xprefill/h100-sxm/tp1,1xdecode/h100-sxm/tp1";
        System.arraycopy(more, 0, all, 3, more.length);
        return Run.of(all);
    }
}
