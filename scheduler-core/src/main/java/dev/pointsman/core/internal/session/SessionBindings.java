// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.session;

import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.core.internal.builtin.Times;
import dev.pointsman.core.producer.SessionIdProducer;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoint each session is bound to. A binding is made when a request of the session is dispatched, stays while its
 * endpoint lives, and is forgotten when it was not used for a while or when there are too many.
 *
 * <p>A hash map answers readers without a lock. Under a lock, writers also keep the bindings in a ring in the order of their
 * last use, oldest first after the sentinel, so that expiry and eviction look only at what they remove. A binding names its
 * endpoint by slot and incarnation: one that left needs no clean-up, it is simply never found again.
 *
 * <p>Thread-safe. Every operation takes constant time, {@link #expire} time in what it removes.
 */
final class SessionBindings {
    private final int capacity;
    private final long timeToLive;
    private final long sweepInterval;
    private final ConcurrentHashMap<String, Binding> bySession = new ConcurrentHashMap<>();

    private final Object writing = new Object();
    // Guarded by writing:
    private final Binding sentinel = new Binding("", -1, 0, 0);
    private boolean swept;
    private long lastSweep;

    /**
     * Makes room for bindings.
     *
     * @param capacity how many at most
     * @param timeToLive nanoseconds that one outlives its last use; {@link Long#MAX_VALUE} for ever
     * @param sweepInterval least nanoseconds between sweeps; {@link Long#MAX_VALUE} for one sweep only
     */
    SessionBindings(int capacity, long timeToLive, long sweepInterval) {
        this.capacity = capacity;
        this.timeToLive = timeToLive;
        this.sweepInterval = sweepInterval;
    }

    /** Returns the slot of the live endpoint that a session is bound to, or -1. */
    int slot(String session, FleetSnapshot fleet, long now) {
        Binding binding = bySession.get(session);
        return binding != null && holds(binding, fleet, now) ? binding.slot : -1;
    }

    /** Notes that a request of a session was given to a target, which becomes the session's own if it has none alive. */
    void used(String session, Target target, FleetSnapshot fleet, long now) {
        used(session, target, fleet, now, false);
    }

    /** Notes that a request of a session was given to a target, which becomes the session's own in any case. */
    void moved(String session, Target target, FleetSnapshot fleet, long now) {
        used(session, target, fleet, now, true);
    }

    private void used(String session, Target target, FleetSnapshot fleet, long now, boolean moves) {
        if (session.length() > SessionIdProducer.MAX_LENGTH) {
            return; // so that the memory of all bindings is bounded
        }
        synchronized (writing) {
            Binding known = bySession.get(session);
            if (known != null) {
                known.unlink();
            }
            if (known != null && holds(known, fleet, now) && !(moves && known.slot != target.slot())) {
                known.lastUsed = now;
                known.linkBefore(sentinel);
                return;
            }
            if (known == null && bySession.size() >= capacity) {
                makeRoom(now);
            }
            Binding binding = new Binding(session, target.slot(), target.incarnation(), now);
            binding.linkBefore(sentinel);
            bySession.put(session, binding);
        }
    }

    /**
     * Notes which request found a session's endpoint missing among its candidates.
     *
     * @param request its id, or null if the endpoint was there
     */
    void unseen(String session, @Nullable String request) {
        Binding binding = bySession.get(session);
        if (binding != null) {
            binding.unseenBy = request;
        }
    }

    /** Tells whether a request found the session's endpoint missing, and no other request has come since. */
    boolean unseenBy(String session, String request) {
        Binding binding = bySession.get(session);
        return binding != null && request.equals(binding.unseenBy);
    }

    private boolean holds(Binding binding, FleetSnapshot fleet, long now) {
        return !expired(binding, now)
                && fleet.occupied(binding.slot)
                && fleet.incarnation(binding.slot) == binding.incarnation;
    }

    private boolean expired(Binding binding, long now) {
        return now - binding.lastUsed >= timeToLive;
    }

    private void makeRoom(long now) {
        removeExpired(now);
        if (bySession.size() >= capacity) {
            remove(sentinel.next);
        }
    }

    /** Forgets all that expired. */
    void expire(long now) {
        synchronized (writing) {
            removeExpired(now);
            swept = true;
            lastSweep = now;
        }
    }

    /** Returns when {@link #expire} next has something to do, a sweep's interval after the last one at the earliest. */
    long nextDeadline() {
        synchronized (writing) {
            Binding oldest = sentinel.next;
            if (oldest == sentinel) {
                return Long.MAX_VALUE;
            }
            long expiry = Times.after(oldest.lastUsed, timeToLive);
            return swept ? Math.max(expiry, Times.after(lastSweep, sweepInterval)) : expiry;
        }
    }

    int size() {
        return bySession.size();
    }

    private void removeExpired(long now) {
        while (sentinel.next != sentinel && expired(sentinel.next, now)) {
            remove(sentinel.next);
        }
    }

    private void remove(Binding binding) {
        binding.unlink();
        bySession.remove(binding.session);
    }

    /** One session's endpoint, and its place in the ring. */
    private static final class Binding {
        final String session;
        final int slot;
        final long incarnation;
        volatile long lastUsed;
        volatile @Nullable String unseenBy;
        Binding previous = this;
        Binding next = this;

        Binding(String session, int slot, long incarnation, long lastUsed) {
            this.session = session;
            this.slot = slot;
            this.incarnation = incarnation;
            this.lastUsed = lastUsed;
        }

        void linkBefore(Binding successor) {
            previous = successor.previous;
            next = successor;
            previous.next = this;
            successor.previous = this;
        }

        void unlink() {
            previous.next = next;
            next.previous = previous;
        }
    }
}
