// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A fleet and a prefix producer that hears of it as it would from an engine. */
final class Routed {
    final ApproxPrefixProducer producer;
    private TestFleet fleet;
    private long now;

    Routed(ApproxPrefixProducer producer, TestFleet fleet) {
        this.producer = producer;
        this.fleet = fleet;
        for (int slot = 0; slot < fleet.slotLimit(); slot++) {
            if (fleet.occupied(slot)) {
                producer.joined(slot, fleet.incarnation(slot), fleet.endpoint(slot));
            }
        }
    }

    TestFleet fleet() {
        return fleet;
    }

    /** Changes what is known of endpoints; who is in the fleet stays. */
    void observe(TestFleet newer) {
        fleet = newer;
    }

    void at(long nanos) {
        now = nanos;
    }

    void leave(String id) {
        int slot = fleet.slotOf(id);
        producer.left(slot, fleet.incarnation(slot), fleet.endpoint(slot));
        fleet = fleet.toBuilder().remove(id).build();
    }

    /** Returns the matched blocks of every endpoint. */
    Map<String, Long> matched(InferenceRequest request) {
        return produced(request).numbers(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER));
    }

    PrefixMatch match(InferenceRequest request) {
        PrefixMatch match = produced(request).attribute(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER));
        if (match == null) {
            throw new AssertionError("no prefix match for " + request);
        }
        return match;
    }

    TestCycle produced(InferenceRequest request) {
        return TestCycle.of(fleet, request).now(now).produce(producer);
    }

    /** Schedules a request onto endpoints: the primary leg's, and those of other legs. */
    Dispatch send(InferenceRequest request, String primary, String... others) {
        return send(produced(request), primary, others);
    }

    Dispatch send(TestCycle cycle, String primary, String... others) {
        List<Leg> otherLegs = Arrays.stream(others)
                .map(id -> new Leg("leg of " + id, target(cycle, id), List.of()))
                .toList();
        Dispatch dispatch = dispatch(
                cycle.request(),
                new SchedulingDecision(
                        cycle.request().id(),
                        new Leg("any", target(cycle, primary), List.of()),
                        otherLegs,
                        Map.of(),
                        null));
        producer.dispatched(cycle, dispatch);
        return dispatch;
    }

    Target target(String id) {
        return target(TestCycle.of(fleet), id);
    }

    static Target target(SchedulingCycle cycle, String id) {
        int slot = cycle.fleet().slotOf(id);
        return new Target(cycle.fleet().endpoint(slot), slot, cycle.fleet().incarnation(slot), 1);
    }

    /** A dispatch that knows its request and its decision, and nothing else. */
    static Dispatch dispatch(InferenceRequest request, SchedulingDecision decision) {
        return (Dispatch) Proxy.newProxyInstance(
                Routed.class.getClassLoader(),
                new Class<?>[] {Dispatch.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "request" -> request;
                    case "decision" -> decision;
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
