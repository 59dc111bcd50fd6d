// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static dev.pointsman.api.config.ParameterSpec.Type.BOOLEAN;
import static dev.pointsman.api.config.ParameterSpec.Type.DURATION;
import static dev.pointsman.api.config.ParameterSpec.Type.INTEGER;
import static dev.pointsman.api.config.ParameterSpec.Type.NUMBER;
import static dev.pointsman.api.config.ParameterSpec.Type.OBJECT;
import static dev.pointsman.api.config.ParameterSpec.Type.SIZE;
import static dev.pointsman.api.config.ParameterSpec.Type.STRING;
import static dev.pointsman.api.config.ParameterSpec.objects;
import static dev.pointsman.api.config.ParameterSpec.optional;
import static dev.pointsman.api.config.ParameterSpec.required;
import static java.util.Objects.requireNonNull;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.SpeculativePrefixIndex;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.event.KvEventNormalizer;
import dev.pointsman.kvcache.score.TierWeights;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads llm-d's parameters of a precise prefix producer. What has no meaning here is checked all the same, so that a typing
 * error is found: hash seeds and algorithms, because blocks are named by our own hashes; and how events arrive, because that
 * is for the host's subscriber.
 */
final class PrecisePrefixParameters {
    private static final String TOKENS = "tokenProcessorConfig";
    private static final String INDEXER = "indexerConfig";
    private static final String INDEX = "kvBlockIndexConfig";
    private static final String COST_AWARE = "costAwareMemoryConfig";
    private static final String BACKENDS = "kvCacheBackendConfigs";
    private static final String EVENTS = "kvEventsConfig";
    private static final String SPECULATIVE = "speculativeIndexing";
    private static final String SPECULATIVE_TTL = "speculativeTTL";
    private static final String BLOCK_SIZE = "blockSizeTokens";
    private static final String OLD_BLOCK_SIZE = "blockSize";

    private static final Set<String> ENGINES = Set.of("vllm", "sglang");
    private static final String REMOTE = "Refused: the index is in memory, and each scheduler has its own.";
    private static final int MOST_PORTS = 65_535;
    private static final long MOST_BYTES = 1L << 50;
    private static final long DEFAULT_BYTES = 2L << 30;

    private static final List<ParameterSpec> TOKEN_PARAMETERS = List.of(
            optional(BLOCK_SIZE, INTEGER, "16", "Tokens in a block.").between(1, BlockHasher.MAX_BLOCK_SIZE),
            optional(OLD_BLOCK_SIZE, INTEGER, null, "The older name of blockSizeTokens.")
                    .between(1, BlockHasher.MAX_BLOCK_SIZE)
                    .olderNameOf(BLOCK_SIZE),
            optional("hashSeed", STRING, "", "Taken for llm-d's sake."),
            optional("hashAlgorithm", STRING, "cbor-fnv", "Taken for llm-d's sake.")
                    .oneOf("cbor-fnv", "xxh64"));
    private static final ParameterSpec[] BACKEND_PARAMETERS = {
        required("name", STRING, "The tier, as engines call it: gpu, cpu, disk or another."),
        required("weight", NUMBER, "How much a block counts.").between(0, 1)
    };
    private static final List<ParameterSpec> IN_MEMORY_PARAMETERS = List.of(
            optional("size", INTEGER, "100000000", "Taken for llm-d's sake.").between(1, Long.MAX_VALUE),
            optional("podCacheSize", INTEGER, "10", "Taken for llm-d's sake.").between(1, Integer.MAX_VALUE));
    private static final List<ParameterSpec> COST_AWARE_PARAMETERS =
            List.of(optional("size", SIZE, "2GiB", "How much memory.").between(1, MOST_BYTES));
    private static final List<ParameterSpec> INDEX_PARAMETERS = List.of(
            optional("inMemoryConfig", OBJECT, null, "Taken for llm-d's sake.").withFields(IN_MEMORY_PARAMETERS),
            optional(COST_AWARE, OBJECT, null, "How much memory the index may take.")
                    .withFields(COST_AWARE_PARAMETERS),
            optional("redisConfig", OBJECT, null, REMOTE),
            optional("valkeyConfig", OBJECT, null, REMOTE),
            optional("enableMetrics", BOOLEAN, "false", "Taken for llm-d's sake."),
            optional("metricsLoggingInterval", DURATION, "0s", "Taken for llm-d's sake."));
    private static final List<ParameterSpec> INDEXER_PARAMETERS = List.of(
            optional(INDEX, OBJECT, null, "Where the index lies.").withFields(INDEX_PARAMETERS),
            objects(BACKENDS, "How much a block counts in each tier.", BACKEND_PARAMETERS),
            optional("prefixStoreConfig", OBJECT, null, "Taken for llm-d's sake."));
    private static final List<ParameterSpec> DISCOVERY_PARAMETERS = List.of(
            optional("socketPort", INTEGER, "5557", "Where events are published.")
                    .between(1, MOST_PORTS),
            optional("replaySocketPort", INTEGER, null, "Where they are replayed.")
                    .between(1, MOST_PORTS),
            optional("podLabelSelector", STRING, null, "Taken for llm-d's sake."),
            optional("podNamespace", STRING, null, "Taken for llm-d's sake."));
    private static final List<ParameterSpec> EVENT_PARAMETERS = List.of(
            optional("zmqEndpoint", STRING, null, "The one address for all."),
            optional("topicFilter", STRING, "kv@", "What topics begin with."),
            optional("concurrency", INTEGER, "4", "How many events are applied at once.")
                    .between(1, Integer.MAX_VALUE),
            optional("engineType", STRING, "vllm", "vllm or sglang."),
            optional("discoverPods", BOOLEAN, "true", "Whether each endpoint is subscribed to."),
            optional("tracing", BOOLEAN, "false", "Taken for llm-d's sake."),
            optional("podDiscoveryConfig", OBJECT, null, "Where endpoints publish.")
                    .withFields(DISCOVERY_PARAMETERS));

