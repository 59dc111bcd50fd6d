// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.request.InferenceRequest;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which conversation a request belongs to, so that scorers can keep a conversation on one endpoint.
 *
 * <p>A session id that the host set in the request's objectives wins; without one, a header or a cookie is read. An id that is
 * blank counts as none, and so does one of more than {@value #MAX_LENGTH} characters, since cutting it could make two
 * conversations one. Writes {@link Session#ID}, or nothing. Thread-safe.
 *
 * <p>Cookies are read as RFC 6265 (section 5.4) writes them, leniently: spaces around names and values and quotes around a
 * value are dropped, parts without {@code =} are passed over, the first cookie of the name counts, and only the first {@value
 * #MAX_COOKIES_LENGTH} characters of the header are looked at. Names are case-sensitive.
 */
public final class SessionIdProducer implements DataProducer {
    /** The longest session id that counts, in characters; scorers that keep ids bound their memory by it. */
    public static final int MAX_LENGTH = 512;

    private static final int MAX_COOKIES_LENGTH = 16_384;
    private static final String COOKIE = "cookie";

    /** In lower case; null for a producer that reads objectives only. */
    private final @Nullable String header;

    /** Null for a producer that takes the header's whole value. */
    private final @Nullable String cookie;

    private SessionIdProducer(@Nullable String header, @Nullable String cookie) {
        this.header = header;
        this.cookie = cookie;
    }

    /** Makes a producer that knows only the session ids that the host sets itself. */
    public static SessionIdProducer ofObjectives() {
        return new SessionIdProducer(null, null);
    }

    /**
     * Makes a producer that reads a header, such as {@code x-session-id}.
     *
     * @param name the header's name, in any case; not blank
     */
    public static SessionIdProducer ofHeader(String name) {
        return new SessionIdProducer(requireName("header", name).toLowerCase(Locale.ROOT), null);
    }

    /**
     * Makes a producer that reads a cookie.
     *
     * @param name the cookie's name, in exact case; not blank
     */
    public static SessionIdProducer ofCookie(String name) {
        return new SessionIdProducer(COOKIE, requireName("cookie", name));
    }

    @Override
    public Set<DataKey> produces() {
        return Set.of(Session.ID);
    }

    @Override
    public void produce(ProductionCycle cycle, Candidates candidates) {
        String id = sessionOf(cycle.request());
        if (id != null) {
            cycle.put(Session.ID, id);
        }
    }

    private @Nullable String sessionOf(InferenceRequest request) {
        String given = acceptable(request.objectives().sessionId());
        if (given != null || header == null) {
            return given;
        }
        String value = request.headers().first(header);
        return acceptable(value == null || cookie == null ? value : cookieIn(value, cookie));
    }

    private static @Nullable String acceptable(@Nullable String id) {
        if (id == null) {
            return null;
        }
        String stripped = id.strip();
        return stripped.isEmpty() || stripped.length() > MAX_LENGTH ? null : stripped;
    }

    private static @Nullable String cookieIn(String cookies, String name) {
        int end = Math.min(cookies.length(), MAX_COOKIES_LENGTH);
        for (int from = 0; from < end; ) {
            int semicolon = cookies.indexOf(';', from);
            int to = semicolon < 0 ? cookies.length() : semicolon;
            if (to > end) {
                return null; // the limit falls within this cookie
            }
            int equals = cookies.indexOf('=', from);
            if (equals >= 0
                    && equals < to
                    && cookies.substring(from, equals).strip().equals(name)) {
                return unquoted(cookies.substring(equals + 1, to).strip());
            }
            from = to + 1;
        }
        return null;
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    private static String requireName(String what, String name) {
        if (requireNonNull(name, "name").isBlank()) {
            throw new IllegalArgumentException(what + " name: must not be blank.\n"
                    + "Maybe use SessionIdProducer.ofObjectives() if requests bring their session ids themselves.");
        }
        return name.strip();
    }
}
