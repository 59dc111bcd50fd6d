// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.fleet;

import org.jspecify.annotations.Nullable;

/**
 * Which stages of a request an endpoint serves when encode, prefill and decode are split.
 *
 * <p>The label values are llm-d's (label {@value #LABEL}).
 */
public enum Role {
    /** No role stated: serves whole requests, so it counts as decode, but takes no separate prefill or encode. */
    UNSPECIFIED(false, false, true),
    /** Prefill only. */
    PREFILL(false, true, false),
    /** Decode only. */
    DECODE(false, false, true),
    /** Multimodal encoding only. */
    ENCODE(true, false, false),
    /** Prefill and decode; llm-d also calls it {@code both}. */
    PREFILL_DECODE(false, true, true),
    /** Encode and prefill. */
    ENCODE_PREFILL(true, true, false),
    /** All three stages. */
    ENCODE_PREFILL_DECODE(true, true, true),
    /** A stated role that we do not know; serves no stage that a role filter asks for. */
    UNKNOWN(false, false, false);

    /** The label that states an endpoint's role. */
    public static final String LABEL = "llm-d.ai/role";

    private final boolean encodes;
    private final boolean prefills;
    private final boolean decodes;

    Role(boolean encodes, boolean prefills, boolean decodes) {
        this.encodes = encodes;
        this.prefills = prefills;
        this.decodes = decodes;
    }

    /** Tells whether the endpoint takes separate encode work. */
    public boolean encodes() {
        return encodes;
    }

    /** Tells whether the endpoint takes separate prefill work. */
    public boolean prefills() {
        return prefills;
    }

    /** Tells whether the endpoint decodes, which includes serving a request whole. */
    public boolean decodes() {
        return decodes;
    }

    /**
     * Reads a role label.
     *
     * @param value the label's value, or null if the endpoint has no such label
     */
    public static Role ofLabel(@Nullable String value) {
        if (value == null) {
            return UNSPECIFIED;
        }
        return switch (value) {
            case "prefill" -> PREFILL;
            case "decode" -> DECODE;
            case "encode" -> ENCODE;
            case "prefill-decode", "both" -> PREFILL_DECODE;
            case "encode-prefill" -> ENCODE_PREFILL;
            case "encode-prefill-decode" -> ENCODE_PREFILL_DECODE;
            default -> UNKNOWN;
        };
    }
}
