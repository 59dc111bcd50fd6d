// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SharedPrefixWorkloadTest {
    private static final TokenRange ONE = TokenRange.of(1);

    @Test
    void builtInWorkload_isTheSameOnEveryMachine() throws IOException {
        Trace trace = Trace.load(SharedPrefixWorkload.multiTenant());

        List<TraceRequest> requests = trace.requests();
        assertThat(requests.size()).isEqualTo(10_146);
        assertThat(requests.get(0).toString()).isEqualTo("TraceRequest[0 at 87282402 ns, 9065 in, 313 out, 18 blocks]");
        assertThat(requests.get(10_145).toString())
                .isEqualTo("TraceRequest[10145 at 359992778137 ns, 7698 in, 386 out, 16 blocks]");
        long sum = requests.stream()
                .flatMapToLong(request -> Arrays.stream(request.blocks()))
                .sum();
        assertThat(sum).isEqualTo(204_271_917);
    }

    @Test
    void otherSeed_makesOtherRequests() throws IOException {
        SharedPrefixWorkload workload = SharedPrefixWorkload.multiTenant();

        assertThat(Trace.load(workload.withSeed(7)).requests().get(0).toString())
                .isNotEqualTo(Trace.load(workload).requests().get(0).toString());
        assertThat(workload.withSeed(42)).isEqualTo(workload);
    }

    @Test
    void promptsOfAGroup_shareItsWholeBlocksAndNoMore() throws IOException {
        // Preamble 10, system prompt 25, question 7, blocks of 10: 1 common, 2 of the group, then 2 of the prompt.
        List<TraceRequest> requests =
                Trace.load(workload(3, 4, 10, 25, 7, 2000)).requests();

        Map<List<Long>, Long> prompts = requests.stream()
                .map(request -> Arrays.stream(request.blocks()).boxed().toList())
                .collect(Collectors.groupingBy(blocks -> blocks, Collectors.counting()));
        assertThat(prompts).hasSize(12);
        assertThat(prompts.keySet())
                .allSatisfy(blocks -> assertThat(blocks).hasSize(5).startsWith(0L));
        Set<List<Long>> groups =
                prompts.keySet().stream().map(blocks -> blocks.subList(1, 3)).collect(Collectors.toSet());
        assertThat(groups).hasSize(3);
        Set<Long> tails = prompts.keySet().stream()
                .flatMap(blocks -> blocks.subList(3, 5).stream())
                .collect(Collectors.toSet());
        assertThat(tails).hasSize(24);
        assertThat(requests)
                .allSatisfy(request -> assertThat(request.inputTokens()).isEqualTo(42));
    }

    @Property(tries = 200)
    void blockIds_formATrie(
            @ForAll @IntRange(min = 1, max = 4) int groups,
            @ForAll @IntRange(min = 1, max = 4) int prompts,
            @ForAll @IntRange(min = 0, max = 35) int common,
            @ForAll @IntRange(min = 0, max = 35) int system,
            @ForAll @IntRange(min = 0, max = 35) int question)
            throws IOException {
        Map<Long, List<Long>> pathTo = new HashMap<>();
        for (TraceRequest request : Trace.load(workload(groups, prompts, common, system, question, 60))
                .requests()) {
            List<Long> blocks = Arrays.stream(request.blocks()).boxed().toList();
            assertThat(blocks).hasSize((request.inputTokens() + 9) / 10);
            for (int i = 0; i < blocks.size(); i++) {
                List<Long> path = blocks.subList(0, i + 1);
                assertThat(pathTo.computeIfAbsent(blocks.get(i), id -> path)).isEqualTo(path);
            }
        }
    }

    @Test
    void constantArrivals_areEvenWithinEachStage() throws IOException {
        List<RateStage> stages = List.of(new RateStage(2, 1.5), new RateStage(4, 0.5));

        List<TraceRequest> requests =
                Trace.load(workload(stages, Arrivals.CONSTANT, 0)).requests();

        assertThat(requests)
                .extracting(request -> request.arrivalNanos() / 1_000_000)
                .containsExactly(0L, 500L, 1000L, 1500L, 1750L);
    }

    @Test
    void poissonArrivals_haveTheRateOfTheirStage() throws IOException {
        List<RateStage> stages = List.of(new RateStage(100, 100), new RateStage(10, 100));

        List<TraceRequest> requests =
                Trace.load(workload(stages, Arrivals.POISSON, 0)).requests();

        long first = requests.stream()
                .filter(r -> r.arrivalNanos() < 100_000_000_000L)
                .count();
        // Within four standard deviations, and the seed is fixed.
        assertThat(first).isBetween(9_600L, 10_400L);
        assertThat(requests.size() - first).isBetween(880L, 1_120L);
        assertThat(requests.get(requests.size() - 1).arrivalNanos()).isLessThan(200_000_000_000L);
    }

    @Test
    void skewOfOne_asksGroupsByZipfsLaw() throws IOException {
        List<TraceRequest> requests = Trace.load(workload(List.of(new RateStage(1000, 22)), Arrivals.CONSTANT, 1))
                .requests();

        // Two groups: two in three go to the first one, whose block comes first.
        long first = requests.stream().filter(r -> r.blocks()[0] == 0).count();
        assertThat((double) first / requests.size()).isBetween(0.65, 0.68);
    }

    @Test
    void ladderAndRanges_areReadAsPeopleWriteThem() {
        assertThat(RateStage.parseLadder("3/20,10.5/0.5"))
                .containsExactly(new RateStage(3, 20), new RateStage(10.5, 0.5));
        assertThat(TokenRange.parse("1200")).isEqualTo(TokenRange.of(1200)).hasToString("1200");
        assertThat(TokenRange.parse("200-4000"))
                .isEqualTo(new TokenRange(200, 4000))
                .hasToString("200-4000");
        assertThat(SharedPrefixWorkload.multiTenant().description())
                .isEqualTo("120 tenants with a system prompt of 2000-8000 tokens and 20 prompts each; Poisson arrivals,"
                        + " 10/s for 60 s, 20/s for 60 s, 30/s for 60 s, 40/s for 60 s, 50/s for 60 s, 20/s for 60 s;"
                        + " seed 42");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3", "3/", "/3", "3/x", "3/4/5", "0/4", "-1/4", "3/NaN", "Infinity/1", "3/20,"})
    void malformedLadder_isRefused(String text) {
        assertThatThrownBy(() -> RateStage.parseLadder(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("stage");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "5-", "-5", "9-3", "1e3", "99999999", "999999999999"})
    void malformedRange_isRefused(String text) {
        assertThatThrownBy(() -> TokenRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("length: must be");
    }

    @Test
    void workloadsOutOfRange_areRefused() {
        assertThatThrownBy(() -> workload(0, 1, 0, 1, 1, 1))
                .hasMessageContaining("groups and prompts: must be at least 1");
        assertThatThrownBy(() -> workload(10_000, 10_000, 0, 1, 1, 1)).hasMessageContaining("groups and prompts");
        assertThatThrownBy(() -> workload(1, 1, -1, 1, 1, 1)).hasMessageContaining("common tokens");
        assertThatThrownBy(() -> workload(List.of(), Arrivals.POISSON, 0))
                .hasMessageContaining("stages: must be at least one");
        assertThatThrownBy(() -> workload(List.of(new RateStage(1e6, 1e6)), Arrivals.POISSON, 0))
                .hasMessageContaining("at most 100000000 requests in all");
        assertThatThrownBy(() -> workload(List.of(new RateStage(1, 1)), Arrivals.POISSON, Double.NaN))
                .hasMessageContaining("skew: must be between 0 and 10, but was NaN");
    }

    private static SharedPrefixWorkload workload(
            int groups, int prompts, int common, int system, int question, int requests) {
        return new SharedPrefixWorkload(
                "test",
                groups,
                prompts,
                common,
                TokenRange.of(system),
                TokenRange.of(question),
                ONE,
                0,
                Arrivals.CONSTANT,
                List.of(new RateStage(requests, 1)),
                10,
                5);
    }

    private static SharedPrefixWorkload workload(List<RateStage> stages, Arrivals arrivals, double skew) {
        return new SharedPrefixWorkload("test", 2, 1, 0, TokenRange.of(10), ONE, ONE, skew, arrivals, stages, 10, 3);
    }
}
