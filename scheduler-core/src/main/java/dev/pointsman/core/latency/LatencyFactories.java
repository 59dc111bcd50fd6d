// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static dev.pointsman.api.config.ParameterSpec.Type.BOOLEAN;
import static dev.pointsman.api.config.ParameterSpec.Type.DURATION;
import static dev.pointsman.api.config.ParameterSpec.Type.INTEGER;
import static dev.pointsman.api.config.ParameterSpec.Type.NUMBER;
import static dev.pointsman.api.config.ParameterSpec.Type.STRING;
import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.accel.CatalogException;
import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.model.ModelCatalog;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The built-in plugins that work by predicted times, by type name, for the engine to register. */
public final class LatencyFactories {
    private static final String LATENCY_PRODUCER = "latencyPredictionInfoProducerName";
    private static final String PREFIX_PRODUCER = "prefixMatchInfoProducerName";
    private static final String LOAD_PRODUCER = "inFlightLoadProducerName";

    private static final String BUFFER_FACTOR = "sloBufferFactor";
    private static final String CONTEXT_TTL = "contextTTL";
    private static final String STREAMING = "streamingMode";
    private static final String ROLE_LABEL = "endpointRoleLabel";
    private static final String PREDICT = "predictInProduce";
    private static final String ENCODER_FEATURES = "useEncoderCacheFeatures";
    private static final String ENCODER_PRODUCER = "encoderCacheMatchInfoProducerName";
    private static final String OUTPUT_TOKENS = "expectedOutputTokens";
    private static final String LEARN = "learn";
    private static final String CATALOG = "catalogFile";

    private static final String TTFT_WEIGHT = "ttftWeight";
    private static final String TPOT_WEIGHT = "tpotWeight";
    private static final String LATENCY_SCORER = "latency-scorer";
    private static final String SELECTION = "headroomSelectionStrategy";
    private static final String KV_WEIGHT = "compositeKVWeight";
    private static final String QUEUE_WEIGHT = "compositeQueueWeight";
    private static final String COMPOSITE_PREFIX_WEIGHT = "compositePrefixWeight";

    private static final String EPSILON = "epsilonExploreNeg";

    private static final String THRESHOLD = "affinityThreshold";
    private static final String EXPLORATION = "explorationProbability";
    private static final String PENALTY = "maxTTFTPenaltyMs";
    private static final String SOURCE = "ttftSource";
    private static final String THROUGHPUT = "peakPrefillThroughput";

    private static final String OTHERS_WEIGHT = "othersWeight";
    private static final String PENALTY_DOLLARS = "penaltyDollars";
    private static final String DEFAULT_TTFT = "defaultTtft";
    private static final String DEFAULT_TPOT = "defaultTpot";

    private static final String SLO_ADMITTER = "latency-slo-admitter";

    private static final double LEAST_FACTOR = 1e-6;
    private static final double MOST = 1e9;
    private static final Duration LEAST_TTL = Duration.ofMillis(1);
    private static final Duration MOST_TTL = Duration.ofDays(36_500);

    private static final ParameterSpec LATENCY_SPEC =
            optional(LATENCY_PRODUCER, STRING, PredictedLatency.PRODUCER, "The predicted-latency producer to read.");
    private static final ParameterSpec PREFIX_SPEC =
            optional(PREFIX_PRODUCER, STRING, PrefixMatch.DEFAULT_PRODUCER, "The prefix producer whose matches count.");
    private static final ParameterSpec LOAD_SPEC = optional(
            LOAD_PRODUCER, STRING, InFlightLoad.PRODUCER, "Taken for llm-d's sake; the scheduler itself counts load.");

