// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.fleet;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.fleet.FleetSnapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The endpoints that a scheduler may choose from. The host says who joins and leaves and what metrics arrive; each change
 * publishes a new immutable {@linkplain #snapshot() snapshot}.
 *
 * <pre>{@code
 * Fleet fleet = Fleet.of(Endpoint.of("a", "10.0.0.7:8000"), Endpoint.of("b", "10.0.0.8:8000"));
 * fleet.update("a", EndpointMetrics.builder(System.nanoTime()).waitingRequests(3).kvUsage(0.71).build());
 * }</pre>
 *
 * <p>Thread-safe. Reading a snapshot is one volatile read. Changes are made one at a time under a lock and cost the copy of
 * a few hundred references each, whatever the fleet's size (a departure from the highest slot also looks for the new
 * highest one); fleets of 10,000 endpoints are expected. An endpoint keeps its slot from joining until it has left, and
 * slots of those that left are given out again, lowest first, so that slots stay dense.
 */
public final class Fleet {
    private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);

    private final Object changes = new Object();
    private final Map<String, Integer> slotsById = new HashMap<>();
    private final PriorityQueue<Integer> freeSlots = new PriorityQueue<>();
    private final List<FleetListener> listeners = new CopyOnWriteArrayList<>();
    private int slotsEverUsed;
    private long lastIncarnation;
    private volatile ChunkedSnapshot snapshot = ChunkedSnapshot.EMPTY;

    private Fleet() {}

    /** Makes an empty fleet. */
    public static Fleet create() {
        return new Fleet();
    }

    /**
     * Makes a fleet of some endpoints.
     *
     * @throws IllegalArgumentException if two of them have the same id
     */
    public static Fleet of(Endpoint... endpoints) {
        Fleet fleet = new Fleet();
        for (Endpoint endpoint : endpoints) {
            // Not by what join says: at another address it would take the second for a successor of the first.
            if (fleet.slotsById.containsKey(endpoint.id())) {
                throw new IllegalArgumentException("endpoint " + endpoint.id()
                        + ": is there twice.\nMaybe give each data-parallel rank an id of its own.");
            }
            fleet.join(endpoint);
        }
        return fleet;
    }

    /** Returns the newest view of this fleet. */
    public FleetSnapshot snapshot() {
        return snapshot;
    }

    /**
     * Adds an endpoint, or says anew what an endpoint that is there is.
     *
     * <p>If the fleet has an endpoint of that id at the same address, its description is replaced and its life goes on. At
     * another address it is another process: the old one leaves and the new one joins.
     *
     * @return whether a new life began
     */
    public boolean join(Endpoint endpoint) {
        requireNonNull(endpoint, "endpoint");
        synchronized (changes) {
            Integer known = slotsById.get(endpoint.id());
            if (known != null) {
                Endpoint before = snapshot.endpoint(known);
                if (before.address().equals(endpoint.address())) {
                    if (!before.equals(endpoint)) {
                        snapshot =
                                snapshot.joined(known, endpoint, snapshot.incarnation(known), snapshot.metrics(known));
                    }
                    return false;
                }
                leave(endpoint.id());
            }
            Integer free = freeSlots.poll();
            int slot = free != null ? free : slotsEverUsed++;
            long incarnation = ++lastIncarnation;
            slotsById.put(endpoint.id(), slot);
            // Listeners make room first: a snapshot that shows the slot must find it ready.
            for (FleetListener listener : listeners) {
                tellJoined(listener, slot, incarnation, endpoint);
            }
            snapshot = snapshot.joined(slot, endpoint, incarnation, EndpointMetrics.UNKNOWN);
            return true;
        }
    }

    /**
     * Removes an endpoint. Its requests in flight are not touched; when it joins again, a new life begins.
     *
     * @return whether it was there
     */
    public boolean leave(String endpointId) {
        synchronized (changes) {
            Integer slot = slotsById.remove(requireNonNull(endpointId, "endpointId"));
            if (slot == null) {
                return false;
            }
            Endpoint endpoint = snapshot.endpoint(slot);
            long incarnation = snapshot.incarnation(slot);
            // The other way round than joining: once the slot is released, no new snapshot may show it.
            snapshot = snapshot.left(slot);
            for (FleetListener listener : listeners) {
                tellLeft(listener, slot, incarnation, endpoint);
            }
            freeSlots.add(slot);
            return true;
        }
    }

    /**
     * Replaces what is known of an endpoint. To keep signals that were not observed this time, use {@link #update(String,
     * UnaryOperator)}.
     *
     * @return whether the endpoint is there; metrics of one that left are dropped
     */
    public boolean update(String endpointId, EndpointMetrics metrics) {
        requireNonNull(metrics, "metrics");
        return update(endpointId, known -> metrics);
    }

    /**
     * Changes what is known of an endpoint, so that several sources can each report their own signals and none is lost:
     *
     * <pre>{@code
     * fleet.update("a", known -> known.toBuilder(now).waitingRequests(3).build());
     * }</pre>
     *
     * @param change given what is known, returns what is known now; runs under the fleet's lock, so it must be quick
     * @return whether the endpoint is there; metrics of one that left are dropped
     */
    public boolean update(String endpointId, UnaryOperator<EndpointMetrics> change) {
        requireNonNull(change, "change");
        synchronized (changes) {
            Integer slot = slotsById.get(requireNonNull(endpointId, "endpointId"));
            if (slot == null) {
                return false;
            }
            snapshot = snapshot.heard(slot, requireNonNull(change.apply(snapshot.metrics(slot)), "metrics"));
            return true;
        }
    }

    /**
     * Adds a listener, which at once hears of every endpoint that is there. A listener that throws is logged and heard
     * again at the next change.
     */
    public void addListener(FleetListener listener) {
        requireNonNull(listener, "listener");
        synchronized (changes) {
            listeners.add(listener);
            tellAll(listener);
        }
    }

    private void tellAll(FleetListener listener) {
        ChunkedSnapshot now = snapshot;
        for (int slot = 0; slot < now.slotLimit(); slot++) {
            if (now.occupied(slot)) {
                tellJoined(listener, slot, now.incarnation(slot), now.endpoint(slot));
            }
        }
    }

    /**
     * Has one listener take over from another with no change in between that either both or none of them hears.
     *
     * @param before who hears of changes until now
     * @param next who hears of them from now on; it is not told who is in the fleet
     * @param newcomer is told who is in the fleet now, and nothing later
     */
    public void replaceListener(FleetListener before, FleetListener next, FleetListener newcomer) {
        requireNonNull(next, "next");
        requireNonNull(newcomer, "newcomer");
        synchronized (changes) {
            tellAll(newcomer);
            listeners.add(next);
            listeners.remove(before);
        }
    }

    /** Removes a listener; has no effect if it was not added. */
    public void removeListener(FleetListener listener) {
        synchronized (changes) {
            listeners.remove(listener);
        }
    }

    private static void tellJoined(FleetListener listener, int slot, long incarnation, Endpoint endpoint) {
        try {
            listener.joined(slot, incarnation, endpoint);
        } catch (Throwable e) { // Even an error: half a change would leave the fleet's books wrong for good.
            LOG.warn("listener {} failed on {} joining", listener, endpoint, e);
        }
    }

    private static void tellLeft(FleetListener listener, int slot, long incarnation, Endpoint endpoint) {
        try {
            listener.left(slot, incarnation, endpoint);
        } catch (Throwable e) {
            LOG.warn("listener {} failed on {} leaving", listener, endpoint, e);
        }
    }

    @Override
    public String toString() {
        return "Fleet[" + snapshot.size() + " endpoints]";
    }
}
