// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.data;

/**
 * The load that this scheduler has put on each endpoint and that has not ended. The engine keeps it; a scorer or filter
 * that consumes one of these columns sees, during one profile, the values read when the profile began.
 */
public final class InFlightLoad {
    /** The producer of these columns. */
    public static final String PRODUCER = "inflight-load-producer";

    /** Requests in flight on each endpoint, at least 0. */
    public static final LongColumnKey REQUESTS = new LongColumnKey("in-flight.requests", PRODUCER);

    /** Tokens of work in flight on each endpoint, at least 0. */
    public static final LongColumnKey TOKENS = new LongColumnKey("in-flight.tokens", PRODUCER);

    /** Tokens of work that this request would add to each endpoint, at least 0: what it could not reuse there. */
    public static final LongColumnKey REQUEST_TOKENS = new LongColumnKey("in-flight.request-tokens", PRODUCER);

    /**
     * Tokens of output that this request is expected to add, at least 0: the part of {@link #REQUEST_TOKENS} that stays in
     * flight after the first token, when the prompt has been read.
     */
    public static final AttributeKey<Long> EXPECTED_OUTPUT_TOKENS =
            new AttributeKey<>("in-flight.expected-output-tokens", PRODUCER, Long.class);

    private InFlightLoad() {}
}
