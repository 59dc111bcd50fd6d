// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.policy.PolicyCatalog;
import dev.pointsman.replay.policy.SchedulerOptions;
import dev.pointsman.replay.policy.SchedulerPolicies;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceSource;
import dev.pointsman.replay.workload.SharedPrefixWorkload;
import java.io.IOException;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people come for: which policy is worth it. Replays have no chance in them, so the order may be asserted. */
final class PolicyOrderTest {
    private static final PolicyCatalog POLICIES =
            PolicyCatalog.fixed().orElse(new SchedulerPolicies(SchedulerOptions.DEFAULT).shipped());

    @ParameterizedTest
    @ValueSource(strings = {"prefix-load", "default", "least-tokens"})
    void prefixAndLoad_beatTheBlindOnes_onTheConversationTrace(String profile) throws IOException {
        beatsTheBlindOnes(TraceFacts.conversation(), profile);
    }

    @ParameterizedTest
    @ValueSource(strings = {"prefix-load", "default", "least-tokens"})
    void prefixAndLoad_beatTheBlindOnes_onTheBuiltInWorkload(String profile) throws IOException {
        beatsTheBlindOnes(Trace.load(SharedPrefixWorkload.multiTenant()), profile);
    }

    @Test
    void naiveLongestPrefix_collapsesOnTheConversationTrace() throws IOException {
        ReplayResult naive = queued(TraceFacts.conversation(), "longest_prefix");

        // Every prompt begins with the same block, so whoever was first holds the longest prefix of them all.
        assertThat(Collections.max(naive.requestsPerEndpoint())).isEqualTo(naive.requests());
        assertThat(naive.maxOverMeanUncached()).isEqualTo(8);
    }

    private static void beatsTheBlindOnes(TraceSource trace, String profile) throws IOException {
        double ours = meanTtft(queued(trace, profile));

        for (String blind : new String[] {"round_robin", "random42", "least-requests"}) {
            assertThat(ours)
                    .as("mean TTFT of %s against %s", profile, blind)
                    .isLessThan(meanTtft(queued(trace, blind)));
        }
    }

    private static ReplayResult queued(TraceSource trace, String policy) throws IOException {
        return new QueueingEngine(new ReplaySettings(8, new CacheCapacity(500_000), ServiceTime.ofMicros(5000, 50)))
                .run(trace, POLICIES.find(policy));
    }

    private static double meanTtft(ReplayResult result) {
        QueueCounts queue = result.queue();
        assertThat(queue).isNotNull();
        return queue.ttftMicros().mean();
    }
}
