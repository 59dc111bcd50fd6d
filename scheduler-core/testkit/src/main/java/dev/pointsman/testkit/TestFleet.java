// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.FleetSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A fleet in one line: endpoints with fixed metrics, in the slots in which they are named. Immutable and thread-safe.
 *
 * <pre>{@code
 * TestFleet three = TestFleet.of(3);   // "e0", "e1" and "e2", nothing heard of them yet
 * TestFleet busy = TestFleet.builder()
 *         .endpoint("a", metrics -> metrics.waitingRequests(3).kvUsage(0.7))
 *         .hole()
 *         .endpoint("b")
 *         .build();
 * }</pre>
 */
public final class TestFleet implements FleetSnapshot {
    private final long version;
    private final List<@Nullable Member> slots;
    private final Map<String, Integer> slotsById = new HashMap<>();

    private TestFleet(Builder builder) {
        version = builder.version;
        List<@Nullable Member> members = new ArrayList<>(builder.slots);
        while (!members.isEmpty() && members.get(members.size() - 1) == null) {
            members.remove(members.size() - 1);
        }
        slots = members;
        for (int slot = 0; slot < slots.size(); slot++) {
            Member member = slots.get(slot);
            if (member != null && slotsById.put(member.endpoint.id(), slot) != null) {
                throw new IllegalArgumentException("slot " + slot + ": endpoint " + member.endpoint.id()
                        + " is already in the fleet.\nMaybe give it another id; ids name endpoints within a fleet.");
            }
        }
    }

    /**
     * Makes a fleet of endpoints {@code e0}, {@code e1} and so on, of which nothing was heard yet.
     *
     * @param size number of endpoints, at least 0
     */
    public static TestFleet of(int size) {
        Builder builder = builder();
        for (int i = 0; i < size; i++) {
            builder.endpoint("e" + i);
        }
        return builder.build();
    }

    /**
     * Makes a fleet of endpoints of which nothing was heard yet.
     *
     * @param ids one for each endpoint, in slot order
     */
    public static TestFleet of(String... ids) {
        Builder builder = builder();
        for (String id : ids) {
            builder.endpoint(id);
        }
        return builder.build();
    }

    /** Starts an empty fleet of version 1. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts from this fleet, with the next version; slots and incarnations stay. */
    public Builder toBuilder() {
        Builder builder = new Builder().version(version + 1);
        builder.slots.addAll(slots);
        builder.joined = slots.stream()
                .mapToLong(member -> member == null ? 0 : member.incarnation)
                .reduce(0, Math::max);
        return builder;
    }

    /** Returns the ids of the endpoints, in slot order. */
    public List<String> ids() {
        List<String> ids = new ArrayList<>();
        for (Member member : slots) {
            if (member != null) {
                ids.add(member.endpoint.id());
            }
        }
        return ids;
    }

    @Override
    public long version() {
        return version;
    }

    @Override
    public int size() {
        return slotsById.size();
    }

    @Override
    public int slotLimit() {
        return slots.size();
    }

    @Override
    public boolean occupied(int slot) {
        return slot >= 0 && slot < slots.size() && slots.get(slot) != null;
    }

    @Override
    public Endpoint endpoint(int slot) {
        return member(slot).endpoint;
    }

    @Override
    public EndpointMetrics metrics(int slot) {
        return member(slot).metrics;
    }

    @Override
    public long incarnation(int slot) {
        return member(slot).incarnation;
    }

    @Override
    public int slotOf(String endpointId) {
        return slotsById.getOrDefault(endpointId, -1);
    }

    @Override
    public String toString() {
        return "TestFleet" + ids();
    }

    private Member member(int slot) {
        Member member = occupied(slot) ? slots.get(slot) : null;
        if (member == null) {
            throw new IllegalArgumentException("slot " + slot + ": has no endpoint; the fleet has " + size()
                    + " in slots 0 to " + (slots.size() - 1) + ".\nMaybe ask occupied(" + slot + ") first.");
        }
        return member;
    }

    private record Member(Endpoint endpoint, EndpointMetrics metrics, long incarnation) {}

