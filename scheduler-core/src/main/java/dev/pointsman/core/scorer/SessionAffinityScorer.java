// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.Maintained;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.internal.builtin.Times;
import dev.pointsman.core.producer.SessionIdProducer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the turns of a conversation on one endpoint: 1 for the endpoint that the session is pinned to, 0 for the others
 * (llm-d's {@code session-affinity-scorer}). There are two ways to know the endpoint:
 *
 * <ul>
 *   <li><b>By token</b>, which keeps nothing here: the client sends a header whose value is the endpoint's {@linkplain
 *       #token token}. The host writes the token of the endpoint that answers into the response.
 *   <li><b>By session id</b>: a session is bound to the endpoint that its first request was dispatched to, until that
 *       endpoint leaves the fleet or the session is idle for too long. Bindings are bounded in number; the longest unused
 *       one gives way. A session id of more than {@value SessionIdProducer#MAX_LENGTH} characters is never bound.
 * </ul>
 *
 * <p><b>Failover.</b> A {@linkplain Dispatch#failover() failover} does not move the binding: one failed answer need not mean
 * that the endpoint and its cache are lost, so the session's next request prefers it again. An endpoint that is down should
 * leave the fleet; then the session is bound anew, to the endpoint that its next request is dispatched to.
 *
 * <p><b>Departures from llm-d.</b> llm-d gives all candidates 0 if none of them is pinned; here all score neutral, which
 * ranks the same and does not look like a fault of the candidates. llm-d's token encodes {@code namespace/name}; here it
 * encodes {@link Endpoint#id()}, which is the same if the host names endpoints so. llm-d reads session ids from the header
 * {@value #SESSION_HEADER} only, unless told otherwise; here what a producer ({@link Session#ID}) or the host ({@link
 * dev.pointsman.api.request.Objectives#sessionId()}) says comes first. llm-d binds a session anew when its endpoint was not
 * among a request's candidates; here only when that endpoint is gone, because a filter that keeps it out of one request
 * should not throw away its cache.
 *
 * <p>Thread-safe. O(candidates). By session id it allocates nothing when scoring; by token, only the decoded token.
 */
public final class SessionAffinityScorer implements Scorer, SchedulingObserver, Maintained {
    /** The header that carries tokens, unless told otherwise. */
    public static final String TOKEN_HEADER = "x-session-token";

    /** The header that carries session ids, unless told otherwise. */
    public static final String SESSION_HEADER = "x-session-id";

    /**
     * How many sessions are bound at most, unless told otherwise. That many take some 11 MB with ids of 36 characters (a
     * UUID), and some 42 MB with ids of {@value SessionIdProducer#MAX_LENGTH}, the longest that are bound (75 MB if these
     * have characters beyond Latin-1).
     */
    public static final int DEFAULT_CAPACITY = 65_536;

    /** How long a binding outlives its last use, unless told otherwise. */
    public static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofMinutes(5);

    /** The least time between two sweeps of expired bindings, unless told otherwise. */
    public static final Duration DEFAULT_SWEEP_INTERVAL = Duration.ofSeconds(10);

    private final Pin pin;

    private SessionAffinityScorer(Pin pin) {
        this.pin = pin;
    }

    /** Reads the endpoint's token from the header {@value #TOKEN_HEADER}. */
    public static SessionAffinityScorer byToken() {
        return byToken(TOKEN_HEADER);
    }

    /**
     * Reads the endpoint's token from a header.
     *
     * @param header its name, in any case; not blank
     */
    public static SessionAffinityScorer byToken(String header) {
        return new SessionAffinityScorer(new TokenPin(lowerCase(header)));
    }

    /** Binds sessions to endpoints by session id, with the usual sources and limits. */
    public static SessionAffinityScorer bySessionId() {
        return sessionIds().build();
    }

    /** Starts a scorer that binds sessions to endpoints by session id. */
    public static SessionIds sessionIds() {
        return new SessionIds();
    }

    /** Returns an endpoint's token: the Base64 of its id in UTF-8. A host writes it into the response's header. */
    public static String token(Endpoint endpoint) {
        return Base64.getEncoder().encodeToString(endpoint.id().getBytes(UTF_8));
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        return pin.reads();
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        int size = candidates.size();
        int pinned = pin.slot(cycle);
        boolean found = false;
        for (int i = 0; i < size; i++) {
            boolean here = candidates.slot(i) == pinned;
            found |= here;
            scores[i] = here ? 1 : 0;
        }
        if (!found) {
            Arrays.fill(scores, 0, size, NEUTRAL);
        }
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        pin.dispatched(cycle, dispatch);
    }

    @Override
    public void maintain(long now) {
        pin.maintain(now);
    }

    @Override
    public long nextDeadline() {
        return pin.nextDeadline();
    }

    private static String lowerCase(String header) {
        if (requireNonNull(header, "header").isBlank()) {
            throw new IllegalArgumentException("header: must not be blank.\nMaybe leave it out; " + TOKEN_HEADER
                    + " carries tokens and " + SESSION_HEADER + " session ids then.");
        }
        return header.toLowerCase(Locale.ROOT);
    }

    /** A way to know which endpoint a request's session belongs to. */
    private interface Pin {
        /** Returns the slot of that endpoint, or -1. */
        int slot(SchedulingCycle cycle);

        default Set<DataKey> reads() {
            return Set.of();
        }

        default void dispatched(SchedulingCycle cycle, Dispatch dispatch) {}

        default void maintain(long now) {}

        default long nextDeadline() {
            return Long.MAX_VALUE;
        }
    }

    private record TokenPin(String header) implements Pin {
        @Override
        public int slot(SchedulingCycle cycle) {
            String token = cycle.request().headers().first(header);
            if (token == null || token.isEmpty()) {
                return -1;
            }
            try {
                return cycle.fleet().slotOf(new String(Base64.getDecoder().decode(token), UTF_8));
            } catch (IllegalArgumentException notBase64) {
                return -1; // A client may send anything.
            }
        }
    }

    /**
     * Binds sessions by id.
     *
     * @param profile whose leg is bound, or null for the primary one
     */
    private record SessionPin(
            List<Source> sources,
            Set<DataKey> reads,
            @Nullable String profile,
            SessionBindings bindings) implements Pin {
        @Override
        public int slot(SchedulingCycle cycle) {
            String session = session(cycle);
            return session == null ? -1 : bindings.slot(session, cycle.fleet(), cycle.now());
        }

        @Override
        public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
            String session = session(cycle);
            Leg leg = leg(dispatch);
            if (session != null && leg != null) {
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
    public static final class SessionIds {
        private final List<Source> sources = new ArrayList<>();
        private final List<DataKey> reads = new ArrayList<>();
        private @Nullable String profile;
        private long timeToLiveNanos = DEFAULT_TIME_TO_LIVE.toNanos();
        private long sweepIntervalNanos = DEFAULT_SWEEP_INTERVAL.toNanos();
        private int capacity = DEFAULT_CAPACITY;

        private SessionIds() {}

        /**
         * Adds a header as a source; sources are tried in the order in which they were added, and replace the usual ones.
         *
         * @param name its name, in any case; not blank
         */
        public SessionIds header(String name) {
            sources.add(Source.header(lowerCase(name)));
            return this;
        }

        /** Adds a request attribute as a source; sources are tried in order, and replace the usual ones. */
        public SessionIds attribute(AttributeKey<String> key) {
            sources.add(Source.attribute(requireNonNull(key, "key")));
            reads.add(key);
            return this;
        }

        /** Sets the profile whose leg a session is bound to; the primary leg unless set. */
        public SessionIds profile(String name) {
            this.profile = requireNonNull(name, "name");
            return this;
        }

        /** Sets how long a binding outlives its last use; positive, and endless from 292 years on. */
        public SessionIds timeToLive(Duration time) {
            this.timeToLiveNanos = positive("timeToLive", time);
            return this;
        }

        /**
         * Sets the least time between two sweeps of expired bindings, which are ignored in any case; positive, and endless
         * from 292 years on.
         */
        public SessionIds sweepInterval(Duration time) {
            this.sweepIntervalNanos = positive("sweepInterval", time);
            return this;
        }

        /** Sets how many sessions are bound at most; at least 1. */
        public SessionIds capacity(int sessions) {
            if (sessions < 1) {
                throw new IllegalArgumentException("capacity: must be at least 1, but was " + sessions
                        + ".\nMaybe leave it out; " + DEFAULT_CAPACITY + " is used then.");
            }
            this.capacity = sessions;
            return this;
        }

        /** Builds the scorer. */
        public SessionAffinityScorer build() {
            if (sources.isEmpty()) {
                attribute(Session.ID);
                sources.add(cycle -> cycle.request().objectives().sessionId());
                header(SESSION_HEADER);
            }
            return new SessionAffinityScorer(new SessionPin(
                    List.copyOf(sources),
                    reads.stream().collect(Collectors.toUnmodifiableSet()),
                    profile,
                    new SessionBindings(capacity, timeToLiveNanos, sweepIntervalNanos)));
        }

        private static long positive(String name, Duration time) {
            return Times.positiveNanos(name, time, "Maybe leave it out; there is a default.");
        }
    }
}
