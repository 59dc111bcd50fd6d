// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Maintained;
import dev.pointsman.api.plugin.ResponseDecorator;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.session.Pin;
import dev.pointsman.core.internal.session.SessionPin;
import dev.pointsman.core.internal.session.TokenPin;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * Keeps the turns of a conversation on one endpoint: if the endpoint that the session is pinned to is a candidate it is the only
 * one kept, and otherwise all are (llm-d's {@code session-affinity-filter}, and {@code multicluster-session-affinity-filter} for
 * endpoints that are clusters). There are two ways to know the endpoint, as for the {@linkplain
 * dev.pointsman.core.scorer.SessionAffinityScorer scorer} of that name, which prefers the endpoint and does not insist:
 *
 * <ul>
 *   <li><b>By token</b>: the client sends a header whose value is the Base64 of the endpoint's id. {@link
 *       Dispatch#responseHeaders()} has the header for the response, with the token of the endpoint that answers.
 *   <li><b>By session id</b>: a session is bound to the endpoint that its first request was dispatched to, until that endpoint
 *       leaves the fleet or the session is idle for too long. Bindings are bounded in number; the longest unused gives way.
 * </ul>
 *
 * <p><b>Departures from llm-d.</b> llm-d's token encodes {@code namespace/name}; here it encodes the endpoint's id, which is the
 * same if the host names endpoints so. llm-d reads session ids from one header only, unless told otherwise; here what a
 * producer or the host says comes first. llm-d binds a session anew when its endpoint was not among a request's candidates;
 * here only when that endpoint is gone, because whatever keeps it out of one request should not throw away its cache.
 *
 * <p>Thread-safe. O(candidates). By session id it allocates nothing when filtering; by token, only the decoded token.
 */
public final class SessionAffinityFilter implements Filter, SchedulingObserver, Maintained, ResponseDecorator {
    private final Pin pin;

    SessionAffinityFilter(Pin pin) {
        this.pin = pin;
    }

    /** Reads the endpoint's token from the header {@code x-session-token}, and writes it there. */
    public static SessionAffinityFilter byToken() {
        return byToken(TokenPin.HEADER);
    }

    /**
     * Reads the endpoint's token from a header, and writes it there.
     *
     * @param header its name, in any case; not blank
     */
    public static SessionAffinityFilter byToken(String header) {
        return new SessionAffinityFilter(TokenPin.named(header));
    }

    /** Binds sessions to endpoints by session id, with the usual sources and limits. */
    public static SessionAffinityFilter bySessionId() {
        return sessionIds().build();
    }

    /** Starts a filter that binds sessions to endpoints by session id. */
    public static SessionIds sessionIds() {
        return new SessionIds();
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        return pin.reads();
    }

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        int position = position(pin.slot(cycle), candidates);
        if (position < 0) {
            return;
        }
        for (int i = 0; i < candidates.size(); i++) {
            if (i != position) {
                candidates.remove(i);
            }
        }
    }

    private static int position(int slot, CandidateSet candidates) {
        for (int i = 0; slot >= 0 && i < candidates.size(); i++) {
            if (candidates.slot(i) == slot) {
                return i;
            }
        }
        return -1;
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

        /** Sets how long a binding outlives its last use; positive, 5 minutes at first, and endless from 292 years on. */
        public SessionIds timeToLive(Duration time) {
            pin.timeToLive(time);
            return this;
        }

        /** Sets the least time between two sweeps of expired bindings; positive, 10 seconds at first. */
        public SessionIds sweepInterval(Duration time) {
            pin.sweepInterval(time);
            return this;
        }

        /** Sets how many sessions are bound at most; at least 1, 65,536 at first. */
        public SessionIds capacity(int sessions) {
            pin.capacity(sessions);
            return this;
        }

        /** Builds the filter. */
        public SessionAffinityFilter build() {
            return new SessionAffinityFilter(pin.build(Semantics.CORRECTED));
        }
    }
}
