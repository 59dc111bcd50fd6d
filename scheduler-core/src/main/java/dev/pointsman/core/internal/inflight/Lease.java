// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.inflight;

import org.jspecify.annotations.Nullable;

/**
 * What the sweeper holds of a dispatch: the dispatch until it ends, and when it last gave a sign of life. The prompt of a
 * dispatch that has ended is thus free to be collected, although its lease is swept only later. Thread-safe.
 */
public final class Lease {
    private volatile long lastSign;
    private volatile @Nullable ActiveDispatch dispatch;

    Lease(long now) {
        lastSign = now;
    }

    void attach(ActiveDispatch dispatch) {
        this.dispatch = dispatch;
    }

    /** Returns when it is over unless there is another sign of life; one beyond the clock's range is never over. */
    long overAt(long leaseNanos) {
        long sign = lastSign;
        long at = sign + leaseNanos;
        return at < sign ? Long.MAX_VALUE : at;
    }

    void sign(long now) {
        lastSign = now;
    }

    void end() {
        dispatch = null;
    }

    /** Returns the dispatch, or null if it has ended. */
    @Nullable
    ActiveDispatch dispatch() {
        return dispatch;
    }
}
