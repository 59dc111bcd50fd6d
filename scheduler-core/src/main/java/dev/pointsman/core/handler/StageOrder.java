// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** In which order the stages of a request find their endpoints. */
public enum StageOrder {
    /** Decode, then encode, then prefill; deciders know where the request is decoded. */
    DECODE_FIRST,

    /** Prefill, then encode, then decode, which can then stay near the prefill. */
    PREFILL_FIRST;

    /** Reads llm-d's spellings: decode-first, DecodeFirst, decode_first and decode; null if it is none of them. */
    static @Nullable StageOrder of(String text) {
        return switch (text.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT)) {
            case "", "decode", "decodefirst" -> DECODE_FIRST;
            case "prefill", "prefillfirst" -> PREFILL_FIRST;
            default -> null;
        };
    }
}
