// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Target;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The headers by which whatever stands before the decoding model server learns where the other stages run. Both are always
 * said, and one without a leg is to be removed: what a client wrote there would send its prompt anywhere.
 */
final class LegHeaders {
    static final String PREFILL = "x-prefiller-host-port";
    static final String ENCODE = "x-encoder-hosts-ports";
    static final String DATA_PARALLEL = "x-data-parallel-host-port";

    private LegHeaders() {}

    /**
     * Writes both.
     *
     * @param headers takes a name and a value, where an empty value removes
     */
    static void write(BiConsumer<String, String> headers, @Nullable Leg prefill, @Nullable Leg encode) {
        headers.accept(
                PREFILL, prefill == null ? "" : prefill.target().endpoint().address());
        headers.accept(ENCODE, encode == null ? "" : addresses(encode));
    }

    private static String addresses(Leg leg) {
        String first = leg.target().endpoint().address();
        if (leg.fallbacks().isEmpty()) {
            return first;
        }
        StringBuilder all = new StringBuilder(first);
        for (Target further : leg.fallbacks()) {
            all.append(',').append(further.endpoint().address());
        }
        return all.toString();
    }
}
