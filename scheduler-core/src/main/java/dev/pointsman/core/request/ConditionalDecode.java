// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.request;

import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.request.HeaderLookup;
import java.util.List;
import java.util.Locale;

/**
 * Lets a caller ask for an answer only if its prompt is cached where it would run: a request with the header {@code Prefer:
 * if-available} is refused as {@link dev.pointsman.api.decision.Rejection.Reason#NOT_CACHED}, 412, if no block of its prompt lies
 * on the endpoint chosen. A coordinator tries that first and falls back to a pipeline with a prefill of its own (llm-d's
 * conditional decode).
 *
 * <p>What is cached is what prefix producers say. llm-d asks the producer of the name {@value PrefixMatch#DEFAULT_PRODUCER} and no
 * other, so that a host with a precise index never has a hit; here it can be any. Where nothing is known, nothing is cached.
 *
 * <p>Immutable and thread-safe.
 *
 * @param producers names of the prefix producers to ask, of which one that knows a block is enough; empty to ask all that there are
 */
public record ConditionalDecode(List<String> producers) {
    /** Asks whichever prefix producers there are. */
    public static final ConditionalDecode BY_ANY = new ConditionalDecode(List.of());

    /** Asks as llm-d does. */
    public static final ConditionalDecode LLM_D = new ConditionalDecode(List.of(PrefixMatch.DEFAULT_PRODUCER));

    /** The header, in lower case. */
    public static final String HEADER = "prefer";

    private static final String TOKEN = "if-available";

    /** Longer headers are cut here; nobody's preferences are that long. */
    private static final int MAX_LENGTH = 8_192;

    /** Copies the list. */
    public ConditionalDecode {
        producers = List.copyOf(producers);
    }

    /**
     * Tells whether a request asks for it: one of the preferences, which commas separate, is {@code if-available}, in any case and
     * with any parameters. A comma or the token within quotes does not count.
     */
    public static boolean asksFor(HeaderLookup headers) {
        String value = headers.first(HEADER);
        return value != null && prefers(value);
    }

    private static boolean prefers(String value) {
        int end = Math.min(value.length(), MAX_LENGTH);
        boolean quoted = false;
        int from = 0;
        int parameters = -1;
        for (int i = 0; i < end; i++) {
            char c = value.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ';' && !quoted && parameters < 0) {
                parameters = i;
            } else if (c == ',' && !quoted) {
                if (isToken(value, from, parameters < 0 ? i : parameters)) {
                    return true;
                }
                from = i + 1;
                parameters = -1;
            }
        }
        return isToken(value, from, parameters < 0 ? end : parameters);
    }

    private static boolean isToken(String value, int from, int to) {
        return value.substring(from, to).strip().toLowerCase(Locale.ROOT).equals(TOKEN);
    }
}
