// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.transfer.TransferPath;
import java.time.Duration;

/**
 * A way for KV to take, as one line: {@code setup + bytes * nanosPerByte}. Immutable and thread-safe.
 *
 * @param setupNanos what it takes before the first byte flows; at least 0
 * @param nanosPerByte the reciprocal of the bandwidth that is reached; at least 0, infinite if nothing gets through
 */
public record KvLink(double setupNanos, double nanosPerByte) {
    /** Lets nothing through. */
    public static final KvLink NONE = new KvLink(0, Double.POSITIVE_INFINITY);

    private static final double PROBE_BYTES = 1e9;

    /** Checks the numbers. */
    public KvLink {
        if (!(setupNanos >= 0 && nanosPerByte >= 0)) {
            throw new IllegalArgumentException("link: needs a setup and a time per byte of at least 0, but got "
                    + setupNanos + " ns and " + nanosPerByte + " ns.\nMaybe something was subtracted twice.");
        }
    }

    /**
     * Makes a link of what it reaches.
     *
     * @param setup what it takes before the first byte flows
     * @param gigabytesPerSecond the bandwidth that is reached, in 10^9 bytes; 0 if there is no link
     */
    public static KvLink of(Duration setup, double gigabytesPerSecond) {
        if (!(gigabytesPerSecond >= 0)) {
            throw new IllegalArgumentException("gigabytesPerSecond: must be at least 0, but was " + gigabytesPerSecond
                    + ".\nMaybe 0, if there is no link.");
        }
        return gigabytesPerSecond == 0
                ? NONE
                : new KvLink(requireNonNull(setup, "setup").toNanos(), 1 / gigabytesPerSecond);
    }

    /** Makes a link of a path's likely times. */
    public static KvLink of(TransferPath path) {
        double setup = path.seconds(0).estimate();
        return new KvLink(setup * 1e9, (path.seconds(PROBE_BYTES).estimate() - setup) * 1e9 / PROBE_BYTES);
    }

    /** Tells whether anything gets through. */
    boolean open() {
        return nanosPerByte < Double.POSITIVE_INFINITY;
    }

    /** Returns how long some bytes take; no time at all for none. */
    double nanos(double bytes) {
        return bytes <= 0 ? 0 : setupNanos + bytes * nanosPerByte;
    }

    /** Returns the link that has the worse of both ends. */
    KvLink through(KvLink other) {
        if (setupNanos >= other.setupNanos && nanosPerByte >= other.nanosPerByte) {
            return this;
        }
        if (setupNanos <= other.setupNanos && nanosPerByte <= other.nanosPerByte) {
            return other;
        }
        return new KvLink(Math.max(setupNanos, other.setupNanos), Math.max(nanosPerByte, other.nanosPerByte));
    }
}