    static final List<ParameterSpec> ALL = List.of(
            optional(
                            TOKENS,
                            OBJECT,
                            null,
                            "How prompts are cut: blockSizeTokens (16); hashSeed and hashAlgorithm are taken for llm-d's sake.")
                    .withFields(TOKEN_PARAMETERS),
            optional(
                            INDEXER,
                            OBJECT,
                            null,
                            "The index: kvBlockIndexConfig, of which costAwareMemoryConfig.size (such as 2GiB) bounds its memory,"
                                    + " and kvCacheBackendConfigs.")
                    .withFields(INDEXER_PARAMETERS),
            objects(
                    BACKENDS,
                    "How much a block counts in each tier: a list of name and weight (gpu 1.0, cpu 0.8, slower 0.25).",
                    BACKEND_PARAMETERS),
            optional(
                            EVENTS,
                            OBJECT,
                            null,
                            "Where events come from, for the host's subscriber: the scheduler opens no socket itself.")
                    .withFields(EVENT_PARAMETERS),
            optional(
                    SPECULATIVE,
                    BOOLEAN,
                    "false",
                    "Whether an endpoint counts as holding a prompt from when it is chosen until events tell."),
            optional(SPECULATIVE_TTL, DURATION, "2s", "For how long it counts so if no event confirms it."));

    private PrecisePrefixParameters() {}

    /** Reads the parameters of an instance. */
    static PrecisePrefixProducer.Builder read(String name, Parameters parameters) {
        PrecisePrefixProducer.Builder builder =
                PrecisePrefixProducer.builder().name(name).blockSize(blockSize(parameters.object(TOKENS)));
        Parameters indexer = parameters.object(INDEXER);
        long maxBytes = maxBytes(indexer.object(INDEX));
        if (maxBytes > 0) {
            builder.index(RadixPrefixIndex.builder().maxBytes(maxBytes).build());
        }
        Parameters weighing = parameters.has(BACKENDS) ? parameters : indexer;
        if (weighing.has(BACKENDS)) {
            builder.tierWeights(weights(weighing));
        }
        checkEvents(parameters.object(EVENTS));
        Duration timeToLive = parameters.duration(SPECULATIVE_TTL, SpeculativePrefixIndex.DEFAULT_TIME_TO_LIVE);
        if (timeToLive.isZero()) {
            throw parameters.error(
                    SPECULATIVE_TTL, "must be longer than nothing", "Maybe leave it out; 2s is used then.");
        }
        if (parameters.flag(SPECULATIVE, false)) {
            builder.speculation(timeToLive);
        }
        return builder;
    }

