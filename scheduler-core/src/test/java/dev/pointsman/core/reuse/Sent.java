// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A fleet and a producer that hears of it, and of what is sent where, as it would from an engine. */
public final class Sent {
    private final DataProducer producer;
    private TestFleet fleet;

    /** Has a producer hear who is there. */
    public Sent(DataProducer producer, TestFleet fleet) {
        this.producer = producer;
        this.fleet = fleet;
        fleet.ids().forEach(this::tellJoined);
    }

    /** Returns the fleet as it is now. */
    public TestFleet fleet() {
        return fleet;
    }

    /** Returns a cycle of a request with the producer's data. */
    public TestCycle produced(InferenceRequest request) {
        return TestCycle.of(fleet, request).produce(producer);
    }

    /** Has a request go to an endpoint, and its other legs to others by the names of their profiles. */
    public void send(InferenceRequest request, String primary, Map<String, String> others) {
        TestCycle cycle = produced(request);
        ((SchedulingObserver) producer).dispatched(cycle, dispatch(request, decision(cycle, primary, others)));
    }

    /** Has a request go to an endpoint. */
    public void send(InferenceRequest request, String primary) {
        send(request, primary, Map.of());
    }

    /** Has an endpoint leave and come back. */
    public void restart(String id) {
        int slot = fleet.slotOf(id);
        ((FleetListener) producer).left(slot, fleet.incarnation(slot), fleet.endpoint(slot));
        fleet = fleet.toBuilder()
                .incarnation(id, fleet.incarnation(slot) + 1000)
                .build();
        tellJoined(id);
    }

    private void tellJoined(String id) {
        int slot = fleet.slotOf(id);
        ((FleetListener) producer).joined(slot, fleet.incarnation(slot), fleet.endpoint(slot));
    }

    /** Makes a decision. */
    public static SchedulingDecision decision(SchedulingCycle cycle, String primary, Map<String, String> others) {
        List<Leg> legs = new ArrayList<>();
        others.forEach((profile, id) -> legs.add(leg(cycle, profile, id)));
        return new SchedulingDecision(cycle.request().id(), leg(cycle, "decode", primary), legs, Map.of(), null);
    }

    private static Leg leg(SchedulingCycle cycle, String profile, String id) {
        int slot = cycle.fleet().slotOf(id);
        return new Leg(
                profile,
                new Target(cycle.fleet().endpoint(slot), slot, cycle.fleet().incarnation(slot), 1),
                List.of());
    }

    /** A dispatch that knows its request and its decision, and nothing else. */
    private static Dispatch dispatch(InferenceRequest request, SchedulingDecision decision) {
        return (Dispatch) Proxy.newProxyInstance(
                Sent.class.getClassLoader(),
                new Class<?>[] {Dispatch.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "request" -> request;
                    case "decision" -> decision;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