    private static final List<PluginFactory> ALL = List.of(
            new BuiltInFactory(
                    PredictedLatency.PRODUCER,
                    Set.of(),
                    "Predicts how long a request would take on each endpoint and what it would cost, and learns from"
                            + " measured times.",
                    List.of(
                            number(
                                    BUFFER_FACTOR,
                                    1,
                                    LEAST_FACTOR,
                                    MOST,
                                    "What the objective of TPOT is multiplied by."),
                            optional(
                                            CONTEXT_TTL,
                                            DURATION,
                                            "5m",
                                            "For how long a request is remembered without news of it.")
                                    .between(1e-3, (double) MOST_TTL.toSeconds()),
                            optional(STREAMING, BOOLEAN, "false", "Whether answers are streamed, so that TPOT counts."),
                            optional(
                                    ROLE_LABEL,
                                    STRING,
                                    null,
                                    "The label by whose value prefill TPOT does not count on an endpoint."),
                            optional(PREDICT, BOOLEAN, "true", "Whether to predict; otherwise times are learnt only."),
                            optional(
                                    ENCODER_FEATURES,
                                    BOOLEAN,
                                    "false",
                                    "Taken for llm-d's sake; the cost model has no encoder."),
                            PREFIX_SPEC,
                            LOAD_SPEC,
                            optional(
                                    ENCODER_PRODUCER,
                                    STRING,
                                    null,
                                    "Taken for llm-d's sake; the cost model has no encoder."),
                            optional(
                                            OUTPUT_TOKENS,
                                            INTEGER,
                                            Integer.toString(PredictedLatencyProducer.DEFAULT_OUTPUT_TOKENS),
                                            "Tokens of output to expect of a request that does not say.")
                                    .between(0, Integer.MAX_VALUE),
                            optional(LEARN, BOOLEAN, "true", "Whether predictions learn from measured times."),
                            optional(
                                    CATALOG,
                                    STRING,
                                    null,
                                    "A file of accelerators, prices and models beside those that ship.")),
                    LatencyFactories::producer),
            BuiltInFactory.of(
                    LATENCY_SCORER,
                    "Prefers endpoints by how much of the request's latency objectives would be left.",
                    List.of(
                            number(TTFT_WEIGHT, 0.8, 0, MOST, "Weight of the headroom of TTFT."),
                            number(TPOT_WEIGHT, 0.2, 0, MOST, "Weight of the headroom of TPOT."),
                            optional(
                                    SELECTION,
                                    STRING,
                                    "least",
                                    "Which endpoint is best among those that keep the objectives: the one with the least"
                                            + " headroom or the most."),
                            number(KV_WEIGHT, 1, 0, MOST, "Weight of the free KV cache if nothing is predicted."),
                            number(QUEUE_WEIGHT, 1, 0, MOST, "Weight of the short queue if nothing is predicted."),
                            number(
                                    COMPOSITE_PREFIX_WEIGHT,
                                    1,
                                    0,
                                    MOST,
                                    "Weight of the cached prefix if nothing is predicted."),
                            LATENCY_SPEC,
                            PREFIX_SPEC),
                    parameters -> scorer(parameters, Semantics.CORRECTED)),
            BuiltInFactory.of(
                    "slo-headroom-tier-filter",
                    "Keeps endpoints that are predicted to meet the request's objectives, if there are any.",
                    List.of(
                            number(
                                    EPSILON,
                                    SloHeadroomTierFilter.DEFAULT_EPSILON,
                                    0,
                                    1,
                                    "Probability of keeping those that are not, instead."),
                            LATENCY_SPEC),
                    parameters -> new SloHeadroomTierFilter(
                            parameters.number(EPSILON, SloHeadroomTierFilter.DEFAULT_EPSILON, 0, 1),
                            latency(parameters))),
            sloAdmitter(Semantics.CORRECTED),
            BuiltInFactory.of(
                    "predicted-completion-seconds",
                    "Costs the seconds until a request is complete, and those that others lose by it.",
                    List.of(number(OTHERS_WEIGHT, 1, 0, MOST, "What a second counts that others lose."), LATENCY_SPEC),
                    parameters -> new PredictedCompletionCost(
                            parameters.number(OTHERS_WEIGHT, 1, 0, MOST), latency(parameters))),
            BuiltInFactory.of(
                    "predicted-dollars",
                    "Costs the dollars of the chips' time, and a penalty where the objectives would not be kept.",
                    List.of(
                            number(
                                    PENALTY_DOLLARS,
                                    PredictedDollarsCost.DEFAULT_PENALTY_DOLLARS,
                                    0,
                                    MOST,
                                    "What being late costs at least, in US dollars."),
                            optional(
                                    DEFAULT_TTFT,
                                    DURATION,
                                    "2s",
                                    "The TTFT that a request without an objective is held to; 0s for none."),
                            optional(
                                    DEFAULT_TPOT,
                                    DURATION,
                                    "100ms",
                                    "The TPOT that a request without an objective is held to; 0s for none."),
                            LATENCY_SPEC),
                    LatencyFactories::dollars));

    private static final List<PluginFactory> LLM_D = ALL.stream()
            .map(factory -> factory.type().equals(LATENCY_SCORER) ? asLlmD(factory) : factory)
            .toList();

    private LatencyFactories() {}

    /** Only the scorer differs, by what missing metrics count as. */
    private static PluginFactory asLlmD(PluginFactory scorer) {
        return BuiltInFactory.of(
                scorer.type(),
                scorer.description(),
                scorer.parameters(),
                parameters -> scorer(parameters, Semantics.LLM_D));
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
        List<PluginFactory> others = semantics == Semantics.LLM_D ? LLM_D : ALL;
        return Stream.concat(
                        others.stream()
                                .map(factory -> factory.type().equals(SLO_ADMITTER) ? sloAdmitter(semantics) : factory),
                        Stream.of(prefixCacheAffinity(semantics)))
                .toList();
    }

