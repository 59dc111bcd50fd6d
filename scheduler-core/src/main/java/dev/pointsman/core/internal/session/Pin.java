// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.session;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.decision.Dispatch;
import java.util.Map;
import java.util.Set;

/** A way to know which endpoint a request's session belongs to; thread-safe. Plugins that hold one pass their calls on. */
public sealed interface Pin permits TokenPin, SessionPin {
    /** Returns the slot of the session's endpoint, whether it is a candidate or not, or -1 if the session has none. */
    int slot(SchedulingCycle cycle);

    /** Returns the data that it reads if somebody had it produced. */
    default Set<DataKey> reads() {
        return Set.of();
    }

    /** Notes whether the session's endpoint was among the candidates of the profile that ran last. */
    default void seen(SchedulingCycle cycle, boolean amongCandidates) {}

    /** Notes where a request went. */
    default void dispatched(SchedulingCycle cycle, Dispatch dispatch) {}

    /** Adds to a response what leads its client back. */
    default void decorate(Dispatch dispatch, Map<String, String> headers) {}

    /** Forgets sessions that were not used for too long. */
    default void maintain(long now) {}

    /** Returns when {@link #maintain} next has something to do. */
    default long nextDeadline() {
        return Long.MAX_VALUE;
    }
}
