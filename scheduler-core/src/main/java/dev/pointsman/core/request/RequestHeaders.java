// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.request;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Objectives;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Fills in what a request's headers say of its objectives: priority by name, fairness id, and the times to keep. What the host
 * has set itself stands: a priority other than 0, a fairness id, a target.
 *
 * <pre>{@code
 * RequestHeaders headers = new RequestHeaders(NamedObjectives.of(Map.of("batch", -1)), List.of());
 * InferenceRequest filled = headers.read(request);
 * }</pre>
 *
 * <p>The names are llm-d's; a new name beats its old alias. The fairness id is the header's, or else what an {@link AgentIdentity}
 * finds, or else there is none, which means {@value #DEFAULT_FLOW}. Headers come from callers: what is blank, is not a number above
 * 0 or is longer than {@value #MAX_LENGTH} characters counts as absent, and never fails a request.
 *
 * <p>Immutable and thread-safe. A handful of header look-ups; allocates only if there is something to fill in.
 */
public final class RequestHeaders {
    /** Whose share a request uses. */
    public static final String FAIRNESS_ID = "x-llm-d-inference-fairness-id";

    /** Which named objective a request has. */
    public static final String OBJECTIVE = "x-llm-d-inference-objective";

    /** Which model a request is for, whatever its body says. */
    public static final String MODEL_REWRITE = "x-llm-d-model-name-rewrite";

    /** The time to first token to keep, in milliseconds. */
    public static final String TTFT_MILLIS = "x-llm-d-slo-ttft-ms";

    /** The time per output token to keep, in milliseconds. */
    public static final String TPOT_MILLIS = "x-llm-d-slo-tpot-ms";

    /** What a request without a fairness id is counted under. */
    public static final String DEFAULT_FLOW = "default-flow";

    /** The longest value that counts, in characters. */
    public static final int MAX_LENGTH = 512;

    private static final String OLD_FAIRNESS_ID = "x-gateway-inference-fairness-id";
    private static final String OLD_OBJECTIVE = "x-gateway-inference-objective";
    private static final String OLD_TTFT_MILLIS = "x-slo-ttft-ms";
    private static final String OLD_TPOT_MILLIS = "x-slo-tpot-ms";

    private static final int MAX_NUMBER_LENGTH = 64;
    private static final double NANOS_PER_MILLI = 1e6;
    /** Longer than any answer, and far from overflowing when times are added: 73 years. */
    private static final double LONGEST_NANOS = Long.MAX_VALUE / 4.0;

    private final NamedObjectives objectives;
    private final List<AgentIdentity> identities;

    /**
     * Makes a reader.
     *
     * @param objectives what the names of objectives mean
     * @param identities what tells a fairness id where the header does not, the first that does
     */
    public RequestHeaders(NamedObjectives objectives, List<AgentIdentity> identities) {
        this.objectives = requireNonNull(objectives, "objectives");
        this.identities = List.copyOf(identities);
    }

    /** Returns the request with its objectives filled in; the same one if its headers add nothing. */
    public InferenceRequest read(InferenceRequest request) {
        HeaderLookup headers = request.headers();
        Objectives given = request.objectives();
        int priority =
                given.priority() != 0 ? given.priority() : objectives.priority(text(headers, OBJECTIVE, OLD_OBJECTIVE));
        String fairnessId = given.fairnessId() != null ? given.fairnessId() : fairnessId(headers);
        long ttft = given.ttftTarget() != null ? 0 : ttftTargetNanos(headers);
        long tpot = given.tpotTarget() != null ? 0 : tpotTargetNanos(headers);
        if (priority == given.priority() && Objects.equals(fairnessId, given.fairnessId()) && ttft == 0 && tpot == 0) {
            return request;
        }
        InferenceRequest.Builder filled =
                request.toBuilder(request.model()).priority(priority).fairnessId(fairnessId);
        if (ttft > 0) {
            filled.ttftTarget(Duration.ofNanos(ttft));
        }
        if (tpot > 0) {
            filled.tpotTarget(Duration.ofNanos(tpot));
        }
        return filled.build();
    }

    private @Nullable String fairnessId(HeaderLookup headers) {
        String explicit = text(headers, FAIRNESS_ID, OLD_FAIRNESS_ID);
        for (int i = 0; explicit == null && i < identities.size(); i++) {
            explicit = identities.get(i).identityIn(headers);
        }
        return explicit;
    }

    /** Returns the flow that a request is counted under: its fairness id, or {@value #DEFAULT_FLOW}. */
    public static String flowOf(InferenceRequest request) {
        String fairnessId = request.objectives().fairnessId();
        return fairnessId == null ? DEFAULT_FLOW : fairnessId;
    }

    /** Returns the time to first token that headers ask for, in nanoseconds; 0 for none. */
    public static long ttftTargetNanos(HeaderLookup headers) {
        return nanos(headers, TTFT_MILLIS, OLD_TTFT_MILLIS);
    }

    /** Returns the time per output token that headers ask for, in nanoseconds; 0 for none. */
    public static long tpotTargetNanos(HeaderLookup headers) {
        return nanos(headers, TPOT_MILLIS, OLD_TPOT_MILLIS);
    }

    /** Returns the model that a header names instead of the request's own, or null. */
    static @Nullable String modelRewrite(HeaderLookup headers) {
        return acceptable(headers.first(MODEL_REWRITE));
    }

    private static @Nullable String text(HeaderLookup headers, String name, String oldName) {
        String value = acceptable(headers.first(name));
        return value != null ? value : acceptable(headers.first(oldName));
    }

    private static @Nullable String acceptable(@Nullable String value) {
        return value == null || value.length() > MAX_LENGTH || value.isBlank() ? null : value.strip();
    }

    /** The new name counts if it is there at all: a caller says 0 to have no objective where a default was set by the old one. */
    private static long nanos(HeaderLookup headers, String name, String oldName) {
        String text = headers.first(name);
        if (text == null) {
            text = headers.first(oldName);
        }
        return text == null || text.length() > MAX_NUMBER_LENGTH ? 0 : nanosOfMillis(text.strip());
    }

    private static long nanosOfMillis(String text) {
        // Java would take 12d and 12f for numbers, which they are nowhere else.
        if (text.isEmpty() || !(text.endsWith(".") || Character.isDigit(text.charAt(text.length() - 1)))) {
            return 0;
        }
        try {
            double nanos = Double.parseDouble(text) * NANOS_PER_MILLI;
            return nanos >= 1 ? (long) Math.min(nanos, LONGEST_NANOS) : 0; // false for NaN
        } catch (NumberFormatException noNumber) {
            return 0;
        }
    }
}
