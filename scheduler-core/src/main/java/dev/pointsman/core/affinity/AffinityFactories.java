// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import static dev.pointsman.api.config.ParameterSpec.Type.DURATION;
import static dev.pointsman.api.config.ParameterSpec.Type.INTEGER;
import static dev.pointsman.api.config.ParameterSpec.Type.NUMBER;
import static dev.pointsman.api.config.ParameterSpec.Type.STRING;
import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import dev.pointsman.core.internal.builtin.Choice;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The built-in policies by affinity that llm-d lacks, by type name, for the engine to register. */
public final class AffinityFactories {
    private static final String PREFIX_PRODUCER = "prefixMatchInfoProducerName";
    private static final String KEYS = "keys";
    private static final String PREFIX_TOKENS = "prefixTokens";
    private static final String LOAD_FACTOR = "loadFactor";
    private static final String POINTS = "points";
    private static final String RULE = "rule";
    private static final String LOAD = "load";
    private static final String SPREAD = "spread";
    private static final String FACTOR = "factor";
    private static final String KV_SPREAD = "kvSpread";
    private static final String KV_CEILING = "kvCeiling";
    private static final String MIN_SHARE = "minShare";
    private static final String MIN_TOKENS = "minTokens";
    private static final String MAX_UNCACHED = "maxUncachedTokens";
    private static final String DEVIATIONS = "loadDeviations";
    private static final String HOLDER_SHARE = "holderShare";
    private static final String LOAD_RATIO = "loadRatio";
    private static final String MIN_SPREAD = "minSpread";
    private static final String MIN_REQUESTS = "minRequests";
    private static final String MAX_REPLICAS = "maxReplicas";
    private static final String CAPACITY = "capacity";
    private static final String HALF_LIFE = "halfLife";
    private static final String MAX_LENGTH = "maxLength";
    private static final String INTERVAL = "interval";
    private static final String RUNGS = "rungs";
    private static final String RELATIVE = "relative";

    private static final String HEADER_KEY = "header:";
    private static final int MOST = Integer.MAX_VALUE;
    private static final double MOST_FACTOR = 1e9;
    private static final Duration LEAST_TIME = Duration.ofMillis(1);
    private static final Duration MOST_TIME = Duration.ofDays(36_500);

