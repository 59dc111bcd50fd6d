// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.policy.PolicyCatalog;
import dev.pointsman.replay.policy.ReplayPolicy;
import dev.pointsman.replay.policy.RoutingPolicy;
import dev.pointsman.replay.trace.Trace;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class CacheOnlyEngineTest {
    private static final Trace THREE =
            Traces.start().at(0, 1, 2, 3).sized(0, 25, 1, 2, 4).at(0, 1, 2).build();

    @Test
    void smallTrace_isCountedAsByHand() throws IOException {
        ReplayResult result = run(THREE, "round_robin", 2, "inf");

        // Requests 0 and 2 share endpoint 0; request 1 is alone on endpoint 1.
        assertThat(result.cache()).isEqualTo(new CacheCounts(2, 8, 20, 75, 1, 1, 0, 6));
        assertThat(result.requestsPerEndpoint()).containsExactly(2L, 1L);
        assertThat(result.uncachedTokensPerEndpoint()).containsExactly(30L, 25L);
        assertThat(result.maxOverMeanUncached()).isEqualTo(60.0 / 55);
        assertThat(result.uncachedTokens()).isEqualTo(55);
        assertThat(result.queue()).isNull();
        assertThat(result.timeline()).isNull();
        assertThat(result.requests()).isEqualTo(3);
    }

    @Test
    void partialLastBlock_hitsItsTokensOnly() throws IOException {
        Trace trace = Traces.start().sized(0, 25, 1, 2, 3).sized(0, 25, 1, 2, 3).build();

        ReplayResult result = run(trace, "round_robin", 1, "inf");

        assertThat(result.cache().hitBlocks()).isEqualTo(3);
        assertThat(result.cache().hitTokens()).isEqualTo(25);
    }

    @Test
    void capacityBelowOneBlock_hitsNothing() throws IOException {
        ReplayResult result = run(THREE, "round_robin", 1, "9");

        assertThat(result.cache().hitBlocks()).isZero();
        assertThat(result.cache().evictions()).isEqualTo(8);
        assertThat(result.cache().residentBlocks()).isZero();
    }

    @Test
    void references_serveAllFromOneCache() throws IOException {
        assertThat(run(THREE, "infinite", 2, "0").cache().hitBlocks()).isEqualTo(4);
        assertThat(run(THREE, "pooled_lru", 2, "10").cache().hitBlocks()).isEqualTo(4);
        assertThat(run(THREE, "belady", 2, "10").cache().hitBlocks()).isEqualTo(2);
        assertThat(run(THREE, "pooled_belady", 2, "10").cache().hitBlocks()).isEqualTo(4);
        assertThat(run(THREE, "pooled_belady", 2, "10").requestsPerEndpoint()).containsExactly(3L);
    }

    @Test
    void timeline_hasEveryPlacement() throws IOException {
        ReplayEngine engine = ReplayEngine.of(ReplaySettings.cacheOnly(2, CacheCapacity.UNLIMITED), true);

        ReplayTimeline timeline =
                engine.run(THREE, PolicyCatalog.fixed().find("round_robin")).timeline();

        assertThat(timeline).isNotNull();
        assertThat(timeline.size()).isEqualTo(3);
        assertThat(timeline.endpoint(1)).isEqualTo(1);
        assertThat(timeline.hitBlocks(2)).isEqualTo(2);
        assertThat(timeline.uncachedTokens(0)).isEqualTo(30);
        assertThat(timeline.ttftMicros(0)).isZero();
    }

    @Test
    void emptyTrace_givesZeros() throws IOException {
        ReplayResult result = run(Traces.start().build(), "greedy_prefix", 3, "100");

        assertThat(result.cache()).isEqualTo(new CacheCounts(0, 0, 0, 0, 0, 0, 0, 0));
        assertThat(result.cache().blockHitRatio()).isZero();
        assertThat(result.maxOverMeanRequests()).isZero();
    }

    @Test
    void requestsThatThePolicyRefuses_touchNothing() throws IOException {
        RoutingPolicy odd = new RoutingPolicy(
                "odd",
                "Takes odd requests.",
                false,
                surroundings -> (request, fleet) -> request.index() % 2 == 1 ? 0 : ReplayPolicy.REJECTED);

        ReplayResult result = new CacheOnlyEngine(ReplaySettings.cacheOnly(1, CacheCapacity.UNLIMITED)).run(THREE, odd);

        assertThat(result.rejected()).isEqualTo(2);
        assertThat(result.requests()).isEqualTo(3);
        assertThat(result.requestsPerEndpoint()).containsExactly(1L);
        assertThat(result.cache().totalTokens()).isEqualTo(25);
    }

    @Test
    void endpointThatIsNotThere_isABugOfThePolicy() {
        RoutingPolicy wild = new RoutingPolicy("wild", "Out of range.", false, surroundings -> (request, fleet) -> 7);

        assertThatThrownBy(() ->
                        new CacheOnlyEngine(ReplaySettings.cacheOnly(2, CacheCapacity.UNLIMITED)).run(THREE, wild))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("policy wild: must choose an endpoint from 0 to 1, but chose 7");
    }

    @Test
    void policyThatNeedsTime_isRefused() {
        assertThatThrownBy(() -> run(THREE, "least_work", 2, "inf"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("policy least_work: must not need time in a replay without time");
    }

    @Test
    void settingsOfTheOtherEngine_areRefused() {
        ReplaySettings timed = new ReplaySettings(1, CacheCapacity.UNLIMITED, ServiceTime.ofMicros(1, 1));

        assertThatThrownBy(() -> new CacheOnlyEngine(timed)).hasMessageContaining("must have no service time");
        assertThatThrownBy(() -> new QueueingEngine(ReplaySettings.cacheOnly(1, CacheCapacity.UNLIMITED)))
                .hasMessageContaining("must have a service time");
        assertThatThrownBy(() -> ReplaySettings.cacheOnly(0, CacheCapacity.UNLIMITED))
                .hasMessageContaining("endpoints: must be between 1 and 100000, but was 0");
    }

    private static ReplayResult run(Trace trace, String policy, int endpoints, String capacity) throws IOException {
        return new CacheOnlyEngine(ReplaySettings.cacheOnly(endpoints, CacheCapacity.parse(capacity)))
                .run(trace, PolicyCatalog.fixed().find(policy));
    }
}
