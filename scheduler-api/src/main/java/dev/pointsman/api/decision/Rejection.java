// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.decision;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.explain.Explanation;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was not scheduled, and when it may be worth trying again. Immutable.
 *
 * @param reason the kind of refusal
 * @param detail what refused and why, for people
 * @param plugin the plugin that refused, or null if the engine itself did
 * @param retryAfter when to come back, at least zero, or null if that is not known
 * @param explanation how it came about, or null if no explanation was asked for
 */
public record Rejection(
        Reason reason,
        String detail,
        @Nullable String plugin,
        @Nullable Duration retryAfter,
        @Nullable Explanation explanation)
        implements SchedulingOutcome {
    public Rejection {
        requireNonNull(reason, "reason");
        requireNonNull(detail, "detail");
        if (retryAfter != null && retryAfter.isNegative()) {
            throw new IllegalArgumentException("retryAfter: must not be negative, but was " + retryAfter
                    + ".\nMaybe leave it out; null says that nobody knows.");
        }
    }

    /**
     * Makes a rejection without a time to come back.
     *
     * @param reason the kind of refusal
     * @param detail what refused and why, for people
     * @param plugin the plugin that refused, or null
     */
    public static Rejection of(Reason reason, String detail, @Nullable String plugin) {
        return new Rejection(reason, detail, plugin, null, null);
    }

    /** Returns the same rejection with an explanation. */
    public Rejection explained(Explanation explanation) {
        return new Rejection(reason, detail, plugin, retryAfter, requireNonNull(explanation, "explanation"));
    }

    /** The kinds of refusal. */
    public enum Reason {
        /** The fleet has no endpoint, or every candidate left it while the request was being scheduled. */
        NO_ENDPOINTS(503),
        /** Screeners left no candidate. */
        SCREENED_OUT(503),
        /** A profile's filters left no candidate; the rejection names the filter that removed the last ones. */
        FILTERED_OUT(429),
        /** Admission refused the request, usually to shed load. */
        NOT_ADMITTED(429),
        /** Admission refused the request, and answers as llm-d does, whose denials reach the caller as internal errors. */
        ADMISSION_ERROR(500),
        /** The profile handler could not make a decision of the profiles' results. */
        NO_DECISION(503),
        /** The caller wanted an answer only if its prompt is cached already, and it is not. */
        NOT_CACHED(412),
        /** A screener failed, or any plugin did and the scheduler was told to fail fast. */
        PLUGIN_FAILED(500);

        private final int httpStatus;

        Reason(int httpStatus) {
            this.httpStatus = httpStatus;
        }

        /** Returns the HTTP status that suits this refusal (those of llm-d: 429 to shed, 503 for nowhere to go). */
        public int httpStatus() {
            return httpStatus;
        }
    }
}
