// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The times that a request is to keep: those of its objectives, or else of llm-d's headers, which are in milliseconds. Of a header
 * and its older name the new one counts, even if it says 0.
 */
final class LatencyObjectives {
    private static final String TTFT_HEADER = "x-llm-d-slo-ttft-ms";
    private static final String TPOT_HEADER = "x-llm-d-slo-tpot-ms";
    private static final String OLD_TTFT_HEADER = "x-slo-ttft-ms";
    private static final String OLD_TPOT_HEADER = "x-slo-tpot-ms";

    private static final double NANOS_PER_MILLI = 1e6;
    /** Longer than any answer, and far from overflowing when times are added: 73 years. */
    private static final long LONGEST = Long.MAX_VALUE / 4;

    private LatencyObjectives() {}

    /** Returns the time to first token to keep, in nanoseconds; 0 for none. */
    static long ttftNanos(InferenceRequest request) {
        return nanos(request.objectives().ttftTarget(), request.headers(), TTFT_HEADER, OLD_TTFT_HEADER);
    }

    /** Returns the time per output token to keep, in nanoseconds; 0 for none. */
    static long tpotNanos(InferenceRequest request) {
        return nanos(request.objectives().tpotTarget(), request.headers(), TPOT_HEADER, OLD_TPOT_HEADER);
    }

    private static long nanos(@Nullable Duration target, HeaderLookup headers, String header, String oldHeader) {
        if (target != null) {
            return target.toSeconds() >= LONGEST / 1_000_000_000L ? LONGEST : target.toNanos();
        }
        String text = headers.first(header);
        if (text == null) {
            text = headers.first(oldHeader);
        }
        return text == null ? 0 : nanosOfMillis(text);
    }

    /** Reads a header's milliseconds; what is no number above 0 counts as none, since a caller's slip must not fail a request. */
    private static long nanosOfMillis(String text) {
        try {
            double nanos = Double.parseDouble(text.strip()) * NANOS_PER_MILLI;
            return nanos > 0 ? (long) Math.min(nanos, (double) LONGEST) : 0; // false for NaN
        } catch (NumberFormatException noNumber) {
            return 0;
        }
    }
}
