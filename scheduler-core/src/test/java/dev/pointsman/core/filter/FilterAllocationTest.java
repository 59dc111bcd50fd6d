// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.Peer;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.core.filter.EndpointAttributeFilter.Comparison;
import dev.pointsman.core.filter.UtilizationFilter.Measure;
import dev.pointsman.core.scorer.Allocations;
import dev.pointsman.core.scorer.Dispatched;
import dev.pointsman.core.scorer.SessionAffinityScorer;
import dev.pointsman.core.scorer.SteadyCycle;
import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Filtering allocates nothing: neither by candidate nor by call. */
class FilterAllocationTest {
    private static final int ENDPOINTS = 50;

    static Map<String, Filter> filtersByName() {
        SessionAffinityFilter bound = SessionAffinityFilter.bySessionId();
        TestCycle cycle = scene();
        bound.dispatched(cycle, Dispatched.to(cycle, "e9"));
        return Map.of(
                "label-value",
                new LabelValueFilter("zone", List.of("z1"), true),
                "header",
                new HeaderEndpointFilter(),
                "session",
                bound,
                "topology",
                TopologyAffinityFilter.sameZone(),
                "utilization",
                UtilizationFilter.builder()
                        .atMost(Measure.ACTIVE_REQUESTS, 20)
                        .atMost(Measure.WAITING_REQUESTS, 30)
                        .fallbackOnEmpty()
                        .build(),
                "scraped-utilization",
                UtilizationFilter.builder().atMost(Measure.KV_USAGE, 0.2).build(),
                "attribute",
                new EndpointAttributeFilter("heat", Comparison.LESS_THAN, 20).withFallbackOnEmpty(),
                "signal",
                new EndpointAttributeFilter("WaitingQueueSize", Comparison.LESS_THAN, 20));
    }

    static Iterable<String> filters() {
        return filtersByName().keySet();
    }

    @ParameterizedTest
    @MethodSource("filters")
    void filtering_allocatesNothing(String name) {
        Filter filter = filtersByName().get(name);
        SteadyCycle cycle = new SteadyCycle(scene());
        TestCandidates candidates = scene().candidates();
        filter.filter(cycle, candidates); // so that the fixture's bits are there

        double bytes = Allocations.perCall(() -> filter.filter(cycle, candidates));

        assertThat(bytes).as("bytes a call of %s", name).isLessThan(1);
        assertThat(candidates.kept()).as("what %s keeps", name).isNotEmpty().hasSizeLessThan(ENDPOINTS);
    }

    @Test
    void decodingAToken_allocatesTheTokenOnly() {
        TestFleet fleet = TestFleet.of(ENDPOINTS);
        TestCycle cycle = TestCycle.of(
                fleet,
                TestRequests.builder()
                        .headers(HeaderLookup.of(
                                Map.of("x-session-token", SessionAffinityScorer.token(fleet.endpoint(4)))))
                        .build());
        Filter filter = SessionAffinityFilter.byToken();
        TestCandidates candidates = cycle.candidates();
        filter.filter(cycle, candidates);

        double bytes = Allocations.perCall(() -> filter.filter(cycle, candidates));

        assertThat(bytes).isLessThan(256);
        assertThat(candidates.kept()).containsExactly("e4");
    }

    private static TestCycle scene() {
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < ENDPOINTS; i++) {
            int load = i;
            fleet.endpoint(
                    Endpoint.builder("e" + i, "10.0.0." + i + ":8000")
                            .label("zone", "z" + i % 3)
                            .label("topology.kubernetes.io/zone", "z" + i % 3)
                            .build(),
                    signals ->
                            signals.waitingRequests(load).kvUsage(load / 100.0).gauge("heat", load));
        }
        TestCycle cycle = TestCycle.of(
                        fleet.build(),
                        TestRequests.builder()
                                .sessionId("session")
                                .headers(HeaderLookup.of(
                                        Map.of(HeaderEndpointFilter.HEADER, "10.0.0.7, 10.0.0.8:8000, 10.0.0.99")))
                                .build())
                .with(
                        Peer.ENDPOINT,
                        Endpoint.builder("peer", "peer:1")
                                .label("topology.kubernetes.io/zone", "z1")
                                .build());
        for (int i = 0; i < ENDPOINTS; i++) {
            cycle.with(InFlightLoad.REQUESTS, "e" + i, i);
        }
        return cycle;
    }
}
