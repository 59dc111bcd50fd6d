// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.recovery;

/**
 * When to audit, that is to ask an engine that has been quiet whether it said anything that did not arrive: soon after a new
 * connection, because what was published while it was made may have been missed, and now and then otherwise. Not thread-safe.
 */
public final class AuditClock {
    /** The quiet after which to audit a new connection. */
    private static final long SETTLING_NANOS = 2_000_000_000L;

    private final long quietNanos;
    private long lastHeard;
    private boolean settling;

    /**
     * Begins with something heard now.
     *
     * @param quietNanos the quiet after which to audit, at least 0; 0 for never
     * @param now the caller's time in nanoseconds
     */
    public AuditClock(long quietNanos, long now) {
        this.quietNanos = quietNanos;
        this.lastHeard = now;
    }

    /** Something was heard of the engine, or it was asked and had no more to say. */
    public void heard(long now) {
        lastHeard = now;
    }

    /** A connection was made: audit soon. */
    public void settling() {
        settling = true;
    }

    /** Nothing was missed while the connection was made, or an audit is under way that will tell. */
    public void settled() {
        settling = false;
    }

    /**
     * Tells whether it has been quiet for long enough.
     *
     * @param position how far this engine has come, in any measure: it takes up to a quarter off the quiet, not the same
     *     for all, so that a fleet that falls quiet at once is not asked at once
     * @param now the caller's time in nanoseconds
     */
    public boolean due(long position, long now) {
        if (quietNanos <= 0) {
            return false;
        }
        long most = settling ? Math.min(SETTLING_NANOS, quietNanos) : quietNanos;
        long mixed = position * 0x9e3779b97f4a7c15L;
        return now - lastHeard >= most - most / 1024 * (mixed >>> 56);
    }
}