    /** Names endpoints slot by slot; not thread-safe. */
    public static final class Builder {
        private final List<@Nullable Member> slots = new ArrayList<>();
        private long version = 1;
        private long observedAt;
        private long joined;

        private Builder() {}

        /** Sets the snapshot's version. */
        public Builder version(long version) {
            this.version = version;
            return this;
        }

        /**
         * Sets when the signals of the endpoints that follow were observed; 0 at first, as is {@link TestCycle#now()}.
         *
         * @param nanos nanoseconds of the scheduler's clock
         */
        public Builder observedAt(long nanos) {
            this.observedAt = nanos;
            return this;
        }

        /** Adds an endpoint of which nothing was heard yet. */
        public Builder endpoint(String id) {
            return endpoint(plain(id), EndpointMetrics.UNKNOWN);
        }

        /**
         * Adds an endpoint with signals.
         *
         * @param id its id
         * @param signals sets what was heard of it
         */
        public Builder endpoint(String id, Consumer<EndpointMetrics.Builder> signals) {
            return endpoint(plain(id), signals);
        }

        /** Adds an endpoint with an address, labels or a role of its own, of which nothing was heard yet. */
        public Builder endpoint(Endpoint endpoint) {
            return endpoint(endpoint, EndpointMetrics.UNKNOWN);
        }

        /**
         * Adds an endpoint with an address, labels or a role of its own, and with signals.
         *
         * @param endpoint the endpoint
         * @param signals sets what was heard of it
         */
        public Builder endpoint(Endpoint endpoint, Consumer<EndpointMetrics.Builder> signals) {
            EndpointMetrics.Builder metrics = EndpointMetrics.builder(observedAt);
            signals.accept(metrics);
            return endpoint(endpoint, metrics.build());
        }

        /** Adds an endpoint with given metrics. */
        public Builder endpoint(Endpoint endpoint, EndpointMetrics metrics) {
            joined++;
            slots.add(new Member(requireNonNull(endpoint, "endpoint"), requireNonNull(metrics, "metrics"), joined));
            return this;
        }

        /** Leaves a slot empty, as after an endpoint has left; holes at the end are not kept. */
        public Builder hole() {
            slots.add(null);
            return this;
        }

        /**
         * Takes an endpoint away and leaves a hole in its slot.
         *
         * @throws IllegalArgumentException if there is none of that id
         */
        public Builder remove(String id) {
            slots.set(slotOf(id), null);
            return this;
        }

        /**
         * Replaces the signals of an endpoint; those that are not set keep what they were.
         *
         * @param id its id
         * @param signals sets what was heard of it
         * @throws IllegalArgumentException if there is none of that id
         */
        public Builder metrics(String id, Consumer<EndpointMetrics.Builder> signals) {
            int slot = slotOf(id);
            Member member = requireNonNull(slots.get(slot));
            EndpointMetrics.Builder metrics = member.metrics.toBuilder(observedAt);
            signals.accept(metrics);
            slots.set(slot, new Member(member.endpoint, metrics.build(), member.incarnation));
            return this;
        }

        /**
         * Sets which life of an endpoint this is; without it they are numbered from 1 in the order of joining.
         *
         * @param id its id
         * @param incarnation a number that no other endpoint of the fleet has
         * @throws IllegalArgumentException if there is none of that id
         */
        public Builder incarnation(String id, long incarnation) {
            int slot = slotOf(id);
            Member member = requireNonNull(slots.get(slot));
            slots.set(slot, new Member(member.endpoint, member.metrics, incarnation));
            joined = Math.max(joined, incarnation);
            return this;
        }

        /**
         * Builds the fleet.
         *
         * @throws IllegalArgumentException if two endpoints have the same id
         */
        public TestFleet build() {
            return new TestFleet(this);
        }

        private int slotOf(String id) {
            for (int slot = 0; slot < slots.size(); slot++) {
                Member member = slots.get(slot);
                if (member != null && member.endpoint.id().equals(id)) {
                    return slot;
                }
            }
            throw new IllegalArgumentException(
                    "endpoint " + id + ": is not in this fleet.\nMaybe add it first with endpoint(\"" + id + "\").");
        }

        private static Endpoint plain(String id) {
            return Endpoint.of(id, id + ".test:8000");
        }
    }
}
