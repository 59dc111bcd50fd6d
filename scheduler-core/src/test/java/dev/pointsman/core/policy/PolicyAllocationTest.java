// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.core.scorer.Allocations;
import dev.pointsman.core.scorer.SteadyCycle;
import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Choosing allocates nothing. */
class PolicyAllocationTest {
    private static final int ENDPOINTS = 50;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "power-of-two-picker",
                "softmax-picker",
                "top-k-picker",
                "round-robin-picker",
                "kv-usage-or-requests-scorer",
                "endpoint-ramp",
                "taint-filter",
                "pin-filter",
                "cold-pool-filter"
            })
    void choosing_allocatesNothing(String type) {
        Map<String, ?> parameters = type.equals("softmax-picker") ? Map.of("temperature", 0.5) : Map.of();
        Plugin plugin = PolicyFactoriesTest.factory(type).create(type, Parameters.of("parameters", parameters));
        TestCycle scene = scene();
        SteadyCycle cycle = new SteadyCycle(scene);
        TestCandidates candidates = scene.candidates();
        double[] totals = new double[ENDPOINTS];
        for (int i = 0; i < ENDPOINTS; i++) {
            totals[i] = i * 7 % ENDPOINTS;
        }
        int[] picks = new int[4];
        Draw draw = cycle.draw();

        double bytes = Allocations.perCall(() -> {
            if (plugin instanceof Picker picker) {
                picker.pick(candidates, totals, draw, picks);
            } else if (plugin instanceof Scorer scorer) {
                scorer.score(cycle, candidates, totals);
            } else if (plugin instanceof Filter filter) {
                filter.filter(cycle, candidates);
            }
        });

        assertThat(bytes).as("bytes a call of %s", type).isLessThan(1);
    }

    private static TestCycle scene() {
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < ENDPOINTS; i++) {
            fleet.endpoint(Endpoint.builder("e" + i, "e" + i + ".test:1")
                    .label("pointsman.dev/taints", i % 2 == 0 ? "spot, gpu=h100" : "spot")
                    .build());
        }
        TestCycle cycle = TestCycle.of(
                fleet.build(),
                TestRequests.builder()
                        .headers(HeaderLookup.of(Map.of("x-tolerations", "a,spot", "x-endpoint-pin", "e7")))
                        .build());
        for (int i = 0; i < ENDPOINTS; i++) {
            cycle.with(InFlightLoad.REQUESTS, "e" + i, i).with(InFlightLoad.REQUEST_TOKENS, "e" + i, 100_000);
        }
        return cycle;
    }
}
