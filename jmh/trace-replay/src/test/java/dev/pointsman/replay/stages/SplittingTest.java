// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.replay.trace.TraceSource;
import dev.pointsman.replay.workload.ConversationWorkload;
import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Small versions of the comparisons in {@code jmh/FIDELITY.md}; it names what is not reached. */
final class SplittingTest {
    private static final String EDPP = "1xprefill/h100-sxm/tp4,3xdecode/h100-sxm/tp4";
    private static final List<String> FIXED = List.of(StagePolicies.LOCAL, StagePolicies.REMOTE, StagePolicies.N16);

    @Test
    void chat_jointIsNoWorseThanTheBestFixedRule_andFarBetterThanRemote() throws IOException {
        ConversationWorkload chat = ConversationWorkload.chat(20, 60);
        StageFleet fleet = StageFleets.parse(EDPP);

        double joint = ttft(chat, fleet, StagePolicies.JOINT);

        Map<String, Double> fixed = fixed(chat, fleet);
        assertThat(joint).isLessThan(1.05 * Collections.min(fixed.values()));
        assertThat(joint).isLessThan(0.5 * fixed.get(StagePolicies.REMOTE));
    }

    @Test
    void code_jointIsNoWorseThanTheBestFixedRule_andFarBetterThanRemote() throws IOException {
        ConversationWorkload code = ConversationWorkload.code(4, 150);
        StageFleet fleet = StageFleets.parse(EDPP);

        double joint = ttft(code, fleet, StagePolicies.JOINT);

        Map<String, Double> fixed = fixed(code, fleet);
        assertThat(joint).isLessThan(1.05 * Collections.min(fixed.values()));
        assertThat(joint).isLessThan(0.5 * fixed.get(StagePolicies.N16));
    }

    @Test
    void code_nearWhatTheFleetCanDo_jointKeepsConversationsTogether() throws IOException {
        ConversationWorkload code = ConversationWorkload.code(6, 300);
        StageFleet fleet = StageFleets.parse(EDPP);

        StageResult joint = run(code, fleet, StagePolicies.JOINT);
        StageResult local = run(code, fleet, StagePolicies.LOCAL);

        assertThat(joint.meanTtftSeconds()).isLessThan(0.8 * local.meanTtftSeconds());
        assertThat(joint.hitShare()).isGreaterThan(0.98 * local.hitShare());
    }

    @Test
    void guide_remoteHasWorseTtftThanAggregated_andBetterTpot() throws IOException {
        ConversationWorkload guide = ConversationWorkload.prefillDecodeGuide(15);
        StageFleet aggregated = StageFleets.parse("16xaggregated/h200-sxm/tp1", "gpt-oss-120b", "mxfp4");
        StageFleet split = split();

        StageResult whole = run(guide, aggregated, StagePolicies.LOCAL);
        StageResult apart = run(guide, split, StagePolicies.REMOTE);

        assertThat(apart.meanTtftSeconds()).isGreaterThan(whole.meanTtftSeconds());
        assertThat(apart.meanItlSeconds()).isLessThan(whole.meanItlSeconds());
    }

    @Test
    void guide_jointIsBetterThanBothFixedRules() throws IOException {
        ConversationWorkload guide = ConversationWorkload.prefillDecodeGuide(15);

        double joint = ttft(guide, split(), StagePolicies.JOINT);

        assertThat(joint).isLessThan(0.9 * Collections.min(fixed(guide, split()).values()));
    }

    private static StageFleet split() {
        return StageFleets.parse("8xprefill/h200-sxm/tp1,2xdecode/h200-sxm/tp4", "gpt-oss-120b", "mxfp4");
    }

    /** Mean TTFT of each fixed rule. */
    private static Map<String, Double> fixed(TraceSource trace, StageFleet fleet) throws IOException {
        Map<String, Double> ttft = new HashMap<>();
        for (String policy : FIXED) {
            ttft.put(policy, ttft(trace, fleet, policy));
        }
        return ttft;
    }

    private static double ttft(TraceSource trace, StageFleet fleet, String policy) throws IOException {
        return run(trace, fleet, policy).meanTtftSeconds();
    }

    private static StageResult run(TraceSource trace, StageFleet fleet, String policy) throws IOException {
        StageResult result = StageReplay.run(trace, fleet, StagePolicies.find(policy), StageSettings.DEFAULT);
        assertThat(result.completed()).isEqualTo(result.requests());
        return result;
    }
}
