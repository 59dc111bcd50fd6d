// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.inflight;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.InferenceRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A dispatch under way. One lock guards it, held only to change a few fields and to tell observers, so that they hear of one
 * dispatch in the order in which it happened and of nothing after its end.
 */
public final class ActiveDispatch implements Dispatch {
    private final DispatchEvents events;
    private final InferenceRequest request;
    private final SchedulingDecision decision;
    private final long scheduledAt;
    private final long[] promptTokensByChoice;
    private final long outputTokens;
    private final List<Reservation> others;
    private final @Nullable Lease lease;

    private final Object lock = new Object();
    private Reservation primary;
    private Target target;
    private int nextFallback;
    private boolean sent;
    private boolean firstToken;
    private long firstTokenAt = NOT_YET;
    private long lastTokenAt = NOT_YET;
    private long reportedTokens;
    private boolean ended;
    private @Nullable String failure;

    /**
     * Makes a dispatch of a decision whose load has been reserved.
     *
     * @param scheduledAt when scheduling began
     * @param promptTokensByChoice what the prompt costs on the target and on each fallback
     * @param outputTokens expected tokens of output, 0 if unknown
     * @param primary the primary leg's reservation
     * @param others the other legs' reservations
     * @param lease what the sweeper watches, or null without leases
     */
    public ActiveDispatch(
            DispatchEvents events,
            InferenceRequest request,
            SchedulingDecision decision,
            long scheduledAt,
            long[] promptTokensByChoice,
            long outputTokens,
            Reservation primary,
            List<Reservation> others,
            @Nullable Lease lease) {
        this.events = events;
        this.request = request;
        this.decision = decision;
        this.scheduledAt = scheduledAt;
        this.promptTokensByChoice = promptTokensByChoice;
        this.outputTokens = outputTokens;
        this.primary = primary;
        this.others = others;
        this.lease = lease;
        this.target = decision.primary().target();
        if (lease != null) {
            lease.attach(this);
        }
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
        synchronized (lock) {
            return target.endpoint();
        }
    }

    @Override
    public Map<String, String> responseHeaders() {
        return events.responseHeaders(this);
    }

    @Override
    public long scheduledAt() {
        return scheduledAt;
    }

    @Override
    public long firstTokenAt() {
        synchronized (lock) {
            return firstTokenAt;
        }
    }

    @Override
    public long lastTokenAt() {
        synchronized (lock) {
            return lastTokenAt;
        }
    }

    @Override
    public long reportedTokens() {
        synchronized (lock) {
            return reportedTokens;
        }
    }

    @Override
    public void sent() {
        synchronized (lock) {
            if (ended) {
                return;
            }
            long now = signOfLife();
            if (!sent) {
                sent = true;
                events.sent(this, now);
            }
        }
    }

    @Override
    public void firstToken() {
        synchronized (lock) {
            if (ended) {
                return;
            }
            long now = signOfLife();
            if (!firstToken) {
                firstToken = true;
                primary.promptRead();
                releaseOthers();
                events.firstToken(this, now);
                firstTokenAt = Math.max(now, NOT_YET + 1);
                answered(1, now);
            }
        }
    }

    @Override
    public void tokens(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("tokens: must be at least 0, but was " + count
                    + ".\nMaybe report the tokens since the last report, not a difference of totals.");
        }
        synchronized (lock) {
            if (ended) {
                return;
            }
            long now = signOfLife();
            events.tokens(this, count, now);
            if (count > 0) {
                answered(count, now);
            }
        }
    }

    /** Notes tokens of the answer, once observers know of them: until then they may ask for what was before. */
    private void answered(int count, long now) {
        lastTokenAt = Math.max(now, NOT_YET + 1);
        reportedTokens += count;
    }

    @Override
    public void renew() {
        synchronized (lock) {
            if (!ended && lease != null) {
                signOfLife();
            }
        }
    }

    @Override
    public Optional<Endpoint> failover() {
        synchronized (lock) {
            List<Target> fallbacks = decision.primary().fallbacks();
            while (!ended && nextFallback < fallbacks.size()) {
                Target next = fallbacks.get(nextFallback++);
                LoadCell cell = events.ledger().cell(next.slot(), next.incarnation());
                if (cell != null) {
                    moveTo(next, Reservation.on(cell, promptTokensByChoice[nextFallback], outputTokens));
                    return Optional.of(next.endpoint());
                }
            }
            return Optional.empty();
        }
    }

    private void moveTo(Target next, Reservation reservation) {
        Target before = target;
        primary.release();
        primary = reservation;
        target = next;
        // The new endpoint reads the prompt again.
        sent = false;
        firstToken = false;
        events.failedOver(this, before, next, signOfLife());
        firstTokenAt = NOT_YET;
        lastTokenAt = NOT_YET;
        reportedTokens = 0;
    }

    @Override
    public boolean completed(Usage usage) {
        return end(Ending.COMPLETED, requireNonNull(usage, "usage"));
    }

    @Override
    public boolean failed(String reason) {
        requireNonNull(reason, "reason");
        synchronized (lock) {
            if (!ended) {
                failure = reason;
            }
            return end(Ending.FAILED, Usage.UNKNOWN);
        }
    }

    @Override
    public boolean cancelled() {
        return end(Ending.CANCELLED, Usage.UNKNOWN);
    }

    @Override
    public void close() {
        cancelled();
    }

    @Override
    public boolean ended() {
        synchronized (lock) {
            return ended;
        }
    }

    @Override
    public @Nullable String failure() {
        synchronized (lock) {
            return failure;
        }
    }

    /** Ends the dispatch because nobody gave a sign of life for the length of its lease. */
    boolean expire(long now, long leaseNanos) {
        synchronized (lock) {
            return lease != null && lease.overAt(leaseNanos) <= now && end(Ending.EXPIRED, Usage.UNKNOWN);
        }
    }

    private boolean end(Ending ending, Usage usage) {
        synchronized (lock) {
            if (ended) {
                return false;
            }
            ended = true;
            primary.release();
            releaseOthers();
            if (lease != null) {
                lease.end();
            }
            events.ended(this, ending, usage, events.now());
            return true;
        }
    }

    private void releaseOthers() {
        for (Reservation other : others) {
            other.release();
        }
    }

    private long signOfLife() {
        long now = events.now();
        if (lease != null) {
            lease.sign(now);
        }
        return now;
    }

    @Override
    public String toString() {
        return "Dispatch[" + request.id() + " to " + target().id() + (ended() ? ", ended]" : "]");
    }
}
