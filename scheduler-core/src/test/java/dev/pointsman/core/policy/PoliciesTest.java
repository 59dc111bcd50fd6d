// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PoliciesTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private static <P> P make(Class<P> kind, String type, Map<String, ?> parameters) {
        return kind.cast(PolicyFactoriesTest.factory(type).create(type, Parameters.of("parameters", parameters)));
    }

    private static TestFleet labelled(String label, String... values) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < values.length; i++) {
            Endpoint.Builder endpoint = Endpoint.builder("e" + i, "e" + i + ".test:1");
            if (!values[i].isEmpty()) {
                endpoint.label(label, values[i]);
            }
            fleet.endpoint(endpoint.build());
        }
        return fleet.build();
    }

    private static List<String> kept(Filter filter, TestFleet fleet, Map<String, String> headers) {
        return TestCycle.of(
                        fleet,
                        TestRequests.builder().headers(HeaderLookup.of(headers)).build())
                .filter(filter);
    }

    @Test
    void taints_keepOutWhoDoesNotTolerateThem() {
        TestFleet fleet = labelled("pointsman.dev/taints", "", "spot", "spot, gpu=h100", " ,");
        Filter filter = make(Filter.class, "taint-filter", Map.of());

        assertThat(kept(filter, fleet, Map.of())).containsExactly("e0", "e3");
        assertThat(kept(filter, fleet, Map.of("x-tolerations", "spot"))).containsExactly("e0", "e1", "e3");
        assertThat(kept(filter, fleet, Map.of("x-tolerations", "gpu=h100 ,spot")))
                .containsExactly("e0", "e1", "e2", "e3");
        assertThat(kept(filter, fleet, Map.of("x-tolerations", "spo"))).containsExactly("e0", "e3");
        assertThat(kept(filter, fleet, Map.of("x-tolerations", "*"))).hasSize(4);
        assertThat(kept(make(Filter.class, "taint-filter", Map.of("tolerate", List.of("spot"))), fleet, Map.of()))
                .containsExactly("e0", "e1", "e3");
    }

    @Test
    void taints_thatAreRequired_mustBeThere_andAreTolerated() {
        TestFleet fleet = labelled("pointsman.dev/taints", "", "spot", "spot,gpu=h100");
        Filter filter = make(Filter.class, "taint-filter", Map.of());

        assertThat(kept(filter, fleet, Map.of("x-required-taints", "spot"))).containsExactly("e1");
        assertThat(kept(filter, fleet, Map.of("x-required-taints", "spot,gpu=h100")))
                .containsExactly("e2");
        assertThat(filter.constraint()).isTrue();
    }

    @Test
    void taints_inAHeaderThatIsTooLong_areNotTolerated_andCannotBeMet() {
        TestFleet fleet = labelled("pointsman.dev/taints", "", "spot", "spot,gpu=h100");
        Filter filter = make(Filter.class, "taint-filter", Map.of());
        String tooLong = "spot,".repeat(205);

        assertThat(kept(filter, fleet, Map.of("x-tolerations", tooLong))).containsExactly("e0");
        assertThat(kept(filter, fleet, Map.of("x-required-taints", tooLong))).isEmpty();
        assertThat(kept(filter, fleet, Map.of("x-required-taints", "spot,".repeat(204))))
                .containsExactly("e1");
    }

    @Test
    void pins_nameAnEndpointByIdAddressOrLabel() {
        TestFleet fleet = labelled("rank", "0", "1", "2");
        Filter filter = make(Filter.class, "pin-filter", Map.of("label", "rank"));

        assertThat(kept(filter, fleet, Map.of())).hasSize(3);
        assertThat(kept(filter, fleet, Map.of("x-endpoint-pin", " "))).hasSize(3);
        assertThat(kept(filter, fleet, Map.of("x-endpoint-pin", "e1"))).containsExactly("e1");
        assertThat(kept(filter, fleet, Map.of("x-endpoint-pin", "e2.test:1"))).containsExactly("e2");
        assertThat(kept(filter, fleet, Map.of("X-Endpoint-Pin", "0"))).containsExactly("e0");
        assertThat(kept(filter, fleet, Map.of("x-endpoint-pin", "e9"))).isEmpty();
        assertThat(kept(
                        make(Filter.class, "pin-filter", Map.of("strict", false)),
                        fleet,
                        Map.of("x-endpoint-pin", "e9")))
                .hasSize(3);
    }

    @Test
    void fencedEndpoints_getNothing_pinnedOrNot() {
        TestFleet fleet = labelled("pointsman.dev/fenced", "true", "false", "");
        Filter strict = make(Filter.class, "pin-filter", Map.of());
        Filter lenient = make(Filter.class, "pin-filter", Map.of("strict", false));

        assertThat(kept(strict, fleet, Map.of())).containsExactly("e1", "e2");
        assertThat(kept(strict, fleet, Map.of("x-endpoint-pin", "e0"))).isEmpty();
        assertThat(kept(lenient, fleet, Map.of("x-endpoint-pin", "e0"))).containsExactly("e1", "e2");
    }

    @Test
    void ramp_raisesANewcomerToTheOthers() {
        TestFleet fleet = TestFleet.of(2);
        EndpointRamp ramp = make(EndpointRamp.class, "endpoint-ramp", Map.of("ramp", "100s", "penaltySeconds", 4));
        ramp.joined(0, 1, fleet.endpoint(0));
        TestCycle.of(fleet).now(0).score(ramp);
        ramp.joined(1, 2, fleet.endpoint(1));

        assertThat(TestCycle.of(fleet).now(100 * SECOND).score(ramp)).containsExactly(1, 0);
        assertThat(TestCycle.of(fleet).now(125 * SECOND).score(ramp)).containsExactly(1, 0.25);
        assertThat(TestCycle.of(fleet).now(125 * SECOND).costs(ramp)).containsExactly(0, 3);
        assertThat(TestCycle.of(fleet).now(200 * SECOND).score(ramp)).containsExactly(1, 1);
    }

    @Test
    void ramp_startsAnew_whenAnEndpointComesBack() {
        TestFleet fleet = TestFleet.of(1);
        EndpointRamp ramp = make(EndpointRamp.class, "endpoint-ramp", Map.of("ramp", "100s"));
        ramp.joined(0, 1, fleet.endpoint(0));
        TestCycle.of(fleet).now(0).score(ramp);
        ramp.left(0, 1, fleet.endpoint(0));
        ramp.joined(0, 2, fleet.endpoint(0));

        assertThat(TestCycle.of(fleet).now(500 * SECOND).score(ramp)).containsExactly(0);
    }

    @Test
    void usageOrRequests_neverMixesUnits() {
        Scorer scorer = make(Scorer.class, "kv-usage-or-requests-scorer", Map.of());
        TestFleet.Builder fleet = TestFleet.builder()
                .endpoint("e0", metrics -> metrics.kvUsage(0.75))
                .endpoint("e1", metrics -> metrics.kvUsage(0.25));

        assertThat(busy(fleet.build()).score(scorer)).containsExactly(0.25, 0.75);
        assertThat(busy(fleet.endpoint("e2").build()).score(scorer)).containsExactly(0.5, 0, Double.NaN);
    }

    private static TestCycle busy(TestFleet fleet) {
        return TestCycle.of(fleet).with(InFlightLoad.REQUESTS, "e0", 5).with(InFlightLoad.REQUESTS, "e1", 10);
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void coldPool_isAThirdAtMost_andGrowsOneByOne(
            @ForAll @IntRange(min = 2, max = 60) int size, @ForAll @IntRange(min = 1, max = 12) int workers) {
        Filter filter = make(Filter.class, "cold-pool-filter", Map.of("workers", workers, "longTokens", 1000));

        List<String> kept = longRequest(TestFleet.of(size), 1000).filter(filter);
        List<String> more = longRequest(TestFleet.of(size), 1000)
                .filter(make(Filter.class, "cold-pool-filter", Map.of("workers", workers + 1, "longTokens", 1000)));

        assertThat(kept).hasSize(Math.min(workers, Math.max(1, size / 3)));
        assertThat(more).containsAll(kept);
        assertThat(longRequest(TestFleet.of(size), 999).filter(filter)).hasSize(size);
    }

    @Test
    void coldPool_aPromptThatOneHasCached_isNotLong() {
        Filter filter = make(Filter.class, "cold-pool-filter", Map.of("longTokens", 1000));
        TestFleet fleet = TestFleet.of(9);

        assertThat(longRequest(fleet, 5000)
                        .with(InFlightLoad.REQUEST_TOKENS, "e4", 10)
                        .filter(filter))
                .hasSize(9);
        assertThat(TestCycle.of(fleet).filter(filter)).hasSize(9);
    }

    private static TestCycle longRequest(TestFleet fleet, long uncached) {
        TestCycle cycle = TestCycle.of(fleet);
        fleet.ids().forEach(id -> cycle.with(InFlightLoad.REQUEST_TOKENS, id, uncached));
        return cycle;
    }
}
