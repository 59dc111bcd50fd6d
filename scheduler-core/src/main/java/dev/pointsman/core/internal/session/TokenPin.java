// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.fleet.Endpoint;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;

/**
 * Knows a session's endpoint by a token that the client sends in a header, and that the response brought it before. Keeps
 * nothing; allocates only the decoded token.
 *
 * @param header the header's name in lower case, see {@link #named}
 */
public record TokenPin(String header) implements Pin {
    /** The header that carries tokens, unless told otherwise. */
    public static final String HEADER = "x-session-token";

    /**
     * Reads and writes tokens in a header.
     *
     * @param header its name, in any case; not blank
     */
    public static TokenPin named(String header) {
        return new TokenPin(lowerCase(header));
    }

    /** Returns an endpoint's token: the Base64 of its id in UTF-8. */
    public static String token(Endpoint endpoint) {
        return Base64.getEncoder().encodeToString(endpoint.id().getBytes(UTF_8));
    }

    @Override
    public int slot(SchedulingCycle cycle) {
        String token = cycle.request().headers().first(header);
        if (token == null || token.isEmpty()) {
            return -1;
        }
        try {
            return cycle.fleet().slotOf(new String(Base64.getDecoder().decode(token), UTF_8));
        } catch (IllegalArgumentException notBase64) {
            return -1; // A client may send anything.
        }
    }

    @Override
    public void decorate(Dispatch dispatch, Map<String, String> headers) {
        headers.put(header, token(dispatch.target()));
    }

    static String lowerCase(String header) {
        if (requireNonNull(header, "header").isBlank()) {
            throw new IllegalArgumentException("header: must not be blank.\nMaybe leave it out; " + HEADER
                    + " carries tokens and " + SessionPin.HEADER + " session ids then.");
        }
        return header.toLowerCase(Locale.ROOT);
    }
}
