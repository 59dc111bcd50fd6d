// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.InferenceRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A dispatch as observers are told of it, for tests without an engine: it says what was decided, and cannot be ended. */
public final class Dispatched implements Dispatch {
    private final InferenceRequest request;
    private final SchedulingDecision decision;

    private Dispatched(InferenceRequest request, SchedulingDecision decision) {
        this.request = request;
        this.decision = decision;
    }

    /** Makes the dispatch of a cycle's request to one endpoint, by a profile called {@code decode}. */
    public static Dispatched to(SchedulingCycle cycle, String endpointId) {
        return legs(cycle, leg(cycle, "decode", endpointId));
    }

    /** Makes the dispatch of a cycle's request with several legs, the primary one first. */
    public static Dispatched legs(SchedulingCycle cycle, Leg primary, Leg... others) {
        List<Leg> otherLegs = Stream.of(others).toList();
        return new Dispatched(
                cycle.request(), new SchedulingDecision(cycle.request().id(), primary, otherLegs, Map.of(), null));
    }

    public static Leg leg(SchedulingCycle cycle, String profile, String endpointId) {
        int slot = cycle.fleet().slotOf(endpointId);
        Target target =
                new Target(cycle.fleet().endpoint(slot), slot, cycle.fleet().incarnation(slot), 1);
        return new Leg(profile, target, List.of());
    }

    @Override
    public InferenceRequest request() {
        return request;
    }

    @Override
    public SchedulingDecision decision() {
        return decision;
    }

    @Override
    public Endpoint target() {
        return decision.endpoint();
    }

    @Override
    public Map<String, String> responseHeaders() {
        return Map.of();
    }

    @Override
    public long scheduledAt() {
        return 0;
    }

    @Override
    public long firstTokenAt() {
        return NOT_YET;
    }

    @Override
    public long lastTokenAt() {
        return NOT_YET;
    }

    @Override
    public long reportedTokens() {
        return 0;
    }

    @Override
    public void sent() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void firstToken() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void tokens(int count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void renew() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Endpoint> failover() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean completed(Usage usage) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean failed(String reason) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean cancelled() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean ended() {
        return false;
    }

    @Override
    public @Nullable String failure() {
        return null;
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