    private static PluginFactory prefixCacheAffinity(Semantics semantics) {
        return BuiltInFactory.of(
                "prefix-cache-affinity-filter",
                "Keeps endpoints that have most of the prompt cached, unless they are too slow.",
                List.of(
                        number(
                                THRESHOLD,
                                PrefixCacheAffinityFilter.DEFAULT_THRESHOLD,
                                Double.NEGATIVE_INFINITY,
                                1,
                                "Cached share of the prompt from which an endpoint is kept; 0 or less is off."),
                        number(EXPLORATION, 0, 0, 1, "Probability of keeping all endpoints all the same."),
                        number(
                                PENALTY,
                                PrefixCacheAffinityFilter.DEFAULT_PENALTY_MILLIS,
                                0,
                                Double.POSITIVE_INFINITY,
                                "Milliseconds by which a first token may be later for the cache; 0 is no limit."),
                        optional(
                                SOURCE,
                                STRING,
                                "prefillThroughput",
                                "Where TTFT comes from: prefillThroughput or latencyPredictor."),
                        optional(
                                THROUGHPUT,
                                NUMBER,
                                "15928",
                                "Tokens of prompts that an endpoint reads in a second, for prefillThroughput."),
                        PREFIX_SPEC,
                        LATENCY_SPEC,
                        LOAD_SPEC),
                parameters -> affinity(parameters, semantics));
    }

    private static PluginFactory sloAdmitter(Semantics semantics) {
        return new BuiltInFactory(
                SLO_ADMITTER,
                Set.of(),
                "Refuses a request of negative priority if no endpoint is predicted to meet its objectives.",
                List.of(LATENCY_SPEC),
                (name, parameters) -> new LatencySloAdmitter(name, latency(parameters), semantics));
    }

    private static PredictedLatencyProducer producer(String name, Parameters parameters) {
        // Checked, so that a typing error is still found.
        parameters.flag(ENCODER_FEATURES, false);
        parameters.string(ENCODER_PRODUCER);
        parameters.string(LOAD_PRODUCER);
        PredictedLatencyProducer.Builder builder = PredictedLatencyProducer.builder()
                .name(name)
                .sloBufferFactor(parameters.number(BUFFER_FACTOR, 1, LEAST_FACTOR, MOST))
                .contextTtl(parameters.duration(
                        CONTEXT_TTL, PredictedLatencyProducer.DEFAULT_CONTEXT_TTL, LEAST_TTL, MOST_TTL))
                .streamingMode(parameters.flag(STREAMING, false))
                .endpointRoleLabel(parameters.string(ROLE_LABEL, ""))
                .predictInProduce(parameters.flag(PREDICT, true))
                .prefixProducer(prefix(parameters))
                .expectedOutputTokens((int) parameters.integer(
                        OUTPUT_TOKENS, PredictedLatencyProducer.DEFAULT_OUTPUT_TOKENS, 0, Integer.MAX_VALUE))
                .learning(parameters.flag(LEARN, true));
        String catalog = parameters.string(CATALOG);
        if (catalog != null) {
            builder.deployments(labelled(catalog, parameters));
        }
        return builder.build();
    }

    private static LabelledDeployments labelled(String catalog, Parameters parameters) {
        try {
            Path file = Path.of(catalog);
            return new LabelledDeployments(
                    AcceleratorCatalog.shipped().with(file),
                    ModelCatalog.shipped().with(file));
        } catch (InvalidPathException wrong) {
            throw parameters.error(
                    CATALOG, "must be a file's path (" + wrong.getReason() + ")", "Maybe a character is wrong.");
        } catch (CatalogException wrong) {
            String[] lines = String.valueOf(wrong.getMessage()).split("\n", 2);
            throw parameters.error(
                    CATALOG,
                    "must be a file of accelerators, prices and models (" + lines[0] + ")",
                    lines.length > 1 ? lines[1] : "Maybe the path is wrong.");
        }
    }

