// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.inflight;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The load in flight on one endpoint, during one of its lives.
 *
 * <p><b>The idea.</b> A load-aware decision is read-score-pick-reserve. If two of them run at once, both may see the same
 * idle endpoint and both take it; every router in the field has had that fault. Here a reservation names the load it was
 * decided on, and fails if another reservation raised it since.
 *
 * <p><b>How.</b> {@code version} counts reservations, two for each: odd while one is being made. A reader takes the
 * version first and the numbers after it. {@link #tryReserve} moves the version from the one that was read (even) to the
 * next odd one by compare-and-set, adds the load, and moves it on to even. So
 * <ul>
 *   <li>of two reservations decided on one version, one fails;
 *   <li>who reads an even version sees all load of the reservations that it counts, because that load was added before the
 *       version became even;
 *   <li>who reads in the middle of one gets an odd version, which no reservation can be decided on: it fails and is
 *       decided anew.
 * </ul>
 *
 * <p>Releases subtract and leave the version alone: less load than was read never makes a decision unfair to this
 * endpoint's rivals in a way that herding does, and retrying on every completion would starve decisions on busy fleets.
 *
 * <p><b>Lives.</b> A reservation keeps the cell that it was made on. When the endpoint leaves, the cell goes with it, so a
 * late release touches nothing that anyone reads, and an endpoint that returns starts at zero in a cell of its own.
 *
 * <p>Thread-safe. Nothing blocks, but {@link #reserve} spins while another reservation is between its two steps.
 */
public final class LoadCell {
    private static final VarHandle VERSION = handle("version");
    private static final VarHandle REQUESTS = handle("requests");
    private static final VarHandle TOKENS = handle("tokens");

    private final long incarnation;
    private volatile long version;
    private volatile long requests;
    private volatile long tokens;

    public LoadCell(long incarnation) {
        this.incarnation = incarnation;
    }

    /** Returns which life of the endpoint this counts for. */
    public long incarnation() {
        return incarnation;
    }

    /** Returns what a later {@link #tryReserve} is decided on; to be read before the load. */
    public long version() {
        return version;
    }

    /** Returns the requests in flight, at least 0. */
    public long requests() {
        return requests;
    }

    /** Returns the tokens of work in flight, at least 0. */
    public long tokens() {
        return tokens;
    }

    /**
     * Adds one request and its tokens if no other reservation came since a version was read.
     *
     * @return whether the load was added
     */
    boolean tryReserve(long seenVersion, long addedTokens) {
        if ((seenVersion & 1) != 0 || !VERSION.compareAndSet(this, seenVersion, seenVersion + 1)) {
            return false;
        }
        try {
            add(1, addedTokens);
        } finally {
            // Whatever happens, even a stack overflow of the caller's: an odd version for ever would stop every
            // reservation.
            version = seenVersion + 2;
        }
        return true;
    }

    /** Adds one request and its tokens, whatever came since. */
    @SuppressWarnings("ThreadPriorityCheck") // Yielding only spares a core; nothing depends on it.
    void reserve(long addedTokens) {
        int spins = 0;
        while (!tryReserve(version, addedTokens)) {
            if (++spins > 64) {
                // The other one was descheduled between its two steps.
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
        }
    }

    /** Takes requests and tokens away; only what was added may be taken. */
    void release(long takenRequests, long takenTokens) {
        add(-takenRequests, -takenTokens);
    }

    private void add(long addedRequests, long addedTokens) {
        REQUESTS.getAndAdd(this, addedRequests);
        TOKENS.getAndAdd(this, addedTokens);
    }

    private static VarHandle handle(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(LoadCell.class, field, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Override
    public String toString() {
        return "LoadCell[life " + incarnation + ": " + requests + " requests, " + tokens + " tokens]";
    }
}
