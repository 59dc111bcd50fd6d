// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.policy;

import dev.pointsman.replay.trace.TraceRequest;

/** Decides where each request of one replay runs. Used by one thread; may keep state from one request to the next. */
@FunctionalInterface
public interface ReplayPolicy extends AutoCloseable {
    /** What {@link #choose} returns to refuse a request. */
    int REJECTED = -1;

    /** What {@link #placed} is told in a replay without time. */
    long NO_TIME = -1;

    /**
     * Places a request. The fleet is as all earlier requests left it, those of the same instant included.
     *
     * @param request the request; its output length is not to be looked at
     * @param fleet the simulated fleet, valid during the call
     * @return 0 to {@code fleet.size() - 1}, or {@link #REJECTED}
     */
    int choose(TraceRequest request, FleetView fleet);

    /**
     * Hears what came of the placement just made.
     *
     * @param request the request
     * @param endpoint where it was placed
     * @param hitBlocks leading blocks that the endpoint's cache had
     * @param finishNanos when the server will have finished it, in nanoseconds of the trace's clock, or {@link #NO_TIME}
     */
    default void placed(TraceRequest request, int endpoint, int hitBlocks, long finishNanos) {}

    /** Ends the replay. */
    @Override
    default void close() {}
}
