// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.core.scorer.Allocations;
import dev.pointsman.core.scorer.SteadyCycle;
import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Costs allocate nothing: neither by candidate nor by call. */
class CostAllocationTest {
    private static final int ENDPOINTS = 50;

    static List<String> types() {
        return CostFactories.all().stream()
                .map(PluginFactory::type)
                .filter(type -> Costs.plugin(type, Map.of()) instanceof CostScorer)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("types")
    void costing_allocatesNothing(String type) {
        CostScorer scorer = Costs.of(type, parameters(type));
        TestCycle scene = scene();
        SteadyCycle cycle = new SteadyCycle(scene);
        TestCandidates candidates = scene.candidates();
        double[] costs = new double[ENDPOINTS];

        double bytes = Allocations.perCall(() -> scorer.cost(cycle, candidates, costs));

        assertThat(bytes).as("bytes a call of %s", type).isLessThan(1);
    }

    private static Map<String, ?> parameters(String type) {
        List<?> preferences = List.of(Map.of("label", "pool", "preference", 0.5));
        return type.equals("least-work") || type.equals("throughput-normalized-load")
                ? Map.of("speedGauge", "speed", "speedLabel", "speed", "preferences", preferences)
                : Map.of("preferences", preferences);
    }

    private static TestCycle scene() {
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < ENDPOINTS; i++) {
            int load = i;
            fleet.endpoint(
                    Endpoint.builder("e" + i, "e" + i + ".test:1")
                            .label("speed", "1500.5")
                            .label("pool", "spot")
                            .build(),
                    metrics -> {
                        metrics.waitingRequests(load)
                                .runningRequests(load)
                                .kvUsage(load / 60.0)
                                .kvBlockCount(100);
                        if (load % 2 == 0) {
                            metrics.gauge("speed", 100 + load);
                        }
                    });
        }
        TestCycle cycle = TestCycle.of(fleet.build(), TestRequests.tokens(320))
                .with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(20, 16));
        for (int i = 0; i < ENDPOINTS; i++) {
            cycle.with(InFlightLoad.REQUESTS, "e" + i, i)
                    .with(InFlightLoad.TOKENS, "e" + i, 100L * i)
                    .with(InFlightLoad.REQUEST_TOKENS, "e" + i, 10L * i)
                    .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "e" + i, i % 20);
        }
        return cycle;
    }
}
