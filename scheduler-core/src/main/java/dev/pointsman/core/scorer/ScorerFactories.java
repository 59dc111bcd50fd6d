// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import dev.pointsman.core.internal.session.PinParameters;
import dev.pointsman.core.internal.session.SessionPin;
import dev.pointsman.core.scorer.attribute.AttributeScorerFactories;
import dev.pointsman.core.scorer.label.LabelScorerFactories;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The built-in scorers by type name, for the engine to register; a host names them in a configuration.
 *
 * <p>Where llm-d quietly takes its default for a number out of range, so does {@link Semantics#LLM_D} here; with our own
 * semantics such a number is an error.
 */
public final class ScorerFactories {
    private static final String PREFIX_PRODUCER = "prefixMatchInfoProducerName";
    private static final String LOAD_PRODUCER = "inFlightLoadProducerName";
    private static final String THRESHOLD = "threshold";
    private static final String IDLE_THRESHOLD = "idleThreshold";
    private static final String MAX_BUSY_SCORE = "maxBusyScore";
    private static final String QUEUE_THRESHOLD = "queueThresholdTokens";
    private static final String LENGTH_WEIGHT = "matchLengthWeight";
    private static final String LENGTH_SCALE = "matchLengthScaleTokens";
    private static final String LRU_SIZE = "lruSize";
    private static final int DEFAULT_LRU_SIZE = 1024;

    private static final List<PluginFactory> CORRECTED = new ScorerFactories(Semantics.CORRECTED).make();
    private static final List<PluginFactory> LLM_D = new ScorerFactories(Semantics.LLM_D).make();

    private final Semantics semantics;
    private final boolean lenient;

    private ScorerFactories(Semantics semantics) {
        this.semantics = semantics;
        this.lenient = semantics == Semantics.LLM_D;
    }

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
        return semantics == Semantics.LLM_D ? LLM_D : CORRECTED;
    }

    private List<PluginFactory> make() {
        return Stream.of(
                        metrics(),
                        load(),
                        caches(),
                        AttributeScorerFactories.all(semantics),
                        LabelScorerFactories.all(semantics))
                .flatMap(List::stream)
                .toList();
    }

    private List<PluginFactory> metrics() {
        return List.of(
                BuiltInFactory.of(
                        "queue-scorer",
                        "Prefers short engine queues, relative to the other candidates.",
                        () -> new QueueScorer(semantics)),
                BuiltInFactory.of(
                        "running-requests-size-scorer",
                        "Prefers small running batches, relative to the other candidates.",
                        () -> new RunningRequestsSizeScorer(semantics)),
                BuiltInFactory.of(
                        "kv-cache-utilization-scorer",
                        "Prefers endpoints whose KV cache is less used.",
                        () -> new KvCacheUtilizationScorer(semantics)),
                BuiltInFactory.of(
                        "lora-affinity-scorer",
                        "Prefers endpoints that can run the request's LoRA adapter at once.",
                        () -> new LoraAffinityScorer(semantics)),
                BuiltInFactory.of(
                        "load-aware-scorer",
                        "Prefers short engine queues on a fixed scale; the best score is 0.5.",
                        List.of(whole(
                                THRESHOLD,
                                LoadAwareScorer.DEFAULT_THRESHOLD,
                                1,
                                "Waiting requests from which the score is 0.")),
                        parameters -> new LoadAwareScorer(
                                (int) whole(parameters, THRESHOLD, LoadAwareScorer.DEFAULT_THRESHOLD, 1), semantics)));
    }

    private List<PluginFactory> load() {
        ParameterSpec producer = optional(
                LOAD_PRODUCER,
                ParameterSpec.Type.STRING,
                InFlightLoad.PRODUCER,
                "Taken for llm-d's sake; the scheduler itself counts load.");
        ParameterSpec busyScore = optional(
                MAX_BUSY_SCORE, ParameterSpec.Type.NUMBER, "1.0", "The score that a busy endpoint approaches.");
        return List.of(
                BuiltInFactory.of(
                        "active-request-scorer",
                        "Prefers endpoints with few requests of this scheduler in flight.",
                        List.of(
                                whole(IDLE_THRESHOLD, 0, 0, "Requests in flight up to which an endpoint is idle."),
                                lenient ? busyScore : busyScore.between(0, 1),
                                producer),
                        this::activeRequest),
                BuiltInFactory.of(
                        "token-load-scorer",
                        "Prefers endpoints with little work in flight, in tokens.",
                        List.of(
                                whole(
                                        QUEUE_THRESHOLD,
                                        TokenLoadScorer.DEFAULT_THRESHOLD,
                                        1,
                                        "Tokens in flight from which the score is 0."),
                                producer),
                        this::tokenLoad));
    }

    private List<PluginFactory> caches() {
        ParameterSpec producer = optional(
                PREFIX_PRODUCER,
                ParameterSpec.Type.STRING,
                PrefixMatch.DEFAULT_PRODUCER,
                "The prefix producer whose matches count.");
        List<ParameterSpec> prefixParameters = List.of(
                producer,
                optional(
                                LENGTH_WEIGHT,
                                ParameterSpec.Type.NUMBER,
                                "0.0",
                                "Weight of the match's length beside its share of the prompt.")
                        .between(0, 1),
                optional(
                                LENGTH_SCALE,
                                ParameterSpec.Type.INTEGER,
                                Integer.toString(PrefixCacheScorer.DEFAULT_SCALE_TOKENS),
                                "Matched tokens that count in full; at least 1 if matchLengthWeight is above 0.")
                        .between(lenient ? Integer.MIN_VALUE : 0, Integer.MAX_VALUE));
        return List.of(
                BuiltInFactory.of(
                        "prefix-cache-scorer",
                        "Prefers endpoints that hold more of the prompt's prefix in their KV cache.",
                        prefixParameters,
                        this::prefixCache),
                BuiltInFactory.of(
                        "multicluster-prefix-cache-scorer",
                        "Prefers clusters that hold more of the prompt's prefix, as prefix-cache-scorer prefers endpoints.",
                        prefixParameters,
                        this::prefixCache),
                BuiltInFactory.of(
                        "no-hit-lru-scorer",
                        "Spreads requests that nobody has cached: who got one longest ago scores best.",
                        List.of(
                                producer,
                                whole(
                                        LRU_SIZE,
                                        DEFAULT_LRU_SIZE,
                                        1,
                                        lenient
                                                ? "How many endpoints are remembered."
                                                : "Taken for llm-d's sake; here each endpoint is remembered while it"
                                                        + " lives.")),
                        this::noHitLru),
                BuiltInFactory.of(
                        "session-affinity-scorer",
                        "Prefers the endpoint that served the session before.",
                        PinParameters.ALL,
                        this::sessionAffinity));
    }

    private ActiveRequestScorer activeRequest(Parameters parameters) {
        parameters.string(LOAD_PRODUCER); // Checked, so that a typing error is still found.
        double all = lenient ? Double.MAX_VALUE : 1;
        double busyScore = parameters.number(MAX_BUSY_SCORE, 1, lenient ? -all : 0, all);
        return new ActiveRequestScorer(
                whole(parameters, IDLE_THRESHOLD, 0, 0), busyScore >= 0 && busyScore <= 1 ? busyScore : 1, semantics);
    }

    private TokenLoadScorer tokenLoad(Parameters parameters) {
        parameters.string(LOAD_PRODUCER); // Checked, so that a typing error is still found.
        return new TokenLoadScorer(whole(parameters, QUEUE_THRESHOLD, TokenLoadScorer.DEFAULT_THRESHOLD, 1), semantics);
    }

    private PrefixCacheScorer prefixCache(Parameters parameters) {
        double weight = parameters.number(LENGTH_WEIGHT, 0, 0, 1);
        long scale = parameters.integer(
                LENGTH_SCALE,
                PrefixCacheScorer.DEFAULT_SCALE_TOKENS,
                lenient ? Integer.MIN_VALUE : 0,
                Integer.MAX_VALUE);
        if (weight > 0 && scale < 1) {
            throw parameters.error(
                    LENGTH_SCALE,
                    "must be at least 1 with a matchLengthWeight above 0",
                    "Maybe leave it out; " + PrefixCacheScorer.DEFAULT_SCALE_TOKENS + " is used then.");
        }
        return new PrefixCacheScorer(semantics)
                .readingFrom(producer(parameters))
                .withMatchLength(weight, (int) scale);
    }

    private NoHitLruScorer noHitLru(Parameters parameters) {
        int size = (int) whole(parameters, LRU_SIZE, DEFAULT_LRU_SIZE, 1);
        return semantics == Semantics.LLM_D
                ? NoHitLruScorer.asLlmD(producer(parameters), size)
                : new NoHitLruScorer(producer(parameters));
    }

    private SessionAffinityScorer sessionAffinity(Parameters parameters) {
        UnaryOperator<SessionPin.Builder> llmD = SessionPin.Builder::movesIfUnseen;
        return new SessionAffinityScorer(
                PinParameters.pin(parameters, semantics, lenient ? llmD : UnaryOperator.identity()), semantics);
    }

    /** An empty name is the default one's, as in llm-d. */
    private static String producer(Parameters parameters) {
        String name = parameters.string(PREFIX_PRODUCER, "");
        return name.isEmpty() ? PrefixMatch.DEFAULT_PRODUCER : name;
    }

    private ParameterSpec whole(String name, long fallback, long minimum, String description) {
        return optional(name, ParameterSpec.Type.INTEGER, Long.toString(fallback), description)
                .between(lenient ? Integer.MIN_VALUE : (double) minimum, Integer.MAX_VALUE);
    }

    private long whole(Parameters parameters, String name, long fallback, long minimum) {
        long value = parameters.integer(name, fallback, lenient ? Integer.MIN_VALUE : minimum, Integer.MAX_VALUE);
        return value < minimum ? fallback : value;
    }
}
