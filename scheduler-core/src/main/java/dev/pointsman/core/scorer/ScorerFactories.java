// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.data.Session;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The built-in scorers by type name, for the engine to register; a host names them in a configuration. */
public final class ScorerFactories {
    private static final String PREFIX_PRODUCER = "prefixMatchInfoProducerName";
    private static final Duration LEAST_TIME = Duration.ofMillis(1);
    private static final Duration MOST_TIME = Duration.ofDays(36_500);

    private static final List<ParameterSpec> PREFIX_CACHE_PARAMETERS = List.of(
            text(PREFIX_PRODUCER, PrefixMatch.DEFAULT_PRODUCER, "The prefix producer whose matches count."),
            share("matchLengthWeight", "0.0", "Weight of the match's length beside its share of the prompt."),
            whole(
                    "matchLengthScaleTokens",
                    PrefixCacheScorer.DEFAULT_SCALE_TOKENS,
                    0,
                    "Matched tokens that count in full; at least 1 if matchLengthWeight is above 0."));
    private static final List<ParameterSpec> NO_HIT_LRU_PARAMETERS = List.of(
            text(PREFIX_PRODUCER, PrefixMatch.DEFAULT_PRODUCER, "The prefix producer whose matches count."),
            whole("lruSize", 1024, 1, "Taken for llm-d's sake; here each endpoint is remembered while it lives."));
    private static final List<ParameterSpec> SESSION_AFFINITY_PARAMETERS = List.of(
            text(
                    "strategy",
                    "encoded_endpoint_header",
                    "How the endpoint is known: encoded_endpoint_header or session_id."),
            object(
                    "encodedEndpointHeaderConfig",
                    "For encoded_endpoint_header: header (x-session-token), which carries the token."),
            object(
                    "sessionIdConfig",
                    "For session_id: sources (a list, each a header, or an attribute and its producer),"
                            + " evictionTtlSeconds (300), evictionSweepSeconds (10), maxSessions (65536)."),
            text(
                    "profileName",
                    null,
                    "For session_id: the profile whose choice a session is bound to; by default the primary one."));
    private static final List<ParameterSpec> TOKEN_PARAMETERS =
            List.of(text("header", SessionAffinityScorer.TOKEN_HEADER, "The header that carries the token."));
    private static final List<ParameterSpec> SESSION_ID_PARAMETERS = List.of(
            object("sources", "Where session ids are found, in the order of trying."),
            seconds("evictionTtlSeconds", "300", "How long a session outlives its last request."),
            seconds("evictionSweepSeconds", "10", "The least time between two sweeps."),
            whole("maxSessions", SessionAffinityScorer.DEFAULT_CAPACITY, 1, "How many sessions are bound at most."));
    private static final List<ParameterSpec> SOURCE_PARAMETERS = List.of(
            text("header", null, "The header that carries the session id."),
            text("attribute", null, "The request attribute that holds the session id."),
            text("producer", Session.PRODUCER, "Who produces the attribute."));

    private static final List<PluginFactory> ALL = List.of(
            BuiltInFactory.of(
                    "queue-scorer", "Prefers short engine queues, relative to the other candidates.", QueueScorer::new),
            BuiltInFactory.of(
                    "running-requests-size-scorer",
                    "Prefers small running batches, relative to the other candidates.",
                    RunningRequestsSizeScorer::new),
            BuiltInFactory.of(
                    "kv-cache-utilization-scorer",
                    "Prefers endpoints whose KV cache is less used.",
                    KvCacheUtilizationScorer::new),
            BuiltInFactory.of(
                    "lora-affinity-scorer",
                    "Prefers endpoints that can run the request's LoRA adapter at once.",
                    LoraAffinityScorer::new),
            BuiltInFactory.of(
                    "load-aware-scorer",
                    "Prefers short engine queues on a fixed scale; the best score is 0.5.",
                    List.of(whole(
                            "threshold",
                            LoadAwareScorer.DEFAULT_THRESHOLD,
                            1,
                            "Waiting requests from which the score is 0.")),
                    ScorerFactories::loadAware),
            BuiltInFactory.of(
                    "active-request-scorer",
                    "Prefers endpoints with few requests of this scheduler in flight.",
                    List.of(
                            whole("idleThreshold", 0, 0, "Requests in flight up to which an endpoint is idle."),
                            share("maxBusyScore", "1.0", "The score that a busy endpoint approaches.")),
                    ScorerFactories::activeRequest),
            BuiltInFactory.of(
                    "token-load-scorer",
                    "Prefers endpoints with little work in flight, in tokens.",
                    List.of(whole(
                            "queueThresholdTokens",
                            TokenLoadScorer.DEFAULT_THRESHOLD,
                            1,
                            "Tokens in flight from which the score is 0.")),
                    ScorerFactories::tokenLoad),
            BuiltInFactory.of(
                    "prefix-cache-scorer",
                    "Prefers endpoints that hold more of the prompt's prefix in their KV cache.",
                    PREFIX_CACHE_PARAMETERS,
                    ScorerFactories::prefixCache),
            BuiltInFactory.of(
                    "no-hit-lru-scorer",
                    "Spreads requests that nobody has cached: who got one longest ago scores best.",
                    NO_HIT_LRU_PARAMETERS,
                    ScorerFactories::noHitLru),
            BuiltInFactory.of(
                    "session-affinity-scorer",
                    "Prefers the endpoint that served the session before.",
                    SESSION_AFFINITY_PARAMETERS,
                    ScorerFactories::sessionAffinity));

    private ScorerFactories() {}

