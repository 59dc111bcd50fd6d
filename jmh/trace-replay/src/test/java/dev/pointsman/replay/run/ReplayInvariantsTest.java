// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.policy.PolicyCatalog;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds for every trace and policy. */
final class ReplayInvariantsTest {
    private static final ServiceTime SERVICE = ServiceTime.ofMicros(7, 3);

    @Provide
    Arbitrary<Trace> traces() {
        return Traces.any();
    }

    @Provide
    Arbitrary<String> timedPolicies() {
        return Arbitraries.of(
                "round_robin",
                "random42",
                "least_input",
                "hash_depth_1",
                "greedy_prefix",
                "greedy_prefix_min2",
                "bounded_20",
                "least_work",
                "longest_prefix",
                "min_eta");
    }

    @Property(tries = 500)
    void everythingThatArrives_isCountedOnce(
            @ForAll("traces") Trace trace,
            @ForAll("timedPolicies") String policy,
            @ForAll @IntRange(min = 1, max = 5) int endpoints,
            @ForAll @IntRange(min = 0, max = 200) int capacity)
            throws IOException {
        ReplayResult result = run(trace, policy, endpoints, new CacheCapacity(capacity), SERVICE);

        long blocks =
                trace.requests().stream().mapToLong(r -> r.blocks().length).sum();
        long tokens =
                trace.requests().stream().mapToLong(TraceRequest::inputTokens).sum();
        ReplayTimeline timeline = result.timeline();
        QueueCounts queue = result.queue();
        assertThat(timeline).isNotNull();
        assertThat(queue).isNotNull();
        assertThat(result.cache().totalBlocks()).isEqualTo(blocks);
        assertThat(result.cache().totalTokens()).isEqualTo(tokens);
        assertThat(sum(result.requestsPerEndpoint()))
                .isEqualTo(result.requests())
                .isEqualTo(timeline.size());
        assertThat(sum(result.uncachedTokensPerEndpoint()))
                .isEqualTo(tokens - result.cache().hitTokens());
        assertThat(result.cache().hitBlocks()).isBetween(0L, blocks);
        assertThat(result.cache().residentBlocks()).isLessThanOrEqualTo((long) endpoints * (capacity / 10));
        long service = 0;
        long ttft = 0;
        for (int i = 0; i < timeline.size(); i++) {
            service += timeline.serviceMicros(i);
            ttft += timeline.ttftMicros(i);
            assertThat(timeline.serviceMicros(i)).isEqualTo(7 + 3 * timeline.uncachedTokens(i));
        }
        assertThat(sum(queue.busyMicrosPerEndpoint())).isEqualTo(service);
        assertThat(queue.ttftMicros().sum()).isEqualTo(ttft);
        for (long busy : queue.busyMicrosPerEndpoint()) {
            assertThat(busy).isLessThanOrEqualTo(queue.makespanMicros());
        }
    }

    @Property(tries = 200)
    void hits_neverPassTheBounds(
            @ForAll("traces") Trace trace,
            @ForAll("timedPolicies") String policy,
            @ForAll @IntRange(min = 1, max = 5) int endpoints,
            @ForAll @IntRange(min = 0, max = 200) int capacity)
            throws IOException {
        long hits = run(trace, policy, endpoints, new CacheCapacity(capacity), SERVICE)
                .cache()
                .hitBlocks();

        assertThat(hits).isLessThanOrEqualTo(reference(trace, "pooled_belady", endpoints, capacity));
        assertThat(hits).isLessThanOrEqualTo(reference(trace, "infinite", endpoints, capacity));
    }

    @Property(tries = 200)
    void oneEndpoint_makesAllPoliciesEqual(
            @ForAll("traces") Trace trace,
            @ForAll("timedPolicies") String policy,
            @ForAll @IntRange(min = 0, max = 200) int capacity)
            throws IOException {
        ReplayResult one = run(trace, policy, 1, new CacheCapacity(capacity), SERVICE);
        ReplayResult other = run(trace, "round_robin", 1, new CacheCapacity(capacity), SERVICE);

        assertThat(one.cache()).isEqualTo(other.cache());
        assertThat(one.queue()).isEqualTo(other.queue());
    }