    private static LatencyScorer scorer(Parameters parameters, Semantics semantics) {
        double ttft = parameters.number(TTFT_WEIGHT, 0.8, 0, MOST);
        double tpot = parameters.number(TPOT_WEIGHT, 0.2, 0, MOST);
        double kv = parameters.number(KV_WEIGHT, 1, 0, MOST);
        double queue = parameters.number(QUEUE_WEIGHT, 1, 0, MOST);
        double prefix = parameters.number(COMPOSITE_PREFIX_WEIGHT, 1, 0, MOST);
        boolean asLlmD = semantics == Semantics.LLM_D;
        if (ttft + tpot == 0 && asLlmD) {
            ttft = 1; // as llm-d has it
        } else if (ttft + tpot == 0) {
            throw parameters.error(TPOT_WEIGHT, "must be above 0 if " + TTFT_WEIGHT + " is 0", "Maybe leave both out.");
        }
        if (kv + queue + prefix == 0 && asLlmD) {
            kv = 1; // as llm-d has it
        } else if (kv + queue + prefix == 0) {
            throw parameters.error(
                    COMPOSITE_PREFIX_WEIGHT,
                    "must be above 0 if " + KV_WEIGHT + " and " + QUEUE_WEIGHT + " are 0",
                    "Maybe leave all three out.");
        }
        LatencyScorer.Builder scorer = LatencyScorer.builder()
                .weights(ttft, tpot)
                .selection(selection(parameters))
                .compositeWeights(kv, queue, prefix)
                .latencyProducer(latency(parameters))
                .prefixProducer(prefix(parameters));
        return (asLlmD ? scorer.missingCountsAsZero() : scorer).build();
    }

    private static LatencyScorer.Selection selection(Parameters parameters) {
        return switch (parameters.string(SELECTION, "least")) {
            case "least" -> LatencyScorer.Selection.LEAST;
            case "most" -> LatencyScorer.Selection.MOST;
            default ->
                throw parameters.error(SELECTION, "must be least or most", "Maybe leave it out; least is used then.");
        };
    }

    private static PrefixCacheAffinityFilter affinity(Parameters parameters, Semantics semantics) {
        parameters.string(LOAD_PRODUCER); // Checked, so that a typing error is still found.
        PrefixCacheAffinityFilter.Source source = switch (parameters.string(SOURCE, "prefillThroughput")) {
            case "prefillThroughput" -> PrefixCacheAffinityFilter.Source.PREFILL_THROUGHPUT;
            case "latencyPredictor" -> PrefixCacheAffinityFilter.Source.PREDICTED;
            default ->
                throw parameters.error(
                        SOURCE,
                        "must be prefillThroughput or latencyPredictor",
                        "Maybe latencyPredictor, if the fleet has unlike chips.");
        };
        double penalty = parameters.number(
                PENALTY, PrefixCacheAffinityFilter.DEFAULT_PENALTY_MILLIS, 0, Double.POSITIVE_INFINITY);
        double throughput = parameters.number(
                THROUGHPUT,
                PrefixCacheAffinityFilter.DEFAULT_THROUGHPUT,
                Double.NEGATIVE_INFINITY,
                Double.POSITIVE_INFINITY);
        boolean needed = source == PrefixCacheAffinityFilter.Source.PREFILL_THROUGHPUT && penalty > 0;
        if (needed && throughput <= 0) {
            throw parameters.error(
                    THROUGHPUT,
                    "must be above 0 with a " + SOURCE + " of prefillThroughput",
                    "Maybe leave it out; 15928 is used then.");
        }
        return PrefixCacheAffinityFilter.builder()
                .semantics(semantics)
                .affinityThreshold(parameters.number(
                        THRESHOLD, PrefixCacheAffinityFilter.DEFAULT_THRESHOLD, Double.NEGATIVE_INFINITY, 1))
                .explorationProbability(parameters.number(EXPLORATION, 0, 0, 1))
                .maxTtftPenaltyMillis(penalty)
                .source(source)
                .peakPrefillThroughput(throughput)
                .prefixProducer(prefix(parameters))
                .latencyProducer(latency(parameters))
                .build();
    }

    private static PredictedDollarsCost dollars(Parameters parameters) {
        return PredictedDollarsCost.builder()
                .penaltyDollars(
                        parameters.number(PENALTY_DOLLARS, PredictedDollarsCost.DEFAULT_PENALTY_DOLLARS, 0, MOST))
                .defaultTtft(parameters.duration(DEFAULT_TTFT, PredictedDollarsCost.DEFAULT_TTFT))
                .defaultTpot(parameters.duration(DEFAULT_TPOT, PredictedDollarsCost.DEFAULT_TPOT))
                .latencyProducer(latency(parameters))
                .build();
    }

    private static String latency(Parameters parameters) {
        return nonEmpty(parameters.string(LATENCY_PRODUCER, ""), PredictedLatency.PRODUCER);
    }

    private static String prefix(Parameters parameters) {
        return nonEmpty(parameters.string(PREFIX_PRODUCER, ""), PrefixMatch.DEFAULT_PRODUCER);
    }

    /** An empty name is the default one's, as in llm-d. */
    private static String nonEmpty(String name, String otherwise) {
        return name.isEmpty() ? otherwise : name;
    }

    private static ParameterSpec number(
            String name, double fallback, double minimum, double maximum, String description) {
        return optional(name, NUMBER, Double.toString(fallback), description).between(minimum, maximum);
    }
}