    private static final ParameterSpec PREFIX_PRODUCER_SPEC =
            optional(PREFIX_PRODUCER, STRING, PrefixMatch.DEFAULT_PRODUCER, "The prefix producer whose matches count.");
    private static final ParameterSpec PREFIX_TOKENS_SPEC = whole(
            PREFIX_TOKENS,
            AffinityKey.DEFAULT_PREFIX_TOKENS,
            1,
            AffinityKey.MOST_PREFIX_TOKENS,
            "Tokens that are the beginning of a prompt.");
    private static final List<ParameterSpec> RENDEZVOUS_PARAMETERS = List.of(
            optional(
                    KEYS,
                    ParameterSpec.Type.STRING_LIST,
                    null,
                    "What makes requests alike, the first that a request has: session, prompt or header:NAME;"
                            + " session and then prompt if absent."),
            PREFIX_TOKENS_SPEC,
            number(
                    LOAD_FACTOR,
                    ConsistentHashScorer.DEFAULT_LOAD_FACTOR,
                    1,
                    MOST_FACTOR,
                    "How many times the mean of requests in flight an endpoint may have."));
    private static final List<ParameterSpec> RING_PARAMETERS = List.of(
            RENDEZVOUS_PARAMETERS.get(0),
            RENDEZVOUS_PARAMETERS.get(1),
            RENDEZVOUS_PARAMETERS.get(2),
            whole(
                    POINTS,
                    ConsistentHashScorer.DEFAULT_POINTS,
                    1,
                    ConsistentHashScorer.MOST_POINTS,
                    "Each endpoint's points on the ring."));
    private static final List<ParameterSpec> GATE_PARAMETERS = List.of(
            optional(RULE, STRING, "spread", "When load is uneven: spread, outlier or ratio."),
            optional(LOAD, STRING, "requests", "What load is: requests or tokens in flight."),
            optional(
                            SPREAD,
                            INTEGER,
                            null,
                            "How far apart loads may be: more is uneven, and for outlier as much; 8, and 64 for ratio.")
                    .between(0, (double) MOST),
            optional(FACTOR, NUMBER, null, "Times the mean of the others (outlier, 2) or the least load (ratio, 1.5).")
                    .between(1, MOST_FACTOR),
            number(KV_SPREAD, 1, 0, 1, "For ratio: how much more KV cache than the least may be used; 1 is off."),
            number(KV_CEILING, 1, 0, 1, "For ratio: how much of the KV cache may be used; 1 is off."));
    private static final List<ParameterSpec> PREFIX_GATE_PARAMETERS = List.of(
            PREFIX_PRODUCER_SPEC,
            number(MIN_SHARE, 0, 0, 1, "The share of the prompt of which more must be cached."),
            whole(MIN_TOKENS, 0, 0, MOST, "The tokens of the prompt that must be cached."),
            optional(
                            MAX_UNCACHED,
                            INTEGER,
                            null,
                            "The tokens of the prompt that may be uncached; any number if absent.")
                    .between(0, (double) MOST),
            number(
                    DEVIATIONS,
                    PrefixAffinityGateScorer.DEFAULT_DEVIATIONS,
                    -MOST_FACTOR,
                    MOST_FACTOR,
                    "Standard deviations above the mean of requests in flight that a holder may have."));
    private static final List<ParameterSpec> REPLICATION_PARAMETERS = List.of(
            PREFIX_PRODUCER_SPEC,
            PREFIX_TOKENS_SPEC,
            number(
                    HOLDER_SHARE,
                    HotPrefixReplicationFilter.DEFAULT_SHARE,
                    0,
                    1,
                    "The share of the prompt of which a holder has more cached."),
            number(
                    LOAD_RATIO,
                    HotPrefixReplicationFilter.DEFAULT_RATIO,
                    1,
                    MOST_FACTOR,
                    "How many times the requests of the least loaded other the least loaded holder must have."),
            whole(
                    MIN_SPREAD,
                    HotPrefixReplicationFilter.DEFAULT_MIN_SPREAD,
                    1,
                    MOST,
                    "How many requests more than that other it must have."),
            whole(
                    MIN_REQUESTS,
                    HotPrefixReplicationFilter.DEFAULT_MIN_REQUESTS,
                    1,
                    MOST,
                    "How often a prefix must have been dispatched lately."),
            optional(MAX_REPLICAS, INTEGER, null, "Holders from which a prefix is copied no more; any if absent.")
                    .between(1, (double) MOST),
            whole(
                    CAPACITY,
                    HotPrefixReplicationFilter.DEFAULT_CAPACITY,
                    1,
                    HotPrefixReplicationFilter.MOST_CAPACITY,
                    "For how many prefixes there is room."),
            time(HALF_LIFE, "3m", "After what time a request counts half."));
    private static final List<ParameterSpec> BUCKET_PARAMETERS = List.of(
            whole(
                    MAX_LENGTH,
                    LengthBucketScorer.DEFAULT_MAX_LENGTH,
                    1,
                    MOST,
                    "The longest prompt to expect before there is a history, in tokens."),
            time(INTERVAL, "5s", "The time between cuts."),
            time(HALF_LIFE, "1m", "After what time a request counts half."));
    private static final List<ParameterSpec> LADDER_PARAMETERS = List.of(
            optional(
                    RUNGS,
                    ParameterSpec.Type.STRING_LIST,
                    null,
                    "Names of prefix producers, session or load, best first; " + AffinityLadderScorer.DEFAULT_RUNGS
                            + " if absent."),
            optional(
                    RELATIVE,
                    ParameterSpec.Type.BOOLEAN,
                    "false",
                    "Whether matches are stretched to the range of the candidates."));

