// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class PrecisePrefixParametersTest {
    @Test
    void llmdsParameters_areTaken() {
        PrecisePrefixProducer producer = read(Map.of(
                "tokenProcessorConfig",
                Map.of("blockSizeTokens", 64, "hashSeed", "42", "hashAlgorithm", "xxh64"),
                "indexerConfig",
                Map.of(
                        "kvBlockIndexConfig",
                        Map.of(
                                "inMemoryConfig",
                                Map.of("size", 100_000_000, "podCacheSize", 10),
                                "enableMetrics",
                                true,
                                "metricsLoggingInterval",
                                "1m0s"),
                        "kvCacheBackendConfigs",
                        List.of(Map.of("name", "gpu", "weight", 1.0), Map.of("name", "cpu", "weight", 0.5))),
                "kvEventsConfig",
                Map.of(
                        "topicFilter",
                        "kv@",
                        "concurrency",
                        4,
                        "engineType",
                        "sglang",
                        "discoverPods",
                        true,
                        "podDiscoveryConfig",
                        Map.of("socketPort", 5557, "replaySocketPort", 5558)),
                "speculativeIndexing",
                true,
                "speculativeTTL",
                "3s"));

        assertThat(producer.blockSize()).isEqualTo(64);
    }

    @Test
    void backendWeights_standInTheIndexerOrBesideIt() {
        List<?> backends = List.of(Map.of("name", "gpu", "weight", 1), Map.of("name", "cpu", "weight", 0.5));

        assertThat(weightInHostMemory(Map.of("kvCacheBackendConfigs", backends)))
                .isEqualTo(0.5);
        assertThat(weightInHostMemory(Map.of("indexerConfig", Map.of("kvCacheBackendConfigs", backends))))
                .isEqualTo(0.5);
        assertThat(weightInHostMemory(Map.of())).isEqualTo(0.8);
        assertThat(weightInHostMemory(Map.of("kvCacheBackendConfigs", List.of(Map.of("name", "gpu", "weight", 0.6)))))
                .isEqualTo(0.6);
    }

    @Test
    void olderNameOfTheBlockSize_works_butNotBoth() {
        assertThat(read(Map.of("tokenProcessorConfig", Map.of("blockSize", 32))).blockSize())
                .isEqualTo(32);
        refused(Map.of("tokenProcessorConfig", Map.of("blockSize", 32, "blockSizeTokens", 32)))
                .hasMessageStartingWith(
                        "params.tokenProcessorConfig.blockSize: must not be given with blockSizeTokens");
    }

    @Test
    void boundOnMemory_isAnAmountWithAUnit() {
        for (String size : List.of("2GiB", "500MiB", "1GB", "1.5 gib", "1048576")) {
            assertThat(read(costAware(size)).index()).isInstanceOf(RadixPrefixIndex.class);
        }
        for (String size : List.of("", "much", "-1GiB", "2XiB", "0", "99999999TiB")) {
            refused(costAware(size)).hasMessageContaining("costAwareMemoryConfig.size: must be an amount of memory");
        }
    }

    @Test
    void whatCannotBe_isRefused() {
        refused(Map.of("indexerConfig", Map.of("kvBlockIndexConfig", Map.of("redisConfig", Map.of()))))
                .hasMessageContaining("redisConfig: must not be given")
                .hasMessageContaining("\nMaybe ");
        refused(Map.of("kvCacheBackendConfigs", List.of(Map.of("name", "gpuu", "weight", 1))))
                .hasMessageContaining("kvCacheBackendConfigs[0].name: must be a medium");
        refused(Map.of("kvCacheBackendConfigs", List.of(Map.of("name", "gpu", "weight", 2))))
                .hasMessageContaining("kvCacheBackendConfigs[0].weight");
        refused(Map.of(
                        "kvCacheBackendConfigs",
                        List.of(Map.of("name", "gpu", "weight", 0.5), Map.of("name", "cpu", "weight", 0.8))))
                .hasMessageContaining("must not give HOST a greater weight than a faster tier has");
        refused(Map.of("kvEventsConfig", Map.of("engineType", "other")))
                .hasMessageContaining("kvEventsConfig.engineType: must be vllm or sglang");
        refused(Map.of("kvEventsConfig", Map.of("topicfilter", "kv@")))
                .hasMessageContaining("kvEventsConfig.topicfilter");
        refused(Map.of("tokenProcessorConfig", Map.of("hashAlgorithm", "md5")))
                .hasMessageContaining("hashAlgorithm: must be cbor-fnv or xxh64");
        refused(Map.of("speculativeTTL", "0s")).hasMessageStartingWith("params.speculativeTTL: must be longer");
    }

    @Test
    void host_completesWhatAConfigurationNames() {
        TieredPrefixIndex index = RadixPrefixIndex.builder().build();

        PrecisePrefixProducer producer =
                (PrecisePrefixProducer) ProducerFactories.precisePrefix(settings -> settings.index(index))
                        .create("second", Parameters.of("params", Map.of()));

        assertThat(producer.index()).isSameAs(index);
        assertThat(producer.produces()).contains(PrefixMatch.of("second"));
    }

    @Test
    void host_completesTheOlderScorer() {
        InferenceRequest request = TestRequests.tokens(2 * PreciseFleet.BLOCK);
        AtomicReference<TieredPrefixIndex> index = new AtomicReference<>();
        Scorer scorer = (Scorer) ProducerFactories.precisePrefixScorer(settings -> {
                    index.set(RadixPrefixIndex.builder().build());
                    settings.index(index.get());
                })
                .create("precise", Parameters.of("params", Map.of()));
        index.get().store(0, new long[] {1}, 0, 1);

        TestCycle cycle = TestCycle.of(TestFleet.of("a"), request).produce((DataProducer) scorer);

        assertThat(cycle.scoresById(scorer)).isEqualTo(Map.of("a", 0.0)); // And not missing, as with an empty index.
    }

    @Test
    void boundOnTheIndex_isRefused_ifTheHostMakesTheIndex() {
        for (PluginFactory factory : List.of(
                ProducerFactories.precisePrefix(
                        settings -> settings.index(RadixPrefixIndex.builder().build())),
                ProducerFactories.precisePrefixScorer(
                        settings -> settings.index(RadixPrefixIndex.builder().build())))) {
            assertThatThrownBy(() -> factory.create("second", Parameters.of("params", costAware("2GiB"))))
                    .isInstanceOf(ParameterException.class)
                    .hasMessageStartingWith("params.indexerConfig.kvBlockIndexConfig.costAwareMemoryConfig:"
                            + " must not bound an index that the host makes")
                    .hasMessageContaining("\nMaybe remove it here");
        }
        assertThat(ProducerFactories.precisePrefix(settings -> {})
                        .create("second", Parameters.of("params", costAware("2GiB"))))
                .isInstanceOf(PrecisePrefixProducer.class);
    }

    @Test
    void olderScorer_isProducerAndScorerInOne() {
        Scorer scorer = (Scorer) ProducerFactories.all().stream()
                .filter(factory -> factory.type().equals("precise-prefix-cache-scorer"))
                .findFirst()
                .orElseThrow()
                .create("precise", Parameters.of("params", Map.of("speculativeIndexing", true)));
        InferenceRequest request = TestRequests.tokens(32);
        TestFleet fleet = TestFleet.of("a");

        TestCycle cycle = TestCycle.of(fleet, request).produce((DataProducer) scorer);

        assertThat(cycle.attribute(PrefixMatch.of("precise"))).isEqualTo(new PrefixMatch(2, 16));
        assertThat(cycle.scoresById(scorer)).isEqualTo(Map.of("a", Scorer.MISSING));
    }

    private static double weightInHostMemory(Map<String, ?> parameters) {
        PreciseFleet fleet = new PreciseFleet("precise", read(parameters), TestFleet.of("a"));
        InferenceRequest request = TestRequests.tokens(PreciseFleet.BLOCK);
        fleet.stores("a", Tier.HOST, request, 0, 1);
        return fleet.weighted(request).get("a");
    }

    private static Map<String, ?> costAware(String size) {
        return Map.of(
                "indexerConfig", Map.of("kvBlockIndexConfig", Map.of("costAwareMemoryConfig", Map.of("size", size))));
    }

    private static PrecisePrefixProducer read(Map<String, ?> parameters) {
        Parameters given = Parameters.of("params", parameters);
        ParameterSpec.checkNames(given, PrecisePrefixParameters.ALL); // As whoever makes plugins does first.
        return PrecisePrefixParameters.read("precise", given).build();
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> refused(
            Map<String, ?> parameters) {
        return assertThatThrownBy(() -> read(parameters)).isInstanceOf(ParameterException.class);
    }
}