    /**
     * Reads the parameters of an instance, and has the host complete it.
     *
     * @param semantics whose reading holds
     * @param settings changes what the parameters said
     */
    static PrecisePrefixProducer.Builder read(
            String name, Parameters parameters, Semantics semantics, Consumer<PrecisePrefixProducer.Builder> settings) {
        PrecisePrefixProducer.Builder builder = read(name, parameters).semantics(semantics);
        if (semantics == Semantics.LLM_D) {
            builder.tierColumns(true);
        }
        TieredPrefixIndex bounded = builder.index();
        settings.accept(builder);
        if (bounded != null && !bounded.equals(builder.index())) {
            throw parameters
                    .object(INDEXER)
                    .object(INDEX)
                    .error(
                            COST_AWARE,
                            "must not bound an index that the host makes",
                            "Maybe remove it here, and have the host bound its own: RadixPrefixIndex.builder().maxBytes(...).");
        }
        return builder;
    }

    private static int blockSize(Parameters tokens) {
        if (tokens.has(BLOCK_SIZE) && tokens.has(OLD_BLOCK_SIZE)) {
            throw tokens.error(
                    OLD_BLOCK_SIZE,
                    "must not be given with " + BLOCK_SIZE,
                    "Maybe remove it; it is the older name of the same parameter.");
        }
        tokens.string("hashSeed");
        String field = tokens.has(OLD_BLOCK_SIZE) ? OLD_BLOCK_SIZE : BLOCK_SIZE;
        return (int) tokens.integer(field, PrecisePrefixProducer.DEFAULT_BLOCK_SIZE, 1, BlockHasher.MAX_BLOCK_SIZE);
    }

    /** Returns the bound on the index's memory, or 0 if none is set. */
    private static long maxBytes(Parameters index) {
        for (String elsewhere : new String[] {"redisConfig", "valkeyConfig"}) {
            if (index.has(elsewhere)) {
                throw index.error(
                        elsewhere,
                        "must not be given",
                        "Maybe remove it; the index is in memory, and each scheduler subscribes for itself.");
            }
        }
        Parameters inMemory = index.object("inMemoryConfig");
        inMemory.integer("size", 1, 1, Long.MAX_VALUE);
        inMemory.integer("podCacheSize", 1, 1, Integer.MAX_VALUE);
        index.flag("enableMetrics", false);
        index.duration("metricsLoggingInterval", Duration.ZERO);
        return index.has(COST_AWARE) ? index.object(COST_AWARE).size("size", DEFAULT_BYTES, 1, MOST_BYTES) : 0;
    }

    private static TierWeights weights(Parameters weighing) {
        @Nullable Double[] given = new Double[Tier.values().length];
        for (Parameters backend : weighing.objects(BACKENDS)) {
            Tier tier = KvEventNormalizer.tier(backend.requiredString("name"));
            if (tier == null) {
                throw backend.error(
                        "name",
                        "must be a medium that engines report, such as gpu, cpu or disk",
                        "Maybe it is misspelt; blocks in media that are not known are never counted.");
            }
            given[tier.ordinal()] = backend.requiredNumber("weight", 0, 1);
        }
        double[] weights = new double[given.length];
        double faster = 1;
        for (Tier tier : Tier.values()) {
            Double own = given[tier.ordinal()];
            double weight = own != null ? own : Math.min(faster, TierWeights.DEFAULT.weight(tier));
            if (weight > faster) {
                throw weighing.error(
                        BACKENDS,
                        "must not give " + tier + " a greater weight than a faster tier has",
                        "Maybe two weights were swapped.");
            }
            weights[tier.ordinal()] = weight;
            faster = weight;
        }
        return TierWeights.of(weights[0], weights[1], weights[2], weights[3]);
    }

    private static void checkEvents(Parameters events) {
        events.string("zmqEndpoint", "");
        events.string("topicFilter", "");
        events.integer("concurrency", 1, 1, Integer.MAX_VALUE);
        events.flag("discoverPods", true);
        events.flag("tracing", false);
        String engine = requireNonNull(events.string("engineType", "vllm"));
        if (!ENGINES.contains(engine.toLowerCase(Locale.ROOT))) {
            throw events.error("engineType", "must be vllm or sglang", "Maybe leave it out; events tell themselves.");
        }
        Parameters discovery = events.object("podDiscoveryConfig");
        discovery.integer("socketPort", 1, 1, MOST_PORTS);
        discovery.integer("replaySocketPort", 1, 1, MOST_PORTS);
        discovery.string("podLabelSelector", "");
        discovery.string("podNamespace", "");
    }
}