    private static final List<PluginFactory> ALL = List.of(
            BuiltInFactory.of(
                    "consistent-hash-scorer",
                    "Keeps requests with the same key on the same endpoint of a hash ring, within a bound of load.",
                    RING_PARAMETERS,
                    parameters ->
                            new ConsistentHashScorer(key(parameters), loadFactor(parameters), (int) parameters.integer(
                                    POINTS, ConsistentHashScorer.DEFAULT_POINTS, 1, ConsistentHashScorer.MOST_POINTS))),
            BuiltInFactory.of(
                    "rendezvous-hash-scorer",
                    "Keeps requests with the same key on the same endpoint by rendezvous hashing, within a bound of load.",
                    RENDEZVOUS_PARAMETERS,
                    parameters -> new RendezvousHashScorer(key(parameters), loadFactor(parameters))),
            BuiltInFactory.of(
                    "load-gate-filter",
                    "Keeps the candidates with room only if load is uneven, so that affinity is broken.",
                    GATE_PARAMETERS,
                    AffinityFactories::gate),
            BuiltInFactory.of(
                    "prefix-affinity-gate-scorer",
                    "Prefers the longest cached prefix as long as it is worth it, and else the shortest queue.",
                    PREFIX_GATE_PARAMETERS,
                    AffinityFactories::prefixGate),
            BuiltInFactory.of(
                    "hot-prefix-replication-filter",
                    "Keeps requests with the holders of their prefix, and has hot prefixes copied to others.",
                    REPLICATION_PARAMETERS,
                    AffinityFactories::replication),
            BuiltInFactory.of(
                    "length-bucket-scorer",
                    "Gives each endpoint a bucket of prompt lengths, so that short prompts do not wait behind long ones.",
                    BUCKET_PARAMETERS,
                    parameters -> new LengthBucketScorer(
                            (int) parameters.integer(MAX_LENGTH, LengthBucketScorer.DEFAULT_MAX_LENGTH, 1, MOST),
                            parameters.duration(INTERVAL, LengthBucketScorer.DEFAULT_INTERVAL, LEAST_TIME, MOST_TIME),
                            parameters.duration(
                                    HALF_LIFE, LengthBucketScorer.DEFAULT_HALF_LIFE, LEAST_TIME, MOST_TIME))),
            BuiltInFactory.of(
                    "affinity-ladder-scorer",
                    "Scores by the best knowledge there is: precise prefix, approximate prefix, session or load.",
                    LADDER_PARAMETERS,
                    AffinityFactories::ladder));

    private AffinityFactories() {}

    /**
     * Returns one factory for each type; unmodifiable.
     *
     * @param semantics of no account here: llm-d has none of these types
     */
    public static List<PluginFactory> all(Semantics semantics) {
        return ALL;
    }

    private static AffinityKey key(Parameters parameters) {
        AffinityKey prompt = AffinityKey.prompt((int) parameters.integer(
                PREFIX_TOKENS, AffinityKey.DEFAULT_PREFIX_TOKENS, 1, AffinityKey.MOST_PREFIX_TOKENS));
        AffinityKey key = null;
        for (String name : parameters.strings(KEYS)) {
            AffinityKey next = key(name, prompt, parameters);
            key = key == null ? next : key.or(next);
        }
        return key == null ? AffinityKey.session().or(prompt) : key;
    }

    private static AffinityKey key(String name, AffinityKey prompt, Parameters parameters) {
        return switch (name) {
            case "session" -> AffinityKey.session();
            case "prompt" -> prompt;
            default -> {
                String header = name.toLowerCase(Locale.ROOT).startsWith(HEADER_KEY)
                        ? name.substring(HEADER_KEY.length()).strip()
                        : "";
                if (header.isEmpty()) {
                    throw parameters.error(
                            KEYS,
                            "must be session, prompt or header:NAME each",
                            "Maybe write header: before the name of a header.");
                }
                yield AffinityKey.header(header);
            }
        };
    }

    private static double loadFactor(Parameters parameters) {
        return parameters.number(LOAD_FACTOR, ConsistentHashScorer.DEFAULT_LOAD_FACTOR, 1, MOST_FACTOR);
    }

    private static LoadGateFilter gate(Parameters parameters) {
        String rule = parameters.string(RULE, "spread");
        boolean ratio = rule.equals("ratio");
        long spread = parameters.integer(
                SPREAD, ratio ? LoadGateFilter.DEFAULT_RATIO_SPREAD : LoadGateFilter.DEFAULT_SPREAD, 0, MOST);
        double factor = parameters.number(
                FACTOR, ratio ? LoadGateFilter.DEFAULT_RATIO : LoadGateFilter.DEFAULT_FACTOR, 1, MOST_FACTOR);
        double kvSpread = parameters.number(KV_SPREAD, 1, 0, 1);
        double kvCeiling = parameters.number(KV_CEILING, 1, 0, 1);
        LoadGateFilter gate = switch (rule) {
            case "spread" -> LoadGateFilter.spread(spread);
            case "outlier" -> LoadGateFilter.outlier(factor, spread);
            case "ratio" -> LoadGateFilter.ratio(spread, factor, kvSpread, kvCeiling);
            default ->
                throw parameters.error(
                        RULE, "must be spread, outlier or ratio", "Maybe leave it out; spread is used then.");
        };
        return Choice.second(parameters, LOAD, "requests", "tokens") ? gate.byTokens() : gate;
    }

