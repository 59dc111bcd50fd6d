// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.cycle.Candidate;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.plugin.EndpointScorer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.run.CacheOnlyEngine;
import dev.pointsman.replay.run.QueueingEngine;
import dev.pointsman.replay.run.ReplayResult;
import dev.pointsman.replay.run.ReplaySettings;
import dev.pointsman.replay.run.ReplayTimeline;
import dev.pointsman.replay.run.ServiceTime;
import dev.pointsman.replay.run.Traces;
import dev.pointsman.replay.trace.Trace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SchedulerPolicyTest {
    private static final SchedulerPolicies POLICIES = new SchedulerPolicies(SchedulerOptions.DEFAULT);

    @Test
    void shippedProfiles_placeEveryRequest() throws IOException {
        Trace trace =
                Traces.start().at(0, 1, 2).at(0, 1, 2).at(9, 1, 3).at(20, 4).build();

        for (RoutingPolicy policy : POLICIES.shipped()) {
            assertThat(hits(trace, policy, 3).requestsPerEndpoint().stream()
                            .mapToLong(Long::longValue)
                            .sum())
                    .as(policy.name())
                    .isEqualTo(4);
            assertThat(timed(trace, policy, 3).rejected()).as(policy.name()).isZero();
        }
    }

    @Test
    void prefixScorer_followsWhatItDispatched() throws IOException {
        Traces traces = Traces.start();
        for (int i = 0; i < 20; i++) {
            traces.at(i, 1, 2, 3, 4);
        }

        ReplayResult result = hits(traces.build(), POLICIES.inline("prefix-cache-scorer:1"), 4);

        assertThat(result.cache().hitBlocks()).isEqualTo(19 * 4);
        assertThat(result.requestsPerEndpoint()).containsOnlyOnce(20L);
    }

    @Test
    void leastRequestsInFlight_spreadsATickEvenly() throws IOException {
        Traces traces = Traces.start();
        for (int i = 0; i < 8; i++) {
            traces.at(5, 10 + i);
        }

        assertThat(hits(traces.build(), find("least-requests"), 4).requestsPerEndpoint())
                .containsOnly(2L);
        assertThat(timed(traces.build(), find("least-requests"), 4).requestsPerEndpoint())
                .containsOnly(2L);
    }

    @Test
    void withTime_whatEndsAtAnArrivalHasEndedBeforeIt() throws IOException {
        // Each takes 10 + 10 microseconds and the next arrives when it ends: in flight is nothing, so the cache
        // decides.
        Traces traces = Traces.start();
        for (int i = 0; i < 50; i++) {
            traces.at(20L * i, i == 0 ? 1 : 2);
        }
        RoutingPolicy policy = POLICIES.inline("active-request-scorer:1,prefix-cache-scorer:0.5");

        ReplayTimeline timeline = timed(traces.build(), policy, 4).timeline();

        assertThat(timeline).isNotNull();
        for (int i = 2; i < timeline.size(); i++) {
            assertThat(timeline.endpoint(i)).isEqualTo(timeline.endpoint(1));
        }
    }

    @Test
    void withTime_enginesReportTheirQueues() throws IOException {
        // One request is known to run by the time the next arrives, though the first knows of none.
        Trace trace = Traces.start().at(0, 1).at(1, 2).at(2, 3).build();

        ReplayResult result = timed(trace, POLICIES.inline("running-requests-size-scorer:1"), 3);

        assertThat(result.requestsPerEndpoint()).containsExactly(1L, 1L, 1L);
    }

    @Test
    void withTime_metricsAreAsOldAsTheIntervalSays() throws IOException {
        List<Integer> seen = new ArrayList<>();
        EndpointScorer spy = (request, candidate) -> {
            seen.add(candidate.metrics().runningRequests());
            return 1;
        };
        Profile profile = Profile.builder("spied").scorer(spy).build();
        SchedulerOptions slow = new SchedulerOptions(SchedulerOptions.TWICE_THE_FLEET, 10_000_000, 0, null);
        RoutingPolicy policy = new SchedulerPolicies(slow).of("spied", "Sees.", profile);
        Trace trace =
                Traces.start().at(0, 1).at(1, 2).at(9_999, 3).at(10_000, 4).build();

        new QueueingEngine(new ReplaySettings(1, CacheCapacity.UNLIMITED, ServiceTime.ofMicros(1_000_000, 0)))
                .run(trace, policy);

        assertThat(seen).containsExactly(0, 0, 0, 1);
    }

    @Test
    void withoutTime_theOldestIsCompletedWhenAnotherArrives() throws IOException {
        List<Long> inFlight = new ArrayList<>();
        EndpointScorer spy = new EndpointScorer() {
            @Override
            public double score(InferenceRequest request, Candidate candidate) {
                inFlight.add(candidate.number(InFlightLoad.REQUESTS));
                return 1;
            }

            @Override
            public Set<DataKey> consumes() {
                return Set.of(InFlightLoad.REQUESTS);
            }
        };
        Profile profile = Profile.builder("spied").scorer(spy).build();
        Traces traces = Traces.start();
        for (int i = 0; i < 6; i++) {
            traces.at(i, i);
        }

        for (int kept : new int[] {0, 3, SchedulerOptions.TWICE_THE_FLEET}) {
            hits(
                    traces.build(),
                    new SchedulerPolicies(new SchedulerOptions(kept, 0, 0, null)).of("spied", "Sees.", profile),
                    1);
        }

        assertThat(inFlight.subList(0, 6)).containsOnly(0L);
        assertThat(inFlight.subList(6, 12)).containsExactly(0L, 1L, 2L, 2L, 2L, 2L);
        assertThat(inFlight.subList(12, 18)).containsExactly(0L, 1L, 1L, 1L, 1L, 1L);
    }

    @Test
    void answerLengths_areNotSeenBeforeTheAnswerEnds() throws IOException {
        List<Integer> expected = new ArrayList<>();
        EndpointScorer spy = (request, candidate) -> {
            expected.add(request.objectives().expectedOutputTokens());
            return 1;
        };

        hits(
                Traces.start().at(0, 1).build(),
                POLICIES.of("spied", "Sees.", Profile.builder("p").scorer(spy).build()),
                1);

        assertThat(expected).containsExactly(-1);
    }

    @Test
    void sameSeed_samePlacements_otherSeed_others() throws IOException {
        Traces traces = Traces.start();
        for (int i = 0; i < 64; i++) {
            traces.at(i, i);
        }
        RoutingPolicy one = POLICIES.inline("profile:random");
        RoutingPolicy other = new SchedulerPolicies(new SchedulerOptions(0, 0, 1, null)).inline("profile:random");

        String first = placements(hits(traces.build(), one, 8));

        assertThat(placements(hits(traces.build(), one, 8))).isEqualTo(first);
        assertThat(placements(hits(traces.build(), other, 8))).isNotEqualTo(first);
    }

    @Test
    void tracesWithoutBlocksOrWithFewerThanTheirTokens_areScheduled() throws IOException {
        Trace trace = Traces.start().sized(0, 500).sized(1, 45, 1, 2).build();

        for (RoutingPolicy policy : POLICIES.shipped()) {
            assertThat(hits(trace, policy, 2).rejected()).isZero();
        }
    }

    @Test
    void scorerThatThrows_endsTheReplay() {
        EndpointScorer broken = (request, candidate) -> {
            throw new IllegalStateException("no zone label");
        };
        RoutingPolicy policy = POLICIES.of(
                "broken",
                "Throws.",
                Profile.builder("p")
                        .scorer(PluginRef.instance("broken-scorer", broken), 1)
                        .build());

        assertThatThrownBy(() -> hits(Traces.start().at(0, 1).build(), policy, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("policy broken, request 0: ")
                .hasMessageContaining("broken-scorer");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            prefix-cache-scorer:      | must be scorer-type:weight
            prefix-cache-scorer:x     | must be scorer-type:weight
            prefix-cache-scorer:1,    | must be scorer-type:weight
            :1                        | must be scorer-type:weight
            prefix-cache-scorer:-1    | weight
            prefix-cache-scorer:NaN   | weight
            no-such-scorer:1          | no-such-scorer
            max-score-picker:1        | max-score-picker
            profile:defualt           | Maybe default was meant
            """)
    void malformedInlineProfile_isRefusedBeforeTheTraceIsRead(String text, String message) {
        assertThatThrownBy(() -> POLICIES.inline(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void optionsOutOfRange_areRefused() {
        assertThatThrownBy(() -> new SchedulerOptions(-2, 0, 0, null))
                .hasMessageContaining("in flight: must be at least 0");
        assertThatThrownBy(() -> new SchedulerOptions(0, -1, 0, null))
                .hasMessageContaining("metrics interval: must be");
    }

    private static RoutingPolicy find(String name) {
        return POLICIES.inline(SchedulerPolicies.PROFILE_PREFIX + name);
    }

    private static ReplayResult hits(Trace trace, RoutingPolicy policy, int endpoints) throws IOException {
        return new CacheOnlyEngine(ReplaySettings.cacheOnly(endpoints, CacheCapacity.UNLIMITED), true)
                .run(trace, policy);
    }

    private static ReplayResult timed(Trace trace, RoutingPolicy policy, int endpoints) throws IOException {
        ServiceTime serviceTime = ServiceTime.ofMicros(10, 1);
        return new QueueingEngine(new ReplaySettings(endpoints, CacheCapacity.UNLIMITED, serviceTime), true)
                .run(trace, policy);
    }

    private static String placements(ReplayResult result) {
        ReplayTimeline timeline = result.timeline();
        StringBuilder placements = new StringBuilder();
        for (int i = 0; timeline != null && i < timeline.size(); i++) {
            placements.append(timeline.endpoint(i));
        }
        return placements.toString();
    }
}
