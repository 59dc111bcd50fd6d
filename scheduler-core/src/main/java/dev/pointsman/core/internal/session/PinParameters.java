// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.session;

import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.Session;
import dev.pointsman.core.config.Semantics;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** The parameters that the session affinity plugins have in common (llm-d's names), and how a pin is made of them. */
public final class PinParameters {
    private static final Duration LEAST_TIME = Duration.ofMillis(1);
    private static final Duration MOST_TIME = Duration.ofDays(36_500);

    private static final ParameterSpec TOKEN =
            optional("header", ParameterSpec.Type.STRING, TokenPin.HEADER, "The header that carries the token.");
    private static final List<ParameterSpec> SESSION_ID = List.of(
            ParameterSpec.objects(
                    "sources",
                    "Where session ids are found, in the order of trying.",
                    optional("header", ParameterSpec.Type.STRING, null, "The header that carries the session id."),
                    optional(
                            "attribute",
                            ParameterSpec.Type.STRING,
                            null,
                            "The request attribute that holds the session id."),
                    optional(
                            "producer",
                            ParameterSpec.Type.STRING,
                            null,
                            "Who produces the attribute; " + Session.PRODUCER + " if left out.")),
            optional(
                            "evictionTtlSeconds",
                            ParameterSpec.Type.DURATION,
                            "300",
                            "How long a session outlives its last request.")
                    .between(seconds(LEAST_TIME), seconds(MOST_TIME)),
            optional("evictionSweepSeconds", ParameterSpec.Type.DURATION, "10", "The least time between two sweeps.")
                    .between(seconds(LEAST_TIME), seconds(MOST_TIME)),
            optional(
                            "maxSessions",
                            ParameterSpec.Type.INTEGER,
                            Integer.toString(SessionPin.DEFAULT_CAPACITY),
                            "How many sessions are bound at most.")
                    .between(1, Integer.MAX_VALUE));

    /** All of them, for a factory. */
    public static final List<ParameterSpec> ALL = List.of(
            optional(
                            "strategy",
                            ParameterSpec.Type.STRING,
                            "encoded_endpoint_header",
                            "How the endpoint is known: encoded_endpoint_header or session_id.")
                    .oneOf("encoded_endpoint_header", "session_id"),
            optional(
                            "encodedEndpointHeaderConfig",
                            ParameterSpec.Type.OBJECT,
                            null,
                            "For encoded_endpoint_header: header (x-session-token), which carries the token.")
                    .withFields(TOKEN),
            optional(
                            "sessionIdConfig",
                            ParameterSpec.Type.OBJECT,
                            null,
                            "For session_id: sources (a list, each a header, or an attribute and its producer),"
                                    + " evictionTtlSeconds (300), evictionSweepSeconds (10), maxSessions (65536).")
                    .withFields(SESSION_ID),
            optional(
                    "profileName",
                    ParameterSpec.Type.STRING,
                    null,
                    "For session_id: the profile whose choice a session is bound to; by default the primary one."));

    private PinParameters() {}

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }

    /**
     * Makes a pin.
     *
     * @param semantics whose usual sources of session ids are meant if none is given
     * @param adjustment what a pin by session id is told besides
     * @throws dev.pointsman.api.config.ParameterException if a parameter is wrong
     */
    public static Pin pin(Parameters parameters, Semantics semantics, UnaryOperator<SessionPin.Builder> adjustment) {
        String strategy = parameters.string("strategy", "encoded_endpoint_header");
        Parameters token = parameters.object("encodedEndpointHeaderConfig");
        Parameters sessionId = parameters.object("sessionIdConfig");
        SessionPin.Builder sessions = sessions(sessionId);
        if (parameters.has("profileName")) {
            sessions.profile(parameters.requiredString("profileName"));
        }
        return switch (strategy) {
            case "encoded_endpoint_header" ->
                TokenPin.named(token.has("header") ? token.requiredString("header") : TokenPin.HEADER);
            case "session_id" -> adjustment.apply(sessions).build(semantics);
            default ->
                throw parameters.error(
                        "strategy",
                        "must be encoded_endpoint_header or session_id",
                        "Maybe leave it out; encoded_endpoint_header is used then.");
        };
    }

    private static SessionPin.Builder sessions(Parameters config) {
        SessionPin.Builder sessions = SessionPin.builder()
                .timeToLive(
                        config.duration("evictionTtlSeconds", SessionPin.DEFAULT_TIME_TO_LIVE, LEAST_TIME, MOST_TIME))
                .sweepInterval(config.duration(
                        "evictionSweepSeconds", SessionPin.DEFAULT_SWEEP_INTERVAL, LEAST_TIME, MOST_TIME))
                .capacity((int) config.integer("maxSessions", SessionPin.DEFAULT_CAPACITY, 1, Integer.MAX_VALUE));
        for (Parameters source : config.objects("sources")) {
            if (source.has("header") == source.has("attribute")) {
                throw source.error(
                        "header", "must be given, or attribute, and not both", "Maybe make two sources of it.");
            }
            if (source.has("header")) {
                sessions.header(source.requiredString("header"));
            } else {
                sessions.attribute(new AttributeKey<>(
                        ownName(source.requiredString("attribute")),
                        source.string("producer", Session.PRODUCER),
                        String.class));
            }
        }
        return sessions;
    }

    /** Returns the name of an attribute here; llm-d writes that of the session id in one word. */
    private static String ownName(String attribute) {
        String letters = attribute.replaceAll("[-_.]", "").toLowerCase(Locale.ROOT);
        return letters.equals("sessionid") ? Session.ID.name() : attribute;
    }
}