    /** Returns one factory for each type, with our own semantics; unmodifiable. */
    public static List<PluginFactory> all() {
        return all(Semantics.CORRECTED);
    }

    /**
     * Returns one factory for each type; unmodifiable.
     *
     * @param semantics whose reading of a type holds where llm-d's behaviour has a flaw
     */
    public static List<PluginFactory> all(Semantics semantics) {
        return ALL;
    }

    private static LoadAwareScorer loadAware(Parameters parameters) {
        return new LoadAwareScorer(
                (int) parameters.integer("threshold", LoadAwareScorer.DEFAULT_THRESHOLD, 1, Integer.MAX_VALUE));
    }

    private static ActiveRequestScorer activeRequest(Parameters parameters) {
        return new ActiveRequestScorer(
                parameters.integer("idleThreshold", 0, 0, Integer.MAX_VALUE),
                parameters.number("maxBusyScore", 1, 0, 1));
    }

    private static TokenLoadScorer tokenLoad(Parameters parameters) {
        return new TokenLoadScorer(
                parameters.integer("queueThresholdTokens", TokenLoadScorer.DEFAULT_THRESHOLD, 1, Integer.MAX_VALUE));
    }

    private static PrefixCacheScorer prefixCache(Parameters parameters) {
        double weight = parameters.number("matchLengthWeight", 0, 0, 1);
        long scale = parameters.integer(
                "matchLengthScaleTokens", PrefixCacheScorer.DEFAULT_SCALE_TOKENS, 0, Integer.MAX_VALUE);
        if (weight > 0 && scale < 1) {
            throw parameters.error(
                    "matchLengthScaleTokens",
                    "must be at least 1 with a matchLengthWeight above 0",
                    "Maybe leave it out; " + PrefixCacheScorer.DEFAULT_SCALE_TOKENS + " is used then.");
        }
        return new PrefixCacheScorer()
                .readingFrom(parameters.string(PREFIX_PRODUCER, PrefixMatch.DEFAULT_PRODUCER))
                .withMatchLength(weight, (int) scale);
    }

    private static NoHitLruScorer noHitLru(Parameters parameters) {
        parameters.integer("lruSize", 1024, 1, Integer.MAX_VALUE); // Checked, so that a typing error is still found.
        return new NoHitLruScorer(parameters.string(PREFIX_PRODUCER, PrefixMatch.DEFAULT_PRODUCER));
    }

    private static SessionAffinityScorer sessionAffinity(Parameters parameters) {
        String strategy = parameters.string("strategy", "encoded_endpoint_header");
        String profile = parameters.has("profileName") ? parameters.requiredString("profileName") : null;
        Parameters token = parameters.object("encodedEndpointHeaderConfig");
        Parameters sessionId = parameters.object("sessionIdConfig");
        ParameterSpec.checkNames(token, TOKEN_PARAMETERS);
        ParameterSpec.checkNames(sessionId, SESSION_ID_PARAMETERS);
        return switch (strategy) {
            case "encoded_endpoint_header" ->
                SessionAffinityScorer.byToken(
                        token.has("header") ? token.requiredString("header") : SessionAffinityScorer.TOKEN_HEADER);
            case "session_id" -> bySessionId(profile, sessionId);
            default ->
                throw parameters.error(
                        "strategy",
                        "must be encoded_endpoint_header or session_id",
                        "Maybe leave it out; encoded_endpoint_header is used then.");
        };
    }

    private static SessionAffinityScorer bySessionId(@Nullable String profile, Parameters config) {
        SessionAffinityScorer.SessionIds sessions = SessionAffinityScorer.sessionIds()
                .timeToLive(config.duration(
                        "evictionTtlSeconds", SessionAffinityScorer.DEFAULT_TIME_TO_LIVE, LEAST_TIME, MOST_TIME))
                .sweepInterval(config.duration(
                        "evictionSweepSeconds", SessionAffinityScorer.DEFAULT_SWEEP_INTERVAL, LEAST_TIME, MOST_TIME))
                .capacity((int)
                        config.integer("maxSessions", SessionAffinityScorer.DEFAULT_CAPACITY, 1, Integer.MAX_VALUE));
        if (profile != null) {
            sessions.profile(profile);
        }
        for (Parameters source : config.objects("sources")) {
            ParameterSpec.checkNames(source, SOURCE_PARAMETERS);
            if (source.has("header") == source.has("attribute")) {
                throw source.error(
                        "header", "must be given, or attribute, and not both", "Maybe make two sources of it.");
            }
            if (source.has("header")) {
                sessions.header(source.requiredString("header"));
            } else {
                sessions.attribute(new AttributeKey<>(
                        source.requiredString("attribute"), source.string("producer", Session.PRODUCER), String.class));
            }
        }
        return sessions.build();
    }

    private static ParameterSpec text(String name, @Nullable String fallback, String description) {
        return optional(name, ParameterSpec.Type.STRING, fallback, description);
    }

    private static ParameterSpec whole(String name, long fallback, long minimum, String description) {
        return optional(name, ParameterSpec.Type.INTEGER, Long.toString(fallback), description)
                .between((double) minimum, Integer.MAX_VALUE);
    }

    private static ParameterSpec share(String name, String fallback, String description) {
        return optional(name, ParameterSpec.Type.NUMBER, fallback, description).between(0, 1);
    }

    private static ParameterSpec seconds(String name, String fallback, String description) {
        return optional(name, ParameterSpec.Type.DURATION, fallback, description);
    }

    private static ParameterSpec object(String name, String description) {
        return optional(name, ParameterSpec.Type.OBJECT, null, description);
    }
}
