// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.latency;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.core.internal.builtin.Times;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The requests under way, by dispatch. Grows with them and forgets what has not been heard of for a while. Thread-safe.
 */
public final class Flights {
    private final Map<Dispatch, Flight> flights = new ConcurrentHashMap<>();
    private final long timeToLive;
    private final long sweepInterval;
    private volatile long nextSweep = Long.MIN_VALUE;

    /**
     * Makes an empty list.
     *
     * @param timeToLive for how long a request is kept without news, in nanoseconds; at least 1
     */
    public Flights(long timeToLive) {
        this.timeToLive = timeToLive;
        this.sweepInterval = Math.max(1, timeToLive / 8);
    }

    /** Returns how many requests are under way. */
    public int size() {
        return flights.size();
    }

    /** Notes that a request was dispatched. */
    public void dispatched(Dispatch dispatch, Station station, FlightPlan plan, long now) {
        flights.put(dispatch, new Flight(station, plan, now));
    }

    /** Notes that a request was sent. */
    public void sent(Dispatch dispatch, long now) {
        Flight flight = flights.get(dispatch);
        if (flight != null) {
            flight.sent(now);
        }
    }

    /** Notes the first token of an answer. */
    public void firstToken(Dispatch dispatch, long now) {
        Flight flight = flights.get(dispatch);
        if (flight != null) {
            flight.firstToken(now);
        }
    }

    /** Notes further tokens of an answer. */
    public void tokens(Dispatch dispatch, int count, long now) {
        Flight flight = flights.get(dispatch);
        if (flight != null) {
            flight.tokens(count, now);
        }
    }

    /** Notes that a request moved to another endpoint; null if that one is not known. */
    public void moved(Dispatch dispatch, @Nullable Station next, long now) {
        Flight flight = flights.get(dispatch);
        if (flight != null) {
            flight.moved(next, now);
        }
    }

    /**
     * Notes the end of a request.
     *
     * @param delivered whether the answer was delivered whole
     * @param outputTokens its tokens as the engine says, or -1 to go by those reported
     */
    public void ended(Dispatch dispatch, boolean delivered, int outputTokens, long now) {
        Flight flight = flights.remove(dispatch);
        if (flight != null) {
            long tokens = outputTokens >= 0 ? outputTokens : flight.answerTokens();
            flight.ended(delivered ? tokens : -1, now);
        }
    }

    /** Forgets the requests that have not been heard of for too long. */
    public void sweep(long now) {
        if (now < nextSweep) {
            return;
        }
        nextSweep = Times.after(now, sweepInterval);
        flights.forEach((dispatch, flight) -> {
            if (now - flight.lastEvent() >= timeToLive && flights.remove(dispatch, flight)) {
                flight.ended(-1, now);
            }
        });
    }

    /** Returns when {@link #sweep} next has work, or {@link Long#MAX_VALUE}. */
    public long nextSweep() {
        return flights.isEmpty() ? Long.MAX_VALUE : nextSweep;
    }
}
