// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CompareCommandTest {
    @TempDir
    Path directory;

    @Test
    void builtInWorkload_isComparedBetweenFloorAndOracle() throws IOException {
        Run run = Run.of("compare", "--out", directory.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("multi-tenant", "round_robin", "min_eta", "default", "infinite cache", "floor");
        assertThat(Files.readString(directory.resolve("report.html"))).contains("<html", "min_eta");
        assertThat(Files.readString(directory.resolve("comparison.json"))).contains("\"pointsman.comparison/1\"");
    }

    @Test
    void traceAndPolicies_areTakenHoweverTheyAreListed() throws IOException {
        Path trace = directory.resolve("made.jsonl");
        Run.of("generate", "--groups=3", "--prompts=2", "--stages=20/5", "--out=" + trace);
        String expected = compare(trace.toString(), "--policies", "round_robin,min_eta");

        assertThat(expected).contains("round_robin", "min_eta").doesNotContain("random42");
        assertThat(compare(trace.toString(), "--policies", "round_robin", "min_eta"))
                .isEqualTo(expected);
        assertThat(compare("--policies", "round_robin", "min_eta", trace.toString()))
                .isEqualTo(expected);
        assertThat(compare(trace.toString(), "--policies=round_robin", "--policies=min_eta"))
                .isEqualTo(expected);
    }

    @Test
    void inlineProfile_keepsItsCommas() throws IOException {
        Path trace = directory.resolve("made.jsonl");
        Run.of("generate", "--groups=3", "--prompts=2", "--stages=20/5", "--out=" + trace);

        String out = compare(
                trace.toString(),
                "--policies",
                "round_robin,least_work",
                "--policies",
                "prefix-cache-scorer:3,queue-scorer:1");

        assertThat(out).contains("least_work", "prefix-cache-scorer:3,queue");
        assertThat(compare(trace.toString(), "--policies", "profile:random,min_eta"))
                .contains("profile:random", "min_eta");
        assertThat(Run.of("compare", trace.toString(), "--policies", "min_eta,prefix-cache-scorer:3")
                        .err())
                .contains("must be scorer-type:weight,scorer-type:weight, but has \"min_eta\"");
    }

    @Test
    void sameCommandTwice_makesTheSameFiles() throws IOException {
        Path trace = directory.resolve("made.jsonl");
        Run.of("generate", "--groups=3", "--prompts=2", "--stages=20/5", "--out=" + trace);
        compare(trace.toString(), "--policies", "random42,default");
        byte[] first = Files.readAllBytes(directory.resolve("report.html"));

        compare(trace.toString(), "--policies", "random42,default");

        assertThat(Files.readAllBytes(directory.resolve("report.html"))).isEqualTo(first);
    }

    @Test
    void json_isTheComparisonAndNothingElse() throws IOException {
        Path trace = directory.resolve("made.jsonl");
        Run.of("generate", "--groups=3", "--prompts=2", "--stages=20/5", "--out=" + trace);

        Run run = Run.of("compare", trace.toString(), "--policies=min_eta", "--json", "--out=" + directory);

        assertThat(run.json()).containsEntry("schema", "pointsman.comparison/1");
        assertThat(run.object("workload")).containsEntry("name", "made.jsonl");
        assertThat(run.out()).isEqualTo(Files.readString(directory.resolve("comparison.json")));
    }

    @Test
    void randomOfAnySeed_isAFloor() throws IOException {
        Path trace = directory.resolve("made.jsonl");
        Run.of("generate", "--groups=3", "--prompts=2", "--stages=20/5", "--out=" + trace);

        String out = compare(trace.toString(), "--policies", "round_robin,random,random7,min_eta,profile:random");

        assertThat(out.lines()
                        .filter(line -> line.endsWith("  floor"))
                        .map(line -> line.substring(0, line.indexOf(' '))))
                .containsExactlyInAnyOrder("round_robin", "random", "random7");
    }

    @Test
    void nameThatIsNoPath_isTakenForAPolicy() {
        // As "home-scorer:1" is where a colon is special; a zero is so everywhere.
        Run run = Run.of("compare", "--policies", "round_robin", "min\0eta");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains("policy: no policy is called min\\u0000eta. Maybe min_eta was meant;");
    }

    @Test
    void longNames_areWholeOnThePageAndInTheJson() throws IOException {
        Path trace = directory.resolve("made.jsonl");
        Run.of("generate", "--groups=3", "--prompts=2", "--stages=20/5", "--out=" + trace);
        String one = "prefix-cache-scorer:3,active-request-scorer:1";
        String two = "prefix-cache-scorer:3,active-request-scorer:2";

        compare(trace.toString(), "--policies=" + one, "--policies=" + two);

        for (String file : new String[] {"report.html", "comparison.json"}) {
            assertThat(Files.readString(directory.resolve(file))).contains(one, two);
        }
    }

    @Test
    void samePolicyTwice_unknownPolicyAndReference_areExitCodeOne() {
        assertThat(Run.of("compare", "--policies", "min_eta,min_eta").err())
                .contains("--policies: must name each policy once, but min_eta is there twice.");
        assertThat(Run.of("compare", "--policies", "min_et").err()).contains("Maybe min_eta was meant; there are: ");
        Run run = Run.of("compare", "--policies", "belady");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("policy belady: must place requests on endpoints");
    }

    private String compare(String... args) throws IOException {
        String[] all = new String[args.length + 2];
        all[0] = "compare";
        System.arraycopy(args, 0, all, 1, args.length);
        all[all.length - 1] = "--out=" + directory;
        Run run = Run.of(all);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out();
    }
}
