// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlanCommandTest {
    @TempDir
    Path directory;

    @Test
    void statedTraffic_getsAPlanWithReasons_andAPageThatLoadsNothing() throws IOException {
        Run run = plan("--traffic=2:2000:100", "--slo=ttft=1s,tpot=50ms", "--accelerators=h100-sxm", "--tp=1,2");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("the cheapest there is", "It beat:", "What binds:", "What would change it:");
        assertThat(Files.readString(directory.resolve("report.html")))
                .contains("llama-3.1-8b", "Cost over load", "plan --model=llama-3.1-8b")
                .doesNotContain("{{", "src=\"http", "href=\"http");
    }

    @Test
    void verification_saysWhetherTargetsHold_andJsonHasIt() throws IOException {
        Run run = plan(
                "--traffic=2:2000:100",
                "--slo=ttft=1s,tpot=50ms",
                "--accelerators=h100-sxm",
                "--tp=1",
                "--verify",
                "--json");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.json()).containsKeys("traffic", "plan", "alternatives", "binding", "flips", "costOverLoad");
        assertThat(run.object("verified")).containsEntry("ttftHolds", true);
    }

    @Test
    void planForTheFirstHalf_holdsItsTargetOnTheSecond() throws IOException {
        Path trace = directory.resolve("trace.jsonl");
        Run made = Run.of("generate", "--stages=8/120", "--out=" + trace);
        assertThat(made.exitCode()).as(made.err()).isZero();

        Run run = plan(
                "--trace=" + trace,
                "--slo=ttft=1s,tpot=50ms",
                "--accelerators=h100-sxm",
                "--tp=1",
                "--half",
                "--verify",
                "--json");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.object("verified")).containsEntry("ttftHolds", true);
    }

    /** Prompts of a real trace vary so much that the time of the mean prompt is two thirds of the mean time. */
    @Test
    void planForTheFirstHalfOfTheConversationTrace_holdsItsTargetOnTheSecond() throws IOException {
        Path trace = Path.of(System.getProperty("pointsman.root"))
                .resolve("../shared/traces/mooncake_conversation_trace.jsonl");
        Assumptions.assumeTrue(Files.exists(trace), "needs ../shared/traces/mooncake_conversation_trace.jsonl");

        Run run = plan(
                "--trace=" + trace,
                "--model=llama-3.1-70b",
                "--slo=ttft=5s,tpot=50ms",
                "--accelerators=h100-sxm",
                "--tp=2,4",
                "--half",
                "--verify",
                "--policy=remote",
                "--json");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.object("plan")).containsEntry("fleet", "7xprefill/h100-sxm/tp2,1xdecode/h100-sxm/tp4");
        assertThat(run.object("verified")).containsEntry("ttftHolds", true).containsEntry("tpotHolds", true);
    }

    @Test
    void promptsCachedAsAWhole_arePlannedAndReplayed() throws IOException {
        Run run = plan(
                "--traffic=2:2000:100:1",
                "--slo=ttft=1s,tpot=50ms",
                "--accelerators=h100-sxm",
                "--tp=1",
                "--verify",
                "--json");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.object("verified")).containsEntry("ttftHolds", true);
    }

    @Test
    void targetThatNothingMeets_isSaidWithTheReason() {
        Run run = plan("--traffic=2:100000:100", "--slo=ttft=10ms,tpot=50ms", "--accelerators=h100-sxm", "--tp=1");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("TTFT: an idle replica takes");
    }

    @Test
    void wrongInput_isRefusedInOneLine() {
        assertThat(plan("--slo=ttft=1s,tpot=50ms").err()).contains("needs --trace or --traffic");
        assertThat(plan("--traffic=2:2000", "--slo=ttft=1s,tpot=50ms").err()).contains("RATE:INPUT:OUTPUT");
        assertThat(plan("--traffic=2:2000:9", "--slo=ttft=1").err()).contains("ttft=1");
        assertThat(plan("--traffic=2:2000:9", "--slo=ttft=1s,tpot=50ms", "--available=h100-sxn=4")
                        .err())
                .contains("h100-sxn");
    }

    /** What there is may be said once for many plans, by any name that the catalog knows. */
    @Test
    void chipsThatThereAre_limitThePlan_andThoseThatAreNotUsedDoNot() {
        Run run = plan(
                "--traffic=2:2000:100",
                "--slo=ttft=1s,tpot=50ms",
                "--accelerators=h100-sxm",
                "--tp=1",
                "--available=h100=0,l4=3");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("0 chips of h100-sxm");
    }

    private Run plan(String... more) {
        String[] all = new String[more.length + 3];
        boolean stated = Arrays.stream(more).anyMatch(option -> option.startsWith("--model="));
        all[0] = "plan";
        all[1] = stated ? "--classes=2" : "--model=llama-3.1-8b";
        all[2] = "--out=" + directory;
        System.arraycopy(more, 0, all, 3, more.length);
        return Run.of(all);
    }
}
