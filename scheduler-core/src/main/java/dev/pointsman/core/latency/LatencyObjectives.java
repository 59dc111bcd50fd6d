// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.request.RequestHeaders;
import java.time.Duration;

/** The times that a request is to keep: those of its objectives, or else of its {@linkplain RequestHeaders headers}. */
final class LatencyObjectives {
    /** Longer than any answer, and far from overflowing when times are added: 73 years. */
    private static final long LONGEST = Long.MAX_VALUE / 4;

    private LatencyObjectives() {}

    /** Returns the time to first token to keep, in nanoseconds; 0 for none. */
    static long ttftNanos(InferenceRequest request) {
        Duration target = request.objectives().ttftTarget();
        return target != null ? nanos(target) : RequestHeaders.ttftTargetNanos(request.headers());
    }

    /** Returns the time per output token to keep, in nanoseconds; 0 for none. */
    static long tpotNanos(InferenceRequest request) {
        Duration target = request.objectives().tpotTarget();
        return target != null ? nanos(target) : RequestHeaders.tpotTargetNanos(request.headers());
    }

    private static long nanos(Duration target) {
        return target.toSeconds() >= LONGEST / 1_000_000_000L ? LONGEST : target.toNanos();
    }
}