    @Property(tries = 200)
    void relabelledBlocks_changeNothing(@ForAll("traces") Trace trace, @ForAll("timedPolicies") String policy)
            throws IOException {
        if (policy.startsWith("hash_")) {
            return; // Its choice is a function of the labels.
        }
        Trace relabelled = map(
                trace,
                request -> Arrays.stream(request.blocks())
                        .map(block -> ~block * 0x9E3779B97F4A7C15L)
                        .toArray(),
                1);

        assertThat(digest(run(relabelled, policy, 3, new CacheCapacity(80), SERVICE)))
                .isEqualTo(digest(run(trace, policy, 3, new CacheCapacity(80), SERVICE)));
    }

    @Property(tries = 200)
    void allTimesTimesFive_areTheSameDecisionsFiveTimesSlower(
            @ForAll("traces") Trace trace, @ForAll("timedPolicies") String policy) throws IOException {
        ReplayResult plain = run(trace, policy, 3, new CacheCapacity(80), SERVICE);
        ReplayResult slow = run(
                map(trace, TraceRequest::blocks, 5), policy, 3, new CacheCapacity(80), ServiceTime.ofMicros(35, 15));

        assertThat(slow.requestsPerEndpoint()).isEqualTo(plain.requestsPerEndpoint());
        assertThat(slow.cache()).isEqualTo(plain.cache());
        assertThat(slow.queue()).isNotNull();
        assertThat(plain.queue()).isNotNull();
        assertThat(slow.queue().ttftMicros().sum())
                .isEqualTo(5 * plain.queue().ttftMicros().sum());
        assertThat(slow.queue().makespanMicros()).isEqualTo(5 * plain.queue().makespanMicros());
    }

    @Property(tries = 200)
    void withoutBlocks_prefixPoliciesAreTheirLoadRule(@ForAll("traces") Trace trace) throws IOException {
        Trace bare = map(trace, request -> new long[0], 1);

        assertThat(run(bare, "longest_prefix", 3, CacheCapacity.UNLIMITED, SERVICE)
                        .requestsPerEndpoint())
                .isEqualTo(run(bare, "least_work", 3, CacheCapacity.UNLIMITED, SERVICE)
                        .requestsPerEndpoint());
        assertThat(run(bare, "greedy_prefix", 3, CacheCapacity.UNLIMITED, SERVICE)
                        .requestsPerEndpoint())
                .isEqualTo(run(bare, "least_input", 3, CacheCapacity.UNLIMITED, SERVICE)
                        .requestsPerEndpoint());
        assertThat(run(bare, "min_eta", 3, CacheCapacity.UNLIMITED, SERVICE).requestsPerEndpoint())
                .isEqualTo(run(bare, "least_work", 3, CacheCapacity.UNLIMITED, SERVICE)
                        .requestsPerEndpoint());
    }

    private static long reference(Trace trace, String name, int endpoints, int capacity) throws IOException {
        return new CacheOnlyEngine(ReplaySettings.cacheOnly(endpoints, new CacheCapacity(capacity)))
                .run(trace, PolicyCatalog.fixed().find(name))
                .cache()
                .hitBlocks();
    }

    private static ReplayResult run(
            Trace trace, String policy, int endpoints, CacheCapacity capacity, ServiceTime serviceTime)
            throws IOException {
        return new QueueingEngine(new ReplaySettings(endpoints, capacity, serviceTime), true)
                .run(trace, PolicyCatalog.fixed().find(policy));
    }

    private static String digest(ReplayResult result) {
        return result.cache() + " " + result.requestsPerEndpoint() + " " + result.queue();
    }

    private static Trace map(Trace trace, Function<TraceRequest, long[]> blocks, long arrivalFactor) {
        List<TraceRequest> requests = new ArrayList<>();
        for (TraceRequest request : trace.requests()) {
            requests.add(new TraceRequest(
                    request.index(),
                    request.arrivalNanos() * arrivalFactor,
                    request.inputTokens(),
                    request.outputTokens(),
                    blocks.apply(request)));
        }
        return new Trace(trace.name(), trace.blockTokens(), requests);
    }

    private static long sum(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).sum();
    }
}
