// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.EndpointFilter;
import dev.pointsman.api.plugin.RequestDecorator;
import dev.pointsman.core.Fixtures;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.producer.PrecisePrefixProducer;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class KvSourceProducerTest {
    private static final String PREFIX = PrefixMatch.DEFAULT_PRODUCER;

    private final KvSourceProducer producer = new KvSourceProducer(KvSourceProducer.TYPE, PREFIX, "prefill", 32);
    private final TestFleet fleet = TestFleet.builder()
            .endpoint("a")
            .endpoint("b")
            .endpoint("c", known -> known.waitingRequests(9))
            .build();

    @Test
    void source_isWithinOneBlockOfTheMost_andTheIdlerTheLikelier() {
        Map<String, Integer> chosen = new TreeMap<>();
        for (int i = 0; i < 2000; i++) {
            TestCycle cycle = cycle("request-" + i, 3, 10, 9).produce(producer);
            chosen.merge(source(cycle).endpoint().id(), 1, Integer::sum);
        }

        assertThat(chosen).containsOnlyKeys("b", "c");
        assertThat(chosen.get("b")).isBetween(1700, 1900); // 10 of 11, whatever the ids
    }

    @Test
    void sameRequest_choosesTheSameSource() {
        KvSource once = source(cycle("request-1", 9, 10, 9).produce(producer));

        assertThat(source(cycle("request-1", 9, 10, 9).seed(7).produce(producer)))
                .isEqualTo(once);
    }

    @Test
    void tiers_whereTheyAreKnown_onlyTheHostsMemoryCounts() {
        TestCycle cycle = cycle("request-1", 10, 3, 0)
                .with(PrecisePrefixProducer.blocksIn(PREFIX, Tier.HOST), "a", 0)
                .with(PrecisePrefixProducer.blocksIn(PREFIX, Tier.HOST), "b", 2)
                .produce(producer);

        assertThat(source(cycle)).isEqualTo(new KvSource(fleet.endpoint(1), 32));
    }

    @Test
    void nothingCached_isNoSource() {
        assertThat(cycle("request-1", 0, 0, 0).produce(producer).attribute(KvSource.of(KvSourceProducer.TYPE)))
                .isNull();
    }

    @Test
    void header_isSet_ifAnotherHasSoManyTokensMore() {
        TestCycle cycle = cycle("request-1", 3, 5, 0).produce(producer);

        assertThat(header(cycle, "a", Map.of())).isEqualTo(fleet.endpoint(1).address());
        assertThat(header(cycle, "b", Map.of())).isEmpty();
        assertThat(header(cycle, "b", Map.of("prefill", "a")))
                .isEqualTo(fleet.endpoint(1).address());
        assertThat(header(cycle, "a", Map.of("prefill", "b"))).isEmpty();
        assertThat(header(cycle("request-1", 4, 5, 0).produce(producer), "a", Map.of()))
                .isEmpty();
    }

    @Test
    void scheduler_putsTheHeaderIntoTheDecision_orRemovesTheClients() {
        Fleet fleet = Fleet.of(Endpoint.of("a", "10.0.0.1:8000"), Endpoint.of("b", "10.0.0.2:8000"));
        EndpointFilter toA = (request, candidate) ->
                request.id().startsWith("warm") == candidate.endpoint().id().equals("b");
        Pointsman pointsman = Pointsman.builder(fleet)
                .plugin("p2p", new KvSourceProducer("p2p", PREFIX, "prefill", 1))
                .profile(Profile.builder("default")
                        .filter(PluginRef.instance("pin", toA))
                        .build())
                .build();

        SchedulingDecision warm = decide(pointsman, "warm");
        SchedulingDecision cold = decide(pointsman, "cold");

        assertThat(warm.headers()).containsEntry(KvSourceProducer.HEADER, "");
        assertThat(cold.headers()).containsEntry(KvSourceProducer.HEADER, "10.0.0.2:8000");
    }

    @Test
    void decoratorThatThrows_costsOnlyItsOwnHeaders() {
        RequestDecorator broken = (cycle, primary, others, headers) -> {
            headers.put("x-broken", "half");
            throw new IllegalStateException("broken");
        };
        RequestDecorator sound = (cycle, primary, others, headers) ->
                headers.put("x-sound", primary.target().endpoint().id());
        Pointsman pointsman = Pointsman.builder(Fixtures.fleet(1))
                .plugin("broken", broken)
                .plugin("sound", sound)
                .profile(Profile.builder("default").build())
                .build();

        SchedulingDecision decision = decide(pointsman, "any");

        assertThat(decision.headers()).isEqualTo(Map.of("x-sound", "e0"));
        assertThat(pointsman.failures("broken")).isEqualTo(1);
    }

    private static SchedulingDecision decide(Pointsman pointsman, String requestId) {
        try (Dispatch dispatch = Fixtures.dispatched(pointsman, Fixtures.request(requestId, 640))) {
            return dispatch.decision();
        }
    }

    private TestCycle cycle(String requestId, long a, long b, long c) {
        return TestCycle.of(fleet, TestRequests.request(requestId))
                .with(PrefixMatch.of(PREFIX), new PrefixMatch(10, 16))
                .with(PrefixMatch.matchedBlocks(PREFIX), "a", a)
                .with(PrefixMatch.matchedBlocks(PREFIX), "b", b)
                .with(PrefixMatch.matchedBlocks(PREFIX), "c", c);
    }

    private static KvSource source(TestCycle cycle) {
        KvSource source = cycle.attribute(KvSource.of(KvSourceProducer.TYPE));
        if (source == null) {
            throw new AssertionError("no source");
        }
        return source;
    }

    private String header(TestCycle cycle, String primary, Map<String, String> others) {
        Map<String, String> headers = new HashMap<>();
        SchedulingDecision decision = Sent.decision(cycle, primary, others);
        producer.decorate(cycle, decision.primary(), decision.otherLegs(), headers);
        return headers.getOrDefault(KvSourceProducer.HEADER, "was not removed");
    }
}
