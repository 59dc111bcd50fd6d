// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.fleet.Role;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceRequest;
import dev.pointsman.replay.workload.Arrivals;
import dev.pointsman.replay.workload.ConversationWorkload;
import dev.pointsman.replay.workload.TokenRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StageReplayTest {
    private static final long MILLISECOND = 1_000_000;
    private static final StagePolicy LOCAL = StagePolicies.find(StagePolicies.LOCAL);
    private static final StagePolicy REMOTE = StagePolicies.find(StagePolicies.REMOTE);
    private static final ServiceTimes TENTH = new ServiceTimes.Fixed(100 * MILLISECOND, 1);

    /** Times that grow with tokens, so that order and caches matter: 10 us a token, 1 ms a step. */
    private static final ServiceTimes LINEAR = new ServiceTimes() {
        @Override
        public long prefillNanos(long newTokens, long cachedTokens) {
            return newTokens * 10_000;
        }

        @Override
        public long stepNanos(int batch, long contextTokens) {
            return MILLISECOND + contextTokens;
        }

        @Override
        public long interferenceNanos(long newTokens, long cachedTokens) {
            return newTokens * 10_000;
        }
    };

    @ParameterizedTest
    @ValueSource(doubles = {2, 5, 8})
    void oneServer_isAnMD1Queue(double rate) throws IOException {
        StageFleet fleet = new StageFleet(List.of(server(Role.PREFILL_DECODE, TENTH, 1_000_000)));

        StageResult result = StageReplay.run(singles(rate, 40_000, 1), fleet, LOCAL, StageSettings.DEFAULT);

        assertThat(result.meanTtftSeconds()).isCloseTo(distServe(rate, 0.1), within(0.05 * distServe(rate, 0.1)));
    }

    @Test
    void prefillStage_isAnMD1Queue_andTheTransferComesOnTop() throws IOException {
        StageFleet fleet =
                StageFleet.of(1, server(Role.PREFILL, TENTH, 1_000_000), 1, server(Role.DECODE, TENTH, 10_000_000));

        StageResult result = StageReplay.run(singles(6, 40_000, 1), fleet, REMOTE, StageSettings.DEFAULT);

        // 512 tokens of 1,000 bytes over 1 GB/s, and the set-up of 1.25 ms.
        double transfer = 512e-6 + 1.25e-3;
        assertThat(result.remoteShare()).isEqualTo(1);
        assertThat(result.meanTtftSeconds()).isCloseTo(distServe(6, 0.1) + transfer, within(0.05 * distServe(6, 0.1)));
    }

    /** DistServe, section 3.1: D + R D^2 / (2 (1 - R D)). */
    private static double distServe(double rate, double service) {
        return service + rate * service * service / (2 * (1 - rate * service));
    }

    @Test
    void oneRequest_takesPrefillTransferAndSteps() throws IOException {
        StageFleet fleet =
                StageFleet.of(1, server(Role.PREFILL, LINEAR, 10_000), 1, server(Role.DECODE, LINEAR, 10_000));
        Trace trace = new Trace("one", 16, List.of(TraceRequest.withoutBlocks(0, 0, 1000, 11)));

        StageResult result = StageReplay.run(trace, fleet, REMOTE, StageSettings.DEFAULT);

        // 10 ms to read, 1.25 ms to set up, 1 ms for a million bytes, and the first step.
        assertThat(result.ttftMicros().p50()).isEqualTo(10_000 + 1_250 + 1_000 + 1_001);
        assertThat(result.tpotMicros().p50()).isEqualTo(1_001);
        assertThat(result.movedBytes()).isEqualTo(1e6);
    }

    @Test
    void pipelinedTransfer_isHiddenByPrefillButForTheLastLayer() throws IOException {
        StageFleet fleet =
                StageFleet.of(1, server(Role.PREFILL, LINEAR, 10_000), 1, server(Role.DECODE, LINEAR, 10_000));
        Trace trace = new Trace("one", 16, List.of(TraceRequest.withoutBlocks(0, 0, 1000, 1)));
        StageSettings pipelined = new StageSettings(0, 1_250_000, true, 1_000_000_000, 50_000_000, 0);

        StageResult result = StageReplay.run(trace, fleet, REMOTE, pipelined);

        assertThat(result.ttftMicros().p50()).isEqualTo(10_000 + 1_250 + 100 + 1_001);
    }

    @Test
    void localPrefill_delaysWhatRunsThere_andRemoteDoesNot() throws IOException {
        StageFleet fleet =
                StageFleet.of(1, server(Role.PREFILL, LINEAR, 1_000_000), 1, server(Role.DECODE, LINEAR, 1_000_000));
        ConversationWorkload busy = singles(20, 400, 50);

        StageResult local = StageReplay.run(busy, fleet, LOCAL, StageSettings.DEFAULT);
        StageResult remote = StageReplay.run(busy, fleet, REMOTE, StageSettings.DEFAULT);

        assertThat(local.meanTpotSeconds()).isGreaterThan(1.03 * remote.meanTpotSeconds());
        assertThat(local.meanTtftSeconds()).isLessThan(remote.meanTtftSeconds());
    }

    @ParameterizedTest
    @ValueSource(strings = {StagePolicies.LOCAL, StagePolicies.REMOTE, StagePolicies.N16, StagePolicies.ISL})
    void requests_areConserved_memoryIsKept_andItIsTheSameAgain(String name) throws IOException {
        StageFleet fleet = StageFleet.of(1, server(Role.PREFILL, LINEAR, 3_000), 2, server(Role.DECODE, LINEAR, 4_000));
        ConversationWorkload trace = new ConversationWorkload(
                "tight", 8, 60, Arrivals.POISSON, 4, 500, 200, new TokenRange(1, 300), 0.5, 16, 7);

        StageResult result = StageReplay.run(trace, fleet, StagePolicies.find(name), StageSettings.DEFAULT);
        StageResult again = StageReplay.run(trace, fleet, StagePolicies.find(name), StageSettings.DEFAULT);

        Trace loaded = Trace.load(trace);
        assertThat(result.completed()).isEqualTo(loaded.requests().size()).isEqualTo(result.requests());
        assertThat(result.inputTokens())
                .isEqualTo(loaded.requests().stream()
                        .mapToLong(TraceRequest::inputTokens)
                        .sum());
        assertThat(result.pools().stream()
                        .mapToLong(StageResult.Pool::readTokens)
                        .sum())
                .isEqualTo(result.inputTokens() - result.cachedTokens());
        assertThat(result.pools()).allSatisfy(pool -> {
            assertThat(pool.peakKv()).isBetween(0.0, 1.0);
            assertThat(pool.utilization()).isBetween(0.0, 1.0);
        });
        assertThat(result.pools().get(1).peakKv()).isGreaterThan(0.9);
        assertThat(again).isEqualTo(result);
    }

    @Test
    void requestThatFitsNoMemory_isCountedAndNotServed() throws IOException {
        StageFleet fleet = new StageFleet(List.of(server(Role.PREFILL_DECODE, LINEAR, 1_000)));
        Trace trace = new Trace(
                "long",
                16,
                List.of(TraceRequest.withoutBlocks(0, 0, 2000, 1), TraceRequest.withoutBlocks(1, 5, 100, 1)));

        StageResult result = StageReplay.run(trace, fleet, LOCAL, StageSettings.DEFAULT);

        assertThat(result.tooLong()).isEqualTo(1);
        assertThat(result.completed()).isEqualTo(1);
        assertThat(result.attainment()).isEqualTo(0.5);
    }

    @Test
    void turnsOfAConversation_areFoundInCache() throws IOException {
        StageFleet fleet = new StageFleet(List.of(server(Role.PREFILL_DECODE, LINEAR, 1_000_000)));
        ConversationWorkload trace = new ConversationWorkload(
                "turns", 0.5, 100, Arrivals.POISSON, 3, 960, 32, new TokenRange(1, 1), 1, 16, 7);

        StageResult result = StageReplay.run(trace, fleet, LOCAL, StageSettings.DEFAULT);

        // The second and third turn find 992 of 1,024 and 1,024 of 1,056 tokens.
        assertThat(result.hitShare()).isEqualTo((992.0 + 1024) / (992 + 1024 + 1056));
    }

    @Test
    void malformedFleet_isRefusedWithWhatWouldBeRight() {
        assertThatThrownBy(() -> StageFleets.parse("2xprefil/h100-sxm/tp1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("prefil");
        assertThatThrownBy(() -> StageFleets.parse("prefill/h100-sxm/tp1"))
                .hasMessageContaining("such as 1xprefill/h100-sxm/tp4");
        assertThat(StageFleets.parse("1xprefill/h100-sxm/tp4,2xaggregated/h100-sxm/tp4"))
                .hasToString("1xprefill/h100-sxm/tp4,2xaggregated/h100-sxm/tp4");
    }

    @ParameterizedTest
    @ValueSource(strings = {StagePolicies.LOCAL, StagePolicies.REMOTE})
    void sequencesAtOnce_areNeverMoreThanTheServerTakes(String policy) throws IOException {
        int[] largest = new int[1];
        ServiceTimes watched = new ServiceTimes() {
            @Override
            public long prefillNanos(long newTokens, long cachedTokens) {
                return newTokens * 10_000;
            }

            @Override
            public long stepNanos(int batch, long contextTokens) {
                largest[0] = Math.max(largest[0], batch);
                return MILLISECOND;
            }

            @Override
            public long interferenceNanos(long newTokens, long cachedTokens) {
                return newTokens * 10_000;
            }
        };
        ServerKind decode = new ServerKind("decode", Role.DECODE, watched, 100_000, 512, 2, 1e9, 1000, 10, Map.of());
        StageFleet fleet = StageFleet.of(1, server(Role.PREFILL, LINEAR, 100_000), 1, decode);
        List<TraceRequest> requests = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            requests.add(TraceRequest.withoutBlocks(i, i, 100, 50));
        }

        StageResult result = StageReplay.run(
                new Trace("many", 16, requests), fleet, StagePolicies.find(policy), StageSettings.DEFAULT);

        assertThat(result.completed()).isEqualTo(20);
        assertThat(largest[0]).isEqualTo(2);
    }

    /** Each holds prompts that wait for memory of the other: the oldest are read again, and none is lost. */
    @Test
    void serversThatWaitForEachOthersMemory_readAgain() throws IOException {
        ServerKind whole = server(Role.PREFILL_DECODE, LINEAR, 2_500);
        StageFleet fleet = new StageFleet(List.of(whole, whole));
        ConversationWorkload trace = new ConversationWorkload(
                "tight", 20, 10, Arrivals.POISSON, 4, 500, 200, new TokenRange(1, 300), 0.5, 16, 7);

        StageResult result = StageReplay.run(trace, fleet, REMOTE, StageSettings.DEFAULT);

        assertThat(result.readAgain()).isPositive();
        assertThat(result.completed()).isEqualTo(result.requests()).isGreaterThan(100);
        assertThat(StageTable.format(List.of(result))).contains(result.readAgain() + " prompts were read twice");
    }

    @Test
    void blocksOnTheirWay_areNotThereYet() throws IOException {
        StageFleet fleet =
                StageFleet.of(1, server(Role.PREFILL, LINEAR, 10_000), 1, server(Role.DECODE, LINEAR, 10_000));
        long[] blocks = {1, 2, 3, 4};
        // The second is read, from cache, while the first moves; the third after both have come.
        Trace trace = new Trace(
                "same",
                16,
                List.of(
                        new TraceRequest(0, 0, 64, 1, blocks),
                        new TraceRequest(1, 1, 64, 1, blocks),
                        new TraceRequest(2, 500 * MILLISECOND, 64, 1, blocks)));

        StageResult result = StageReplay.run(trace, fleet, REMOTE, StageSettings.DEFAULT);

        assertThat(result.cachedTokens()).isEqualTo(63 + 63);
        assertThat(result.movedBytes()).isEqualTo(2 * 64_000);
    }

    @Test
    void pipelinedTransfer_hidesNothing_ifThereWasNoMemory() throws IOException {
        StageFleet fleet =
                StageFleet.of(1, server(Role.PREFILL, LINEAR, 10_000), 1, server(Role.DECODE, LINEAR, 1_100));
        Trace trace = new Trace(
                "two",
                16,
                List.of(TraceRequest.withoutBlocks(0, 0, 1000, 21), TraceRequest.withoutBlocks(1, 0, 1000, 1)));
        StageSettings pipelined = new StageSettings(0, 1_250_000, true, 1_000_000_000, 50_000_000, 0);

        StageResult result = StageReplay.run(trace, fleet, REMOTE, pipelined);

        // Once the first has ended: 1.25 ms to set up, 1 ms for all bytes, and the first step.
        assertThat(result.ttftMicros().max()).isEqualTo(result.totalMicros().p50() + 1_250 + 1_000 + 1_001);
    }

    private static ConversationWorkload singles(double rate, int count, int outputTokens) {
        return new ConversationWorkload(
                "singles", rate, count / rate, Arrivals.POISSON, 1, 0, 512, TokenRange.of(outputTokens), 0, 512, 11);
    }

    private static ServerKind server(Role role, ServiceTimes times, long kvTokens) {
        return new ServerKind(
                role.name().toLowerCase(Locale.ROOT),
                role,
                times,
                kvTokens,
                512,
                ServerKind.DEFAULT_SEQUENCES,
                1e9,
                1000,
                10,
                Map.of());
    }
}
