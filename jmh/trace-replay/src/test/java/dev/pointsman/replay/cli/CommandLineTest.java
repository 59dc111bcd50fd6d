// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.replay.run.TraceFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands as people run them. */
final class CommandLineTest {
    @TempDir
    Path directory;

    private String trace = "";

    @BeforeEach
    void writeTrace() throws IOException {
        Path file = directory.resolve("t.jsonl");
        Files.writeString(file, """
                {"timestamp": 0, "input_length": 1000, "output_length": 3, "hash_ids": [1, 2]}
                {"timestamp": 0, "input_length": 1000, "output_length": 5, "hash_ids": [1, 2]}
                {"timestamp": 10, "input_length": 600, "output_length": 2, "hash_ids": [1, 3]}
                """);
        trace = file.toString();
    }

    @Test
    void directoryForATrace_isNamed() {
        String directory = String.valueOf(java.nio.file.Path.of(trace).getParent());

        Run run = Run.of("inspect", directory);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .isEqualTo("pointsman-replay: " + directory + ": is a directory, not a trace. Maybe name a file in it."
                        + System.lineSeparator());
    }

    @Test
    void fileForTheReportsFolder_isNamed() {
        Run run = Run.of("compare", trace, "--policies", "round_robin", "--out", trace);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines().reduce((first, second) -> second))
                .contains("pointsman-replay: " + trace
                        + ": is there already, and is no folder. Maybe name another place.");
    }

    @Test
    void inspect_printsItsFields() throws IOException {
        Run run = Run.of("inspect", trace, "--json");

        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.json())
                .containsEntry("trace", "t.jsonl")
                .containsEntry("requests", 3L)
                .containsEntry("totalBlocks", 6L)
                .containsEntry("uniqueBlocks", 3L)
                .containsEntry("infiniteHitBlocks", 3L)
                .containsEntry("infiniteHitTokens", 1512L)
                .containsKeys("inputTokens", "outputTokens", "blocksPerRequest", "arrivals", "reuse");
        assertThat(run.object("inputTokens")).containsEntry("sum", 2600L).containsEntry("p50", 1000L);
        assertThat(run.object("reuse")).containsEntry("blockHitRatio", 0.5).containsEntry("requestsFullyFound", 1L);
    }

    @Test
    void inspect_namesEachDefinitionOfHitRate() {
        Run run = Run.of("inspect", trace);

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("by blocks           3 of 6 (50.00 %)")
                .contains("by tokens           1,512 of 2,600 (58.15 %)")
                .contains("by full blocks      ")
                .contains("mean over requests  50.00 %");
    }

    @Test
    void inspectWithoutBlocks_saysSo() throws IOException {
        Path csv = directory.resolve("a.csv");
        Files.writeString(csv, "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44");

        assertThat(Run.of("inspect", csv.toString()).out())
                .contains("reuse                 unknown: the trace has no block hashes");
        assertThat(Run.of("inspect", csv.toString(), "--json").json())
                .containsEntry("totalBlocks", 0L)
                .containsEntry("reuse", null);
        assertThat(hits("least_input", "2", "inf", csv.toString()).out()).contains("no block hashes");
    }

    @Test
    void hits_printsItsFields() throws IOException {
        Run run = Run.of(
                "hits", trace, "--policy", "round_robin", "--endpoints", "2", "--capacity-tokens", "1024", "--json");

        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines()).hasSize(1);
        assertThat(run.json())
                .containsEntry("trace", "t.jsonl")
                .containsEntry("policy", "round_robin")
                .containsEntry("engine", "cache-only")
                .containsEntry("endpoints", 2L)
                .containsEntry("blockTokens", 512L)
                .containsEntry("capacityTokens", 1024L)
                .containsEntry("capacityBlocks", 2L)
                .containsEntry("requests", 3L)
                .containsEntry("rejected", 0L)
                .containsEntry("hitBlocks", 1L)
                .containsEntry("totalBlocks", 6L)
                .containsEntry("hitTokens", 512L)
                .containsEntry("totalTokens", 2600L)
                .containsEntry("tokenHitRatio", 512 / 2600.0)
                .containsEntry("evictions", 1L)
                .containsEntry("requestsPerEndpoint", List.of(2L, 1L))
                .containsEntry("uncachedTokensPerEndpoint", List.of(1088L, 1000L))
                .doesNotContainKey("ttftMicros");
    }

    @Test
    void queue_addsTimes() throws IOException {
        Run run = Run.of(
                "queue",
                trace,
                "--policy=round_robin",
                "--endpoints=1",
                "--capacity-tokens=inf",
                "--fixed-micros=1.5",
                "--micros-per-token=2",
                "--json");

        assertThat(run.exitCode()).isZero();
        assertThat(run.json())
                .containsEntry("engine", "queueing")
                .containsEntry("capacityTokens", null)
                .containsEntry("fixedMicros", 1.5)
                .containsEntry("microsPerToken", 2L)
                .containsEntry("busyMicrosPerEndpoint", List.of(2180L))
                .containsEntry("makespanMicros", 10177L);
        // 2001.5, 2003.0 after a wait, and 177.5, each rounded down.
        assertThat(run.object("ttftMicros"))
                .containsEntry("n", 3L)
                .containsEntry("sum", 2001L + 2003 + 177)
                .containsEntry("min", 177L)
                .containsEntry("p50", 2001L)
                .containsEntry("p90", 2003L)
                .containsEntry("p95", 2003L)
                .containsEntry("p99", 2003L)
                .containsEntry("max", 2003L)
                .containsEntry("mean", 4181 / 3.0);
        assertThat(Run.of(
                                "queue",
                                trace,
                                "--policy=min_eta",
                                "--endpoints=1",
                                "--capacity-tokens=inf",
                                "--fixed-micros=1",
                                "--micros-per-token=2")
                        .out())
                .contains("TTFT                  mean ")
                .contains("p99 ");
    }

    @Test
    void conversationTrace_byTheCommandLine_equalsTheReference() throws IOException {
        String conversation = TraceFacts.conversationFile().toString();
        Map<String, Object> facts = TraceFacts.of("mooncake_conversation");
        Map<String, Object> fleet = TraceFacts.map(TraceFacts.map(TraceFacts.map(facts, "fleet"), "8"), "500000");
        Map<String, Object> lindley = TraceFacts.map(
                TraceFacts.map(facts, "lindley"), "N=8,capacity_tokens=infinite,us_per_token=50,fixed_us=5000");

        for (String policy : List.of("greedy_prefix_min2", "hash_depth_1", "pooled_belady")) {
            Run run = Run.of(
                    "hits",
                    conversation,
                    "--policy",
                    policy,
                    "--endpoints",
                    "8",
                    "--capacity-tokens",
                    "500000",
                    "--json");
            Map<String, Object> expected = TraceFacts.map(fleet, policy);
            assertThat(run.json().get("hitBlocks")).isEqualTo(expected.get("hit_blocks"));
            assertThat(run.json().get("hitTokens")).isEqualTo(expected.get("hit_tokens"));
        }
        for (String policy : List.of("min_eta", "random")) {
            Run run = Run.of(
                    "queue",
                    conversation,
                    "--policy=" + policy,
                    "--endpoints=8",
                    "--capacity-tokens=inf",
                    "--fixed-micros=5000",
                    "--micros-per-token=50",
                    "--json");
            Map<String, Object> expected = TraceFacts.map(TraceFacts.map(lindley, policy), "ttft_us");
            for (String field : List.of("n", "sum", "min", "p50", "p90", "p95", "p99", "max", "mean")) {
                assertThat(run.object("ttftMicros").get(field)).as(field).isEqualTo(expected.get(field));
            }
        }
    }

    @Test
    void shippedProfileAndInlineScorers_areReplayed() throws IOException {
        for (String policy : List.of("default", "profile:random", "prefix-cache-scorer:3,token-load-scorer:1")) {
            Run run = hits(policy, "2", "inf", trace);
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.out()).contains("3 requests by " + policy);
        }
    }

    @Test
    void generate_makesATraceThatTheOthersRead() throws IOException {
        Path made = directory.resolve("made.jsonl");
        String[] options = {
            "generate", "--groups=3", "--prompts=2", "--common-tokens=0", "--system-tokens=20", "--question-tokens=5-9",
            "--output-tokens=1", "--skew=0", "--stages=5/2", "--constant", "--block-tokens=8", "--seed=9"
        };

        Run printed = Run.of(options);
        String[] toFile = Arrays.copyOf(options, options.length + 1);
        toFile[options.length] = "--out=" + made;

        assertThat(Run.of(toFile).exitCode()).isZero();
        assertThat(Files.readString(made)).isEqualTo(printed.out());
        assertThat(printed.out().lines()).hasSize(10);
        assertThat(Run.of("inspect", made.toString(), "--block-tokens=8", "--json")
                        .json())
                .containsEntry("requests", 10L);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            round_robin    | 2      | -5    | capacity: must be at least 0 tokens, but was -5.
            round_robin    | 2      | many  | capacity: must be a whole number of tokens or inf, but was "many".
            round_robin    | 0      | inf   | endpoints: must be between 1 and 100000, but was 0.
            round_robin    | -3     | inf   | endpoints: must be between 1 and 100000, but was -3.
            round_robin    | two    | inf   | 'two' is not an int
            greedy_prefx   | 2      | inf   | Maybe greedy_prefix was meant;
            least_work     | 2      | inf   | policy least_work: must not need time
            no-such:1      | 2      | inf   | no-such
            """)
    void badValue_isExitCodeOneAndOneLine(String policy, String endpoints, String capacity, String message) {
        Run run = hits(policy, endpoints, capacity, trace);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).startsWith("pointsman-replay: ").contains(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"timestamp": 0, "input_length": 1, "output_length": 1, "hash_ids": [1]        | bad.jsonl, line 2: must be one JSON object
            {"timestamp": 0, "input_length": 1, "output_length": 1, "hashes": [1]}         | bad.jsonl, line 2: unknown field "hashes"
            {"timestamp": 0, "input_length": -1, "output_length": 1, "hash_ids": [1]}      | bad.jsonl, line 2: input_length: must be a whole number
            """)
    void malformedTraceLine_isExitCodeOneAndOneLine(String line, String message) throws IOException {
        Path bad = directory.resolve("bad.jsonl");
        Files.writeString(
                bad, Files.readString(Path.of(trace)).lines().findFirst().orElseThrow() + "\n" + line + "\n");

        for (Run run : List.of(
                Run.of("inspect", bad.toString()),
                hits("round_robin", "2", "inf", bad.toString()),
                Run.of("compare", bad.toString(), "--out", directory.toString()))) {
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err().lines()).hasSize(1);
            assertThat(run.err()).startsWith("pointsman-replay: " + message);
        }
    }

    @Test
    void traceOfThreeCenturies_isInspectedAndReplayed_withTheMostThatASumCanBe() throws IOException {
        Path file = directory.resolve("long.jsonl");
        Files.writeString(file, """
                {"timestamp": 0, "input_length": 1500, "output_length": 1, "hash_ids": [1, 2, 3]}
                {"timestamp": 9223372036854, "input_length": 1500, "output_length": 1, "hash_ids": [1, 2, 3]}
                """);

        Run run = Run.of("inspect", file.toString(), "--json");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(TraceFacts.map(run.object("reuse"), "reuseGapNanos"))
                .containsEntry("sum", Long.MAX_VALUE)
                .containsEntry("mean", (double) 9223372036854000000L)
                .containsEntry("max", 9223372036854000000L);
        assertThat(hits("default", "2", "inf", file.toString()).exitCode()).isZero();
    }

    @Test
    void queueThatOutlastsTheClock_isExitCodeOneAndOneLine() throws IOException {
        Path file = directory.resolve("long.jsonl");
        Files.writeString(file, """
                {"timestamp": 9223372036854, "input_length": 1500, "output_length": 1, "hash_ids": [1, 2, 3]}
                {"timestamp": 9223372036854, "input_length": 1500, "output_length": 1, "hash_ids": [4, 5, 6]}
                """);
        trace = file.toString();

        for (String policy : List.of("round_robin", "min_eta", "default")) {
            Run run = queue(policy, "3600000000", "3600000000");
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err().lines()).as(run.err()).hasSize(1);
            assertThat(run.err()).contains("request 1: its queue would outlast 292 years.");
        }
    }

    @Test
    void missingFileDirectoryAndForeignFile_areExitCodeOneAndOneLine() throws IOException {
        Path foreign = directory.resolve("foreign");
        Files.write(foreign, new byte[] {0, 1, 2, (byte) 0xFF});

        for (String file :
                List.of(directory.resolve("none.jsonl").toString(), directory.toString(), foreign.toString())) {
            Run run = Run.of("inspect", file);
            assertThat(run.exitCode()).as(file).isEqualTo(1);
            assertThat(run.err().lines()).as(run.err()).hasSize(1);
        }
        assertThat(Run.of("inspect", directory.resolve("none.jsonl").toString()).err())
                .contains("none.jsonl: there is no such file.");
    }

    @Test
    void referenceInAQueue_andServiceTimeOutOfRange_areExitCodeOne() {
        assertThat(queue("belady", "1", "1").err()).contains("policy belady: must place requests on endpoints");
        assertThat(queue("min_eta", "-1", "1").err()).contains("fixed time: must be between 0 and");
        assertThat(queue("min_eta", "1", "0.0001").err())
                .contains("time per token: must be a whole number of nanoseconds");
        assertThat(queue("min_eta", "1", "fast").err().lines()).hasSize(1);
        assertThat(queue("min_eta", "1", "fast").exitCode()).isEqualTo(1);
        assertThat(queue("min_eta", "-1", "1").exitCode()).isEqualTo(1);
    }

    @Test
    void wrongUsage_isExitCodeTwoAndOneLine() {
        for (Run run : List.of(
                Run.of("hits"),
                Run.of("hits", trace, "--policy"),
                Run.of("hits", trace, "--policy=a", "--endpoints=2", "--capacity-tokens=3", "--colour"),
                Run.of("inspect", trace, trace),
                Run.of("inspect", trace, "--json", "--json"),
                Run.of("teleport"))) {
            assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
            assertThat(run.out()).isEmpty();
            assertThat(run.err().lines()).as(run.err()).hasSize(1);
            assertThat(run.err()).startsWith("pointsman-replay: ").contains("--help");
        }
    }

    @Test
    void noCommand_showsTheCommandsAndIsExitCodeTwo() {
        Run run = Run.of();

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("inspect", "hits", "queue", "compare", "generate");
    }

    @Test
    void help_isExitCodeZero() {
        for (String command : List.of("inspect", "hits", "queue", "compare", "generate")) {
            Run run = Run.of(command, "--help");
            assertThat(run.exitCode()).isZero();
            assertThat(run.out()).startsWith("Usage: pointsman-replay " + command);
        }
        assertThat(Run.of("--version").out()).startsWith("pointsman-replay ");
    }

    @Test
    void help_namesThePoliciesThatTheCommandCanReplay() {
        assertThat(Run.of("hits", "--help").out())
                .contains("  greedy_prefix_min2  ", "  pooled_belady  ", "  llm-d  ")
                .doesNotContain("  min_eta  ");
        for (String command : List.of("queue", "compare")) {
            assertThat(Run.of(command, "--help").out())
                    .contains("  min_eta  ", "  llm-d  ")
                    .doesNotContain("  pooled_belady  ");
        }
    }

    private static Run hits(String policy, String endpoints, String capacity, String trace) {
        return Run.of("hits", trace, "--policy", policy, "--endpoints", endpoints, "--capacity-tokens", capacity);
    }

    private Run queue(String policy, String fixed, String perToken) {
        return Run.of(
                "queue",
                trace,
                "--policy",
                policy,
                "--endpoints",
                "2",
                "--capacity-tokens",
                "inf",
                "--fixed-micros",
                fixed,
                "--micros-per-token",
                perToken);
    }
}
