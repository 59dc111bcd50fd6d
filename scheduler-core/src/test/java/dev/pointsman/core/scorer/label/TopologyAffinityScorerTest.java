// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer.label;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.data.Peer;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import org.junit.jupiter.api.Test;

class TopologyAffinityScorerTest {
    private static final TestFleet FLEET = TestFleet.builder()
            .endpoint(endpoint("host", "h1", "r1", "z1", "g1"))
            .endpoint(endpoint("rack", "h2", "r1", "z1", "g1"))
            .endpoint(endpoint("zone", "h3", "r2", "z1", "g1"))
            .endpoint(endpoint("region", "h4", "r3", "z2", "g1"))
            .endpoint(endpoint("elsewhere", "h5", "r1", "z3", "g2"))
            .endpoint("unknown")
            .build();

    @Test
    void theNearerToThePeer_theBetter_andARackElsewhereIsAnother() {
        assertThat(besideHost().score(new TopologyAffinityScorer())).containsExactly(1, 0.2, 0.05, 0.02, 0, 0);
    }

    @Test
    void racksOfOneName_areOneRack_withLlmdsSemantics() {
        assertThat(besideHost().score(new TopologyAffinityScorer(Semantics.LLM_D)))
                .containsExactly(1, 0.2, 0.05, 0.02, 0.2, 0);
    }

    @Test
    void withoutAnEarlierStage_allAreNeutral_orZeroAsInLlmD() {
        TestCycle first = TestCycle.of(FLEET);

        assertThat(first.score(new TopologyAffinityScorer())).containsOnly(0.5);
        assertThat(first.score(new TopologyAffinityScorer(Semantics.LLM_D))).containsOnly(0);
    }

    @Test
    void thePeer_isReadIfSomebodyWritesIt() {
        assertThat(new TopologyAffinityScorer().consumes()).isEmpty();
        assertThat(new TopologyAffinityScorer().consumesIfPresent()).containsExactly(Peer.ENDPOINT);
    }

    private static TestCycle besideHost() {
        return TestCycle.of(FLEET).with(Peer.ENDPOINT, endpoint("peer", "h1", "r1", "z1", "g1"));
    }

    private static Endpoint endpoint(String id, String host, String rack, String zone, String region) {
        return Endpoint.builder(id, id + ":8000")
                .label("kubernetes.io/hostname", host)
                .label("topology.kubernetes.io/rack", rack)
                .label("topology.kubernetes.io/zone", zone)
                .label("topology.kubernetes.io/region", region)
                .build();
    }
}
