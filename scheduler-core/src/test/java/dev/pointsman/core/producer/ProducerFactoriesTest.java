// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import dev.pointsman.testkit.contract.PluginContract;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProducerFactoriesTest {
    @Test
    void types_areLlmdsNames() {
        assertThat(ProducerFactories.all())
                .extracting(PluginFactory::type)
                .containsExactly(
                        "approx-prefix-cache-producer",
                        "multicluster-approx-prefix-cache-producer",
                        "precise-prefix-cache-producer",
                        "precise-prefix-cache-scorer",
                        "session-id-producer",
                        "inflight-load-producer",
                        "burst-prefix-cache-producer",
                        "mm-embeddings-cache-producer",
                        "p2p-source-producer");
    }

    @Test
    void factories_keepTheContract() {
        for (Semantics semantics : Semantics.values()) {
            for (PluginFactory factory : ProducerFactories.all(semantics)) {
                PluginContract.of(factory, Map.of()).verify();
            }
        }
    }

    @Test
    void approxPrefix_writesUnderItsInstanceName() {
        DataProducer producer = (DataProducer) factory(PrefixMatch.DEFAULT_PRODUCER)
                .create("second", Parameters.of("params", Map.of("blockSize", 128, "maxPrefixTokensToMatch", 300)));

        TestCycle cycle =
                TestCycle.of(TestFleet.of("a"), TestRequests.tokens(1000)).produce(producer);

        assertThat(cycle.attribute(PrefixMatch.of("second"))).isEqualTo(new PrefixMatch(2, 128));
    }

    @Test
    void approxPrefix_refusesBothNamesOfTheBlockSize() {
        assertThatThrownBy(() -> create(PrefixMatch.DEFAULT_PRODUCER, Map.of("blockSize", 64, "blockSizeTokens", 64)))
                .isInstanceOf(ParameterException.class)
                .hasMessageStartingWith("params.blockSize: must not be given with blockSizeTokens")
                .hasMessageContaining("\nMaybe ");
    }

    @Test
    void approxPrefix_asLlmdHasIt_takesBothNamesAndATunedSizeOfZero() {
        DataProducer both = (DataProducer)
                llmd(PrefixMatch.DEFAULT_PRODUCER, Map.of("autoTune", false, "blockSize", 64, "blockSizeTokens", 128));
        llmd(PrefixMatch.DEFAULT_PRODUCER, Map.of("blockSizeTokens", 0));

        TestCycle cycle =
                TestCycle.of(TestFleet.of("a"), TestRequests.tokens(1000)).produce(both);

        assertThat(cycle.attribute(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER)))
                .isEqualTo(new PrefixMatch(8, 128));
        assertThatThrownBy(() -> llmd(PrefixMatch.DEFAULT_PRODUCER, Map.of("autoTune", false, "blockSizeTokens", 0)))
                .isInstanceOf(ParameterException.class)
                .hasMessageStartingWith("params.blockSizeTokens");
    }

    @Test
    void approxPrefix_asLlmdHasIt_whatIsNotAboveZeroCountsAsNotSaid() {
        DataProducer unlimited = (DataProducer) llmd(
                PrefixMatch.DEFAULT_PRODUCER,
                Map.of(
                        "blockSizeTokens", -1,
                        "maxPrefixTokensToMatch", -1,
                        "maxPrefixBlocksToMatch", 0,
                        "lruCapacityPerServer", 0));

        TestCycle cycle =
                TestCycle.of(TestFleet.of("a"), TestRequests.tokens(64 * 3000)).produce(unlimited);

        assertThat(cycle.attribute(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER)))
                .isEqualTo(new PrefixMatch(3000, 64));
        assertThatThrownBy(() -> create(PrefixMatch.DEFAULT_PRODUCER, Map.of("lruCapacityPerServer", 0)))
                .isInstanceOf(ParameterException.class);
    }

    @Test
    void inFlightLoad_asLlmdHasIt_anEmptyNameIsTheDefaultOnes() {
        DataProducer producer = (DataProducer) llmd(InFlightLoad.PRODUCER, Map.of("prefixMatchInfoProducerName", ""));

        assertThat(producer.consumes()).isEmpty();
        assertThat(producer.consumesIfPresent()).contains(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER));
    }

    @Test
    void burst_refusesWhatIsOutOfRange() {
        for (Map<String, ?> wrong : List.<Map<String, ?>>of(
                Map.of("windowDurationMs", 0),
                Map.of("windowDurationMs", 10_001),
                Map.of("maxPerReplica", -2),
                Map.of("blockSizeTokens", 0),
                Map.of("minColocateBlocks", -1),
                Map.of("maxBatchSize", 0),
                Map.of("balanceBy", "weight"))) {
            assertThatThrownBy(() -> create("burst-prefix-cache-producer", wrong))
                    .as(wrong.toString())
                    .isInstanceOf(ParameterException.class)
                    .hasMessageContaining("\nMaybe ");
        }
    }

    @Test
    void inFlightLoad_asLlmdHasIt_takesSharing() {
        assertThat(llmd(InFlightLoad.PRODUCER, Map.of("syncCrossReplicaState", true)))
                .isNotNull();
    }

    @Test
    void session_withoutParameters_readsTheRequestsOwnId() {
        DataProducer producer = (DataProducer) create(Session.PRODUCER, Map.of());

        TestCycle own = TestCycle.of(
                        TestFleet.of("a"),
                        TestRequests.builder().sessionId("chat-4").build())
                .produce(producer);
        TestCycle ofHeader = TestCycle.of(
                        TestFleet.of("a"),
                        TestRequests.builder()
                                .headers(HeaderLookup.of(Map.of("x-session-id", "chat-4")))
                                .build())
                .produce(producer);

        assertThat(own.attribute(Session.ID)).isEqualTo("chat-4");
        assertThat(ofHeader.attribute(Session.ID)).isNull();
    }

    @Test
    void session_readsOneSourceAtMost() {
        assertThatThrownBy(() -> create(Session.PRODUCER, Map.of("headerName", "a", "cookieName", "b")))
                .isInstanceOf(ParameterException.class)
                .hasMessageStartingWith("params.cookieName: must not be given with headerName");
        assertThatThrownBy(() -> create(Session.PRODUCER, Map.of("cookieName", " ")))
                .isInstanceOf(ParameterException.class)
                .hasMessageStartingWith("params.cookieName");
    }

    @Test
    void session_readsTheCookieNamed() {
        DataProducer producer = (DataProducer) create(Session.PRODUCER, Map.of("cookieName", "sid"));

        TestCycle cycle = TestCycle.of(
                        TestFleet.of("a"),
                        TestRequests.builder()
                                .headers(HeaderLookup.of(Map.of("Cookie", "sid=chat-4")))
                                .build())
                .produce(producer);

        assertThat(cycle.attribute(Session.ID)).isEqualTo("chat-4");
    }

    @Test
    void inFlightLoad_takesItsParameters() {
        DataProducer producer = (DataProducer) create(
                InFlightLoad.PRODUCER,
                Map.of(
                        "addEstimatedOutputTokens",
                        true,
                        "outputRatio",
                        3,
                        "maxEstimatedOutputTokens",
                        25,
                        "prefixMatchInfoProducerName",
                        "precise",
                        "syncCrossReplicaState",
                        false));

        TestCycle cycle =
                TestCycle.of(TestFleet.of("a"), TestRequests.tokens(10)).produce(producer);

        assertThat(cycle.numbers(InFlightLoad.REQUEST_TOKENS)).isEqualTo(Map.of("a", 35L));
        assertThat(producer.consumes()).contains(PrefixMatch.of("precise"));
    }

    @Test
    void inFlightLoad_refusesToShareLoadBetweenReplicas() {
        assertThatThrownBy(() -> create(InFlightLoad.PRODUCER, Map.of("syncCrossReplicaState", true)))
                .isInstanceOf(ParameterException.class)
                .hasMessageStartingWith("params.syncCrossReplicaState: must be false")
                .hasMessageContaining("\nMaybe remove it");
    }

    private static Plugin llmd(String type, Map<String, ?> parameters) {
        return ProducerFactories.all(Semantics.LLM_D).stream()
                .filter(factory -> factory.type().equals(type))
                .findFirst()
                .orElseThrow()
                .create(type, Parameters.of("params", parameters));
    }

    private static Plugin create(String type, Map<String, ?> parameters) {
        return factory(type).create(type, Parameters.of("params", parameters));
    }

    private static PluginFactory factory(String type) {
        return ProducerFactories.all().stream()
                .filter(factory -> factory.type().equals(type))
                .findFirst()
                .orElseThrow();
    }
}
