// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.Maintained;
import dev.pointsman.api.plugin.ResponseDecorator;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.session.Pin;
import dev.pointsman.core.internal.session.SessionPin;
import dev.pointsman.core.internal.session.TokenPin;
import dev.pointsman.core.producer.SessionIdProducer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/**
 * Keeps the turns of a conversation on one endpoint: 1 for the endpoint that the session is pinned to, 0 for the others
 * (llm-d's {@code session-affinity-scorer}). There are two ways to know the endpoint:
 *
 * <ul>
 *   <li><b>By token</b>, which keeps nothing here: the client sends a header whose value is the endpoint's {@linkplain
 *       #token token}. The response brings it the token of the endpoint that answers, in the same header
 *       ({@link Dispatch#responseHeaders()}).
 *   <li><b>By session id</b>: a session is bound to the endpoint that its first request was dispatched to, until that
 *       endpoint leaves the fleet or the session is idle for too long. Bindings are bounded in number; the longest unused
 *       one gives way. A session id of more than {@value SessionIdProducer#MAX_LENGTH} characters is never bound.
 * </ul>
 *
 * <p><b>Failover.</b> A {@linkplain Dispatch#failover() failover} does not move the binding: one failed answer need not mean
 * that the endpoint and its cache are lost, so the session's next request prefers it again. An endpoint that is down should
 * leave the fleet; then the session is bound anew, to the endpoint that its next request is dispatched to.
 *
 * <p><b>Departures from llm-d</b>, of which {@link Semantics#LLM_D} keeps only that about tokens. llm-d gives all candidates 0 if none of them is pinned; here all score neutral, which
 * ranks the same and does not look like a fault of the candidates. llm-d's token encodes {@code namespace/name}; here it
 * encodes {@link Endpoint#id()}, which is the same if the host names endpoints so. llm-d reads session ids from the header
 * {@value #SESSION_HEADER} only, unless told otherwise; here what a producer ({@link Session#ID}) or the host ({@link
 * dev.pointsman.api.request.Objectives#sessionId()}) says comes first. llm-d binds a session anew when its endpoint was not
 * among a request's candidates; here only when that endpoint is gone, because a filter that keeps it out of one request
 * should not throw away its cache.
 *
 * <p>Thread-safe. O(candidates). By session id it allocates nothing when scoring; by token, only the decoded token.
 */
public final class SessionAffinityScorer implements Scorer, SchedulingObserver, ResponseDecorator, Maintained {
    /** The header that carries tokens, unless told otherwise. */
    public static final String TOKEN_HEADER = TokenPin.HEADER;

    /** The header that carries session ids, unless told otherwise. */
    public static final String SESSION_HEADER = SessionPin.HEADER;

    /**
     * How many sessions are bound at most, unless told otherwise. That many take some 11 MB with ids of 36 characters (a
     * UUID), and some 42 MB with ids of {@value SessionIdProducer#MAX_LENGTH}, the longest that are bound (75 MB if these
     * have characters beyond Latin-1).
     */
    public static final int DEFAULT_CAPACITY = SessionPin.DEFAULT_CAPACITY;

    /** How long a binding outlives its last use, unless told otherwise. */
    public static final Duration DEFAULT_TIME_TO_LIVE = SessionPin.DEFAULT_TIME_TO_LIVE;

    /** The least time between two sweeps of expired bindings, unless told otherwise. */
    public static final Duration DEFAULT_SWEEP_INTERVAL = SessionPin.DEFAULT_SWEEP_INTERVAL;

    private final Pin pin;
    private final double unpinned;

    SessionAffinityScorer(Pin pin, Semantics semantics) {
        this.pin = pin;
        this.unpinned = semantics == Semantics.LLM_D ? 0 : NEUTRAL;
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
        return new SessionAffinityScorer(TokenPin.named(header), Semantics.CORRECTED);
    }

    /** Binds sessions to endpoints by session id, with the usual sources and limits. */
    public static SessionAffinityScorer bySessionId() {
        return sessionIds().build();
    }

    /** Starts a scorer that binds sessions to endpoints by session id. */
    public static SessionIds sessionIds() {
        return new SessionIds();
    }

    /** Returns an endpoint's token: the Base64 of its id in UTF-8. The response brings it, in the same header. */
    public static String token(Endpoint endpoint) {
        return TokenPin.token(endpoint);
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
            Arrays.fill(scores, 0, size, unpinned);
        }
        if (pinned >= 0) {
            pin.seen(cycle, found);
        }
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        pin.dispatched(cycle, dispatch);
    }

    @Override
    public void decorate(Dispatch dispatch, Map<String, String> headers) {
        pin.decorate(dispatch, headers);
    }

    @Override
    public void maintain(long now) {
        pin.maintain(now);
    }

    @Override
    public long nextDeadline() {
        return pin.nextDeadline();
    }

    /** Collects how sessions are known and for how long they are bound; not thread-safe. */
    public static final class SessionIds {
        private final SessionPin.Builder pin = SessionPin.builder();

        private SessionIds() {}

        /**
         * Adds a header as a source; sources are tried in the order in which they were added, and replace the usual ones.
         *
         * @param name its name, in any case; not blank
         */
        public SessionIds header(String name) {
            pin.header(name);
            return this;
        }

        /** Adds a request attribute as a source; sources are tried in order, and replace the usual ones. */
        public SessionIds attribute(AttributeKey<String> key) {
            pin.attribute(key);
            return this;
        }

        /** Sets the profile whose leg a session is bound to; the primary leg unless set. */
        public SessionIds profile(String name) {
            pin.profile(name);
            return this;
        }

        /** Sets how long a binding outlives its last use; positive, and endless from 292 years on. */
        public SessionIds timeToLive(Duration time) {
            pin.timeToLive(time);
            return this;
        }

        /**
         * Sets the least time between two sweeps of expired bindings, which are ignored in any case; positive, and endless
         * from 292 years on.
         */
        public SessionIds sweepInterval(Duration time) {
            pin.sweepInterval(time);
            return this;
        }

        /** Sets how many sessions are bound at most; at least 1. */
        public SessionIds capacity(int sessions) {
            pin.capacity(sessions);
            return this;
        }

        /** Builds the scorer. */
        public SessionAffinityScorer build() {
            return new SessionAffinityScorer(pin.build(Semantics.CORRECTED), Semantics.CORRECTED);
        }
    }
}
