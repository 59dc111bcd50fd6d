// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.session;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.Times;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Knows a session's endpoint by binding session ids: a session belongs to the endpoint that its first request was dispatched
 * to, until that endpoint leaves the fleet or the session is idle for too long. Allocates nothing when asked.
 */
public final class SessionPin implements Pin {
    /** The header that carries session ids, unless told otherwise. */
    public static final String HEADER = "x-session-id";

    /** How many sessions are bound at most, unless told otherwise. */
    public static final int DEFAULT_CAPACITY = 65_536;

    /** How long a binding outlives its last use, unless told otherwise. */
    public static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofMinutes(5);

    /** The least time between two sweeps of expired bindings, unless told otherwise. */
    public static final Duration DEFAULT_SWEEP_INTERVAL = Duration.ofSeconds(10);

    private final List<Source> sources;
    private final Set<DataKey> reads;
    private final @Nullable String profile;
    private final boolean moves;
    private final boolean movesIfUnseen;
    private final SessionBindings bindings;

    private SessionPin(Builder builder) {
        sources = List.copyOf(builder.sources);
        reads = builder.reads.stream().collect(Collectors.toUnmodifiableSet());
        profile = builder.profile;
        moves = builder.moves;
        movesIfUnseen = builder.movesIfUnseen;
        bindings = new SessionBindings(builder.capacity, builder.timeToLiveNanos, builder.sweepIntervalNanos);
    }

    /** Starts a pin with the usual sources and limits. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Set<DataKey> reads() {
        return reads;
    }

    @Override
    public int slot(SchedulingCycle cycle) {
        String session = session(cycle);
        return session == null ? -1 : bindings.slot(session, cycle.fleet(), cycle.now());
    }

    @Override
    public void seen(SchedulingCycle cycle, boolean amongCandidates) {
        String session = movesIfUnseen ? session(cycle) : null;
        if (session != null) {
            bindings.unseen(session, amongCandidates ? null : cycle.request().id());
        }
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        String session = session(cycle);
        Leg leg = leg(dispatch);
        if (session == null || leg == null) {
            return;
        }
        if (moves
                || (movesIfUnseen && bindings.unseenBy(session, cycle.request().id()))) {
            bindings.moved(session, leg.target(), cycle.fleet(), cycle.now());
        } else {
            bindings.used(session, leg.target(), cycle.fleet(), cycle.now());
        }
    }

    @Override
    public void maintain(long now) {
        bindings.expire(now);
    }

    @Override
    public long nextDeadline() {
        return bindings.nextDeadline();
    }

    private @Nullable String session(SchedulingCycle cycle) {
        for (int i = 0; i < sources.size(); i++) {
            String session = sources.get(i).session(cycle);
            if (session != null && !session.isBlank()) {
                return session;
            }
        }
        return null;
    }

    private @Nullable Leg leg(Dispatch dispatch) {
        Leg primary = dispatch.decision().primary();
        if (profile == null || profile.equals(primary.profile())) {
            return primary;
        }
        for (Leg leg : dispatch.decision().otherLegs()) {
            if (profile.equals(leg.profile())) {
                return leg;
            }
        }
        return null;
    }

    /** A place where session ids are found. */
    @FunctionalInterface
    private interface Source {
        @Nullable
        String session(SchedulingCycle cycle);

        static Source header(String lowerCaseName) {
            return cycle -> cycle.request().headers().first(lowerCaseName);
        }

        static Source attribute(AttributeKey<String> key) {
            return cycle -> cycle.attribute(key);
        }
    }

    /** Collects how sessions are known and for how long they are bound; not thread-safe. */
    public static final class Builder {
        private final List<Source> sources = new ArrayList<>();
        private final List<DataKey> reads = new ArrayList<>();
        private @Nullable String profile;
        private boolean moves;
        private boolean movesIfUnseen;
        private long timeToLiveNanos = DEFAULT_TIME_TO_LIVE.toNanos();
        private long sweepIntervalNanos = DEFAULT_SWEEP_INTERVAL.toNanos();
        private int capacity = DEFAULT_CAPACITY;

        private Builder() {}

        /**
         * Adds a header as a source; sources are tried in the order in which they were added, and replace the usual ones.
         *
         * @param name its name, in any case; not blank
         */
        public Builder header(String name) {
            sources.add(Source.header(TokenPin.lowerCase(name)));
            return this;
        }

        /** Adds a request attribute as a source; sources are tried in order, and replace the usual ones. */
        public Builder attribute(AttributeKey<String> key) {
            sources.add(Source.attribute(requireNonNull(key, "key")));
            reads.add(key);
            return this;
        }

        /** Sets the profile whose leg a session is bound to; the primary leg unless set. */
        public Builder profile(String name) {
            this.profile = requireNonNull(name, "name");
            return this;
        }

        /** Binds a session to wherever its latest request went, not only when its endpoint is gone. */
        public Builder moving() {
            this.moves = true;
            return this;
        }

        /** Binds a session anew to wherever a request goes for which {@link Pin#seen} missed its endpoint. */
        public Builder movesIfUnseen() {
            this.movesIfUnseen = true;
            return this;
        }

        /** Sets how long a binding outlives its last use; positive, and endless from 292 years on. */
        public Builder timeToLive(Duration time) {
            this.timeToLiveNanos = positive("timeToLive", time);
            return this;
        }

        /** Sets the least time between two sweeps of expired bindings; positive, and endless from 292 years on. */
        public Builder sweepInterval(Duration time) {
            this.sweepIntervalNanos = positive("sweepInterval", time);
            return this;
        }

        /** Sets how many sessions are bound at most; at least 1. */
        public Builder capacity(int sessions) {
            if (sessions < 1) {
                throw new IllegalArgumentException("capacity: must be at least 1, but was " + sessions
                        + ".\nMaybe leave it out; " + DEFAULT_CAPACITY + " is used then.");
            }
            this.capacity = sessions;
            return this;
        }

        /**
         * Builds the pin.
         *
         * @param semantics whose usual sources are used if none was added: llm-d looks into the header {@value #HEADER} only,
         *     and ours first at what a producer or the host says
         */
        public SessionPin build(Semantics semantics) {
            if (sources.isEmpty()) {
                if (semantics == Semantics.CORRECTED) {
                    attribute(Session.ID);
                    sources.add(cycle -> cycle.request().objectives().sessionId());
                }
                header(HEADER);
            }
            return new SessionPin(this);
        }

        private static long positive(String name, Duration time) {
            return Times.positiveNanos(name, time, "Maybe leave it out; there is a default.");
        }
    }
}
