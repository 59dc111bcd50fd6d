// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.inflight;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Ends dispatches that nobody has heard of for the length of a lease.
 *
 * <p>New leases go into a queue without a lock. {@link #sweep} takes them over into a heap ordered by when each is next due
 * to be looked at; one that was renewed goes back with its new time. So a sweep costs O(due log n), and a lease is looked
 * at about once for each of its lengths that it lives. Thread-safe; sweeps run one at a time.
 *
 * <p>A dispatch that has ended leaves its lease behind, a few dozen bytes, until that is swept. So that memory follows the
 * dispatches under way and not the traffic, whoever adds a lease drops the ended ones when there may be more of them than of
 * the others: O(1) on average, whether or not anybody sweeps.
 */
public final class Leases {
    private static final int LEAST_PRUNED = 1024;

    private final long leaseNanos;
    private final ConcurrentLinkedQueue<Lease> arrived = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::at));
    private final ReentrantLock sweeping = new ReentrantLock();
    private final AtomicLong earliestArrived = new AtomicLong(Long.MAX_VALUE);
    private final AtomicInteger addedSincePruned = new AtomicInteger();
    private volatile int pruneAfter = LEAST_PRUNED;
    private volatile long earliestDue = Long.MAX_VALUE;

    /**
     * Makes the leases of a scheduler.
     *
     * @param leaseNanos how long a dispatch lives without a sign of life; positive
     */
    public Leases(long leaseNanos) {
        this.leaseNanos = leaseNanos;
    }

    /** Makes the lease of a dispatch about to be made. */
    public Lease grant(long now) {
        return new Lease(now);
    }

    /** Watches over the dispatch of a lease from now on; one that has ended meanwhile is dropped when it is due. */
    public void watch(Lease lease) {
        arrived.add(lease);
        earliestArrived.accumulateAndGet(dueAt(lease), Math::min);
        if (addedSincePruned.incrementAndGet() > pruneAfter) {
            prune();
        }
    }

    /** Drops the leases of dispatches that have ended, unless a sweep is at work. */
    private void prune() {
        if (sweeping.isHeldByCurrentThread() || !sweeping.tryLock()) {
            return;
        }
        try {
            addedSincePruned.set(0);
            takeOver();
            due.removeIf(each -> each.lease().dispatch() == null);
            pruneAfter = Math.max(LEAST_PRUNED, due.size());
        } finally {
            earliestDue = due.isEmpty() ? Long.MAX_VALUE : due.peek().at();
            sweeping.unlock();
        }
    }

    /** Returns how many leases are kept, those of dispatches that have ended included. */
    int kept() {
        sweeping.lock();
        try {
            return due.size() + arrived.size();
        } finally {
            sweeping.unlock();
        }
    }

    /**
     * Ends the dispatches whose lease is over. Does nothing if a sweep is going on: a dispatch tells observers that it ended,
     * and one of them may ask for maintenance while another thread sweeps and waits for that very dispatch.
     */
    public void sweep(long now) {
        if (sweeping.isHeldByCurrentThread() || !sweeping.tryLock()) {
            return;
        }
        try {
            takeOver();
            while (!due.isEmpty() && due.peek().at() <= now) {
                Lease lease = due.remove().lease();
                ActiveDispatch dispatch = lease.dispatch();
                if (dispatch != null && !dispatch.expire(now, leaseNanos) && lease.dispatch() != null) {
                    due.add(new Due(dueAt(lease), lease));
                }
            }
        } finally {
            earliestDue = due.isEmpty() ? Long.MAX_VALUE : due.peek().at();
            sweeping.unlock();
        }
    }

    /** Takes over what has arrived. Until the sweep ends, the deadline stays at the earliest of old and new. */
    private void takeOver() {
        long arrivedSoFar = earliestArrived.get();
        earliestDue = Math.min(earliestDue, arrivedSoFar);
        // If another lease has come meanwhile, its deadline stands: early at worst, until the next sweep.
        earliestArrived.compareAndSet(arrivedSoFar, Long.MAX_VALUE);
        for (Lease lease = arrived.poll(); lease != null; lease = arrived.poll()) {
            due.add(new Due(dueAt(lease), lease));
        }
    }

    /** Returns when the next lease may be over, or {@link Long#MAX_VALUE} if there is none; never too late. */
    public long nextDeadline() {
        return Math.min(earliestDue, earliestArrived.get());
    }

    private long dueAt(Lease lease) {
        return lease.overAt(leaseNanos);
    }

    private record Due(long at, Lease lease) {}
}