    private static PrefixAffinityGateScorer prefixGate(Parameters parameters) {
        PrefixAffinityGateScorer.Builder scorer = PrefixAffinityGateScorer.builder()
                .prefixProducer(parameters.string(PREFIX_PRODUCER, PrefixMatch.DEFAULT_PRODUCER))
                .minShare(parameters.number(MIN_SHARE, 0, 0, 1))
                .minTokens(parameters.integer(MIN_TOKENS, 0, 0, MOST))
                .loadDeviations(parameters.number(
                        DEVIATIONS, PrefixAffinityGateScorer.DEFAULT_DEVIATIONS, -MOST_FACTOR, MOST_FACTOR));
        if (parameters.has(MAX_UNCACHED)) {
            scorer.maxUncachedTokens(parameters.requiredInteger(MAX_UNCACHED, 0, MOST));
        }
        return scorer.build();
    }

    private static HotPrefixReplicationFilter replication(Parameters parameters) {
        return HotPrefixReplicationFilter.builder()
                .prefixProducer(parameters.string(PREFIX_PRODUCER, PrefixMatch.DEFAULT_PRODUCER))
                .prefixTokens((int) parameters.integer(
                        PREFIX_TOKENS, AffinityKey.DEFAULT_PREFIX_TOKENS, 1, AffinityKey.MOST_PREFIX_TOKENS))
                .holderShare(parameters.number(HOLDER_SHARE, HotPrefixReplicationFilter.DEFAULT_SHARE, 0, 1))
                .loadRatio(parameters.number(LOAD_RATIO, HotPrefixReplicationFilter.DEFAULT_RATIO, 1, MOST_FACTOR))
                .minSpread(parameters.integer(MIN_SPREAD, HotPrefixReplicationFilter.DEFAULT_MIN_SPREAD, 1, MOST))
                .minRequests(parameters.integer(MIN_REQUESTS, HotPrefixReplicationFilter.DEFAULT_MIN_REQUESTS, 1, MOST))
                .maxReplicas((int) parameters.integer(MAX_REPLICAS, MOST, 1, MOST))
                .capacity((int) parameters.integer(
                        CAPACITY,
                        HotPrefixReplicationFilter.DEFAULT_CAPACITY,
                        1,
                        HotPrefixReplicationFilter.MOST_CAPACITY))
                .halfLife(parameters.duration(
                        HALF_LIFE, HotPrefixReplicationFilter.DEFAULT_HALF_LIFE, LEAST_TIME, MOST_TIME))
                .build();
    }

    private static AffinityLadderScorer ladder(Parameters parameters) {
        boolean relative = parameters.flag(RELATIVE, false);
        if (!parameters.has(RUNGS)) {
            return new AffinityLadderScorer(AffinityLadderScorer.DEFAULT_RUNGS, relative);
        }
        List<String> rungs = parameters.strings(RUNGS);
        if (rungs.isEmpty()
                || rungs.stream().anyMatch(String::isBlank)
                || rungs.stream().distinct().count() < rungs.size()) {
            throw parameters.error(
                    RUNGS,
                    "must be at least one name, none blank and none twice",
                    "Maybe leave it out; " + AffinityLadderScorer.DEFAULT_RUNGS + " are used then.");
        }
        return new AffinityLadderScorer(rungs, relative);
    }

    private static ParameterSpec whole(String name, long fallback, long minimum, long maximum, String description) {
        return optional(name, INTEGER, Long.toString(fallback), description)
                .between((double) minimum, (double) maximum);
    }

    private static ParameterSpec number(
            String name, double fallback, double minimum, double maximum, String description) {
        return optional(name, NUMBER, Double.toString(fallback), description).between(minimum, maximum);
    }

    private static ParameterSpec time(String name, String fallback, String description) {
        return optional(name, DURATION, fallback, description).between(1e-3, (double) MOST_TIME.toSeconds());
    }
}
