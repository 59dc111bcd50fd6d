// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TokenSource;
import dev.pointsman.kvcache.feed.EndpointHealth;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.List;
import java.util.Map;

/** A fleet, a precise prefix producer that hears of it as it would from an engine, and engines that say what they store. */
final class PreciseFleet {
    static final int BLOCK = 16;
    static final EndpointHealth FRESH = new EndpointHealth(EndpointHealth.State.FRESH, null, 0, "All is known.");

    final PrecisePrefixProducer producer;
    private final String name;
    private TestFleet fleet;
    private long now;

    PreciseFleet(PrecisePrefixProducer.Builder settings, TestFleet fleet) {
        this(PrecisePrefixProducer.TYPE, settings.build(), fleet);
    }

    PreciseFleet(String name, PrecisePrefixProducer producer, TestFleet fleet) {
        this.name = name;
        this.producer = producer;
        this.fleet = fleet;
        for (String id : fleet.ids()) {
            int slot = fleet.slotOf(id);
            producer.joined(slot, fleet.incarnation(slot), fleet.endpoint(slot));
        }
    }

    static PreciseFleet of(String... ids) {
        return new PreciseFleet(PrecisePrefixProducer.builder(), TestFleet.of(ids));
    }

    TestFleet fleet() {
        return fleet;
    }

    void at(long nanos) {
        now = nanos;
    }

    /** Has an endpoint store some blocks of a request's prompt in a tier, as its engine would say. */
    void stores(String id, Tier tier, InferenceRequest request, int from, int to) {
        int[] tokens = ((Prompt.Tokens) request.prompt()).view().size() == 0 ? new int[0] : tokens(request);
        BlockHasher hasher = new BlockHasher(BLOCK);
        long[] hashes = new long[hasher.blocksOfTokens(tokens.length)];
        long namespace = hasher.namespace(request.model(), request.loraAdapter(), request.cacheSalt(), List.of());
        hasher.hashTokens(TokenSource.of(tokens), namespace, hashes);
        producer.index().store(fleet.slotOf(id), tier, hashes, from, to);
    }

    void stores(String id, InferenceRequest request) {
        stores(id, Tier.ACCELERATOR, request, 0, request.prompt().tokenCount() / BLOCK);
    }

    private static int[] tokens(InferenceRequest request) {
        Prompt.Tokens prompt = (Prompt.Tokens) request.prompt();
        int[] tokens = new int[prompt.view().size()];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = prompt.view().token(i);
        }
        return tokens;
    }

    TestCycle produced(InferenceRequest request) {
        return TestCycle.of(fleet, request).now(now).produce(producer);
    }

    Map<String, Long> matched(InferenceRequest request) {
        return produced(request).numbers(PrefixMatch.matchedBlocks(name));
    }

    Map<String, Double> weighted(InferenceRequest request) {
        return produced(request).numbers(PrefixMatch.weightedBlocks(name));
    }

    Dispatch send(InferenceRequest request, String id) {
        TestCycle cycle = produced(request);
        Dispatch dispatch = Routed.dispatch(
                request,
                new SchedulingDecision(
                        request.id(), new Leg("any", Routed.target(cycle, id), List.of()), List.of(), Map.of(), null));
        producer.dispatched(cycle, dispatch);
        return dispatch;
    }

    void completed(Dispatch dispatch, int cachedTokens) {
        producer.ended(dispatch, Ending.COMPLETED, new Usage(100, cachedTokens, 10), now);
    }

    /** Has an endpoint leave, and another one take its slot. */
    void replace(String id, String newId) {
        int slot = fleet.slotOf(id);
        producer.left(slot, fleet.incarnation(slot), fleet.endpoint(slot));
        fleet = fleet.toBuilder().remove(id).build();
        fleet = fleet.toBuilder().endpoint(newId).incarnation(newId, 1000 + now).build();
        if (fleet.slotOf(newId) != slot) {
            throw new AssertionError("slot " + slot + " is not taken by " + newId);
        }
        producer.joined(slot, fleet.incarnation(slot), fleet.endpoint(slot));
    }
}
