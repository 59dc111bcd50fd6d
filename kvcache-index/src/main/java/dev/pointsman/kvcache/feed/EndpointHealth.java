// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * How much an index may be trusted about one endpoint, and why. Scorers can discount what it says, and explanations
 * can tell "holds nothing" from "nobody knows".
 *
 * @param state how it stands
 * @param doubt what is wrong; null unless {@link State#DEGRADED}
 * @param since the caller's time, in nanoseconds, when this began
 * @param why one sentence for people
 */
public record EndpointHealth(State state, @Nullable Doubt doubt, long since, String why) {
    /** How an endpoint's part of the index stands. */
    public enum State {
        /** Nothing was heard of the endpoint yet. */
        COLD,

        /** The index equals what the engine said last. */
        FRESH,

        /** The engine is being asked for what was missed; until then the index is behind. */
        REPLAYING,

        /** The index may differ from the engine, and nobody is about to mend it. */
        DEGRADED
    }

    /** What is wrong, worst first. */
    public enum Doubt {
        /** Batches were lost, and no replay endpoint answers: blocks may be counted that are gone. */
        LOST_BATCHES(true),

        /** A batch, or something in it that may have been a removal, was unreadable: blocks may be counted that are gone. */
        UNREADABLE_BATCH(true),

        /** A replay failed: what was known was forgotten, and it is tried again after a cool-down. */
        REPLAY_FAILED(false),

        /** There is no connection: what changes meanwhile is not seen. */
        DISCONNECTED(true),

        /** Something may have been missed, and the next batch or a replay will tell. */
        UNVERIFIED(true),

        /**
         * The engine's history does not reach back to its start, or a store could not be read: blocks are missed, none is
         * invented.
         */
        MISSING_HISTORY(false);

        private final boolean mayOvercount;

        Doubt(boolean mayOvercount) {
            this.mayOvercount = mayOvercount;
        }

        /** Tells whether the index may count blocks that the endpoint does not hold; if not, it may only miss some. */
        public boolean mayOvercount() {
            return mayOvercount;
        }
    }

    /** Checks that there is a doubt exactly if the endpoint is degraded. */
    public EndpointHealth {
        requireNonNull(state, "state");
        requireNonNull(why, "why");
        if ((doubt != null) != (state == State.DEGRADED)) {
            throw new IllegalArgumentException("doubt: must be given exactly for a degraded endpoint, but was " + doubt
                    + " for " + state + ".\nMaybe the endpoint is degraded.");
        }
    }

    /** Tells whether the index equals what the engine said last. */
    public boolean fresh() {
        return state == State.FRESH;
    }
}
