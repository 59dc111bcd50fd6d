// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.fleet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.testkit.TestRequests;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The policies by affinity work together, declared in a configuration file. */
class AffinityConfigurationTest {
    private static final String ALL = """
            apiVersion: llm-d.ai/v1alpha1
            kind: EndpointPickerConfig
            plugins:
              - {type: load-gate-filter, parameters: {rule: ratio, spread: 20, factor: 2, kvCeiling: 0.95}}
              - {type: hot-prefix-replication-filter, parameters: {minRequests: 10, halfLife: 1m, maxReplicas: 3}}
              - {type: prefix-affinity-gate-scorer, parameters: {minShare: 0.3, loadDeviations: 2}}
              - {type: rendezvous-hash-scorer, parameters: {keys: [session, "header:x-key", prompt]}}
              - {type: consistent-hash-scorer, parameters: {points: 16, loadFactor: 1.5}}
              - {type: length-bucket-scorer, parameters: {interval: 1s}}
              - {type: affinity-ladder-scorer, parameters: {rungs: [approx-prefix-cache-producer, session, load]}}
            schedulingProfiles:
              - name: default
                plugins:
                  - pluginRef: load-gate-filter
                  - pluginRef: hot-prefix-replication-filter
                  - {pluginRef: prefix-affinity-gate-scorer, weight: 2}
                  - {pluginRef: rendezvous-hash-scorer, weight: 1}
                  - {pluginRef: consistent-hash-scorer, weight: 1}
                  - {pluginRef: length-bucket-scorer, weight: 0.5}
                  - {pluginRef: affinity-ladder-scorer, weight: 1}
            """;

    @Test
    void turnsOfASession_stayTogether_andSessionsSpread() {
        Pointsman pointsman = scheduler(ALL);
        Map<String, Set<String>> endpoints = new HashMap<>();

        for (int turn = 1; turn <= 5; turn++) {
            for (int session = 0; session < 20; session++) {
                int[] tokens = new int[200 * turn];
                for (int i = 0; i < tokens.length; i++) {
                    tokens[i] = i * 31 + session;
                }
                Dispatch dispatch = dispatched(
                        pointsman,
                        TestRequests.builder("r" + session + "-" + turn)
                                .tokens(tokens)
                                .sessionId("s" + session)
                                .build());
                endpoints
                        .computeIfAbsent("s" + session, absent -> new HashSet<>())
                        .add(dispatch.target().id());
                dispatch.close();
            }
        }

        assertThat(endpoints)
                .hasSize(20)
                .allSatisfy((session, its) -> assertThat(its).hasSize(1));
        Set<String> used = new HashSet<>();
        endpoints.values().forEach(used::addAll);
        assertThat(used).hasSizeGreaterThan(4);
    }

    @Test
    void effectiveConfiguration_readsBackAsItself() {
        String effective = scheduler(ALL).effectiveConfiguration();

        assertThat(effective).contains("loadDeviations: 2", "points: 16", "prefixTokens: 256");
        assertThat(scheduler(effective).effectiveConfiguration()).isEqualTo(effective);
    }

    private static Pointsman scheduler(String text) {
        return Pointsman.builder(fleet(8))
                .failFast()
                .configuration(EndpointPickerConfig.parse("all.yaml", text))
                .build();
    }
}
