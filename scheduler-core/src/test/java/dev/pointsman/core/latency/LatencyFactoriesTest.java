// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.contract.PluginContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LatencyFactoriesTest {
    static List<PluginFactory> factories() {
        return LatencyFactories.all();
    }

    @ParameterizedTest
    @MethodSource("factories")
    void allTypes_keepTheContract(PluginFactory factory) {
        PluginContract.of(factory)
                .over(fleet())
                .prepared(LatencyFactoriesTest::predict)
                .verify();
    }

    @ParameterizedTest
    @MethodSource("factories")
    void allTypes_keepTheContractWithoutPredictions(PluginFactory factory) {
        PluginContract.of(factory).verify();
    }

    @Test
    void affinityByPredictedTimes_keepsTheContract() {
        PluginContract.of(factory("prefix-cache-affinity-filter"), Map.of("ttftSource", "latencyPredictor"))
                .prepared(LatencyFactoriesTest::predict)
                .verify();
    }

    @Test
    void weightsOfNothing_areRefusedWithTheirPath() {
        refused("latency-scorer", Map.of("ttftWeight", 0, "tpotWeight", 0), "p.tpotWeight: must be above 0");
        refused(
                "latency-scorer",
                Map.of("compositeKVWeight", 0, "compositeQueueWeight", 0, "compositePrefixWeight", 0),
                "p.compositePrefixWeight: must be above 0");
    }

    @Test
    void unknownNames_areRefused() {
        refused("latency-scorer", Map.of("headroomSelectionStrategy", "best"), "must be least or most");
        refused("prefix-cache-affinity-filter", Map.of("ttftSource", "bogus"), "must be prefillThroughput or");
    }

    @Test
    void catalogFile_isReadOrRefusedWithWhatIsWrong(@TempDir Path folder) throws Exception {
        Path prices = folder.resolve("prices.json");
        Files.writeString(prices, """
                {"prices": [{"accelerator": "l4", "usdPerHour": 0.4, "basis": "ours", "asOf": "2026-11-01"}]}
                """);

        assertThat(create(PredictedLatency.PRODUCER, Map.of("catalogFile", prices.toString())))
                .isInstanceOf(PredictedLatencyProducer.class);
        refused(
                PredictedLatency.PRODUCER,
                Map.of("catalogFile", folder.resolve("none.json").toString()),
                "p.catalogFile: must be a file of accelerators");
    }

    private static void refused(String type, Map<String, ?> parameters, String message) {
        assertThatThrownBy(() -> create(type, parameters))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining(message);
    }

    private static Plugin create(String type, Map<String, ?> parameters) {
        return factory(type).create(type, Parameters.of("p", parameters));
    }

    private static PluginFactory factory(String type) {
        return LatencyFactories.all().stream()
                .filter(factory -> factory.type().equals(type))
                .findFirst()
                .orElseThrow();
    }

    private static TestFleet fleet() {
        return TestFleet.builder()
                .endpoint(
                        Scene.endpoint("h100", "h100-sxm"),
                        metrics -> metrics.runningRequests(4).waitingRequests(2).kvUsage(0.4))
                .endpoint(Scene.endpoint("l4", "l4"))
                .endpoint(Scene.endpoint("nothing", "no-such-chip"))
                .endpoint("plain")
                .build();
    }

    /** Predictions for two endpoints in three, good and bad. */
    private static void predict(TestCycle cycle) {
        PredictedLatency latency = Scene.LATENCY;
        List<String> ids = ((TestFleet) cycle.fleet()).ids();
        for (int i = 0; i < ids.size(); i++) {
            if (i % 3 != 2) {
                String id = ids.get(i);
                Scene.headrooms(cycle, id, 100 - 13 * (i % 20), 10 - 3 * (i % 7));
                cycle.with(latency.ttft(), id, Scene.millis(100 + i))
                        .with(latency.tpot(), id, Scene.millis(10 + i))
                        .with(latency.ttftP90(), id, Scene.millis(150 + i))
                        .with(latency.tpotP90(), id, Scene.millis(15 + i))
                        .with(latency.slowdown(), id, Scene.millis(1000.0 * i))
                        .with(latency.waitPerToken(), id, 1e4)
                        .with(latency.tokensSeen(), id, 50)
                        .with(latency.dollars(), id, 0.001 * i)
                        .with(latency.outputTokens(), 256L);
            }
        }
    }
}
