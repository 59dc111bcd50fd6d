// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.explanation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.core.scorer.PrefixCacheScorer;
import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.KvEventBatch;
import dev.pointsman.kvcache.feed.KvEventChannel;
import dev.pointsman.testkit.TestRequests;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Engines' events on one side, decisions on the other. */
class KvEventsEndToEndTest {
    private final Fleet fleet = Fleet.of(Endpoint.of("a", "10.0.0.7:8000"), Endpoint.of("b", "10.0.0.8:8000"));
    private final RadixPrefixIndex index = RadixPrefixIndex.builder().build();
    private final Map<Integer, KvEventChannel> channels = new HashMap<>();
    private final Pointsman pointsman = Pointsman.builder(fleet)
            .plugin(
                    PrecisePrefixProducer.TYPE,
                    PrecisePrefixProducer.builder()
                            .index(index)
                            .channels(channels::get)
                            .build())
            .profile(Profile.builder("default")
                    .scorer(
                            PluginRef.instance(
                                    "prefix", new PrefixCacheScorer().readingFrom(PrecisePrefixProducer.TYPE)),
                            1)
                    .build())
            .build();

    @Test
    void request_goesWhereItsPromptIsCached_whicheverEndpointThatIs() {
        subscribe("a");
        subscribe("b");
        store("a", 0, request("x", 1));
        store("b", 0, request("y", 2));

        assertThat(explained(pointsman, request("r1", 1)).target().id()).isEqualTo("a");
        assertThat(explained(pointsman, request("r2", 2)).target().id()).isEqualTo("b");
    }

    @Test
    void explanation_saysWhyNothingMatches() {
        subscribe("b");
        store("b", 0, request("x", 1));

        Dispatch dispatch = explained(pointsman, request("r", 2));

        assertThat(explanation(dispatch).notes())
                .anySatisfy(note -> assertThat(note)
                        .isEqualTo("producer precise-prefix-cache-producer: of 1 endpoints it is not known what they"
                                + " have cached: a is cold (Nobody is subscribed to its events.)"))
                .anySatisfy(note -> assertThat(note)
                        .startsWith("producer precise-prefix-cache-producer: b holds nothing of the prompt: "));
    }

    @Test
    void endpointThatLeft_isNotMissed_andWhoComesBackStartsEmpty() {
        subscribe("a");
        subscribe("b");
        store("a", 0, request("x", 1));

        fleet.leave("a");

        assertThat(index.size()).isZero();
        assertThat(explained(pointsman, request("r", 1)).target().id()).isEqualTo("b");
    }

    private void subscribe(String id) {
        int slot = fleet.snapshot().slotOf(id);
        channels.put(
                slot,
                KvEventChannel.builder(index, slot, TestRequests.request().model(), PreciseFleet.BLOCK)
                        .build(0));
    }

    /** Has an engine say that it stored a prompt of two blocks. */
    private void store(String id, long sequence, InferenceRequest request) {
        int[] tokens = new int[2 * PreciseFleet.BLOCK];
        Arrays.fill(tokens, tokenOf(request));
        BlockStored stored = BlockStored.builder(PreciseFleet.BLOCK, 100L + tokens[0], 200L + tokens[0])
                .tokens(tokens)
                .medium("GPU")
                .build();
        channels.get(fleet.snapshot().slotOf(id))
                .live(sequence, new KvEventBatch(0, OptionalInt.empty(), List.of(stored)), 100, sequence, 1);
    }

    private static InferenceRequest request(String id, int token) {
        int[] tokens = new int[2 * PreciseFleet.BLOCK];
        Arrays.fill(tokens, token);
        return TestRequests.builder(id).tokens(tokens).build();
    }

    private static int tokenOf(InferenceRequest request) {
        return ((Prompt.Tokens) request.prompt()).view().token(0);
    }
}
