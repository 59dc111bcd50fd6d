// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.kvcache.event.AllBlocksCleared;
import dev.pointsman.kvcache.event.BlockMoved;
import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.DropReason;
import dev.pointsman.kvcache.event.ExtraKey;
import dev.pointsman.kvcache.event.KvEvent;
import dev.pointsman.kvcache.event.KvEventBatch;
import dev.pointsman.kvcache.event.KvEventNormalizer;
import dev.pointsman.kvcache.event.KvOperation;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TensorRtLlmDecoderTest {
    private final TensorRtLlmDecoder decoder = new TensorRtLlmDecoder(2);

    /** Reads JSON written with single quotes. */
    private List<TensorRtLlmBatch> decode(String json) throws KvEventFormatException {
        return decoder.decode(json.replace('\'', '"').getBytes(UTF_8));
    }

    /** Reads one event, whose data is given. */
    private KvEventBatch data(String data) throws KvEventFormatException {
        List<TensorRtLlmBatch> batches = decode("{'event_id': 5, 'data': " + data + "}");
        assertThat(batches).hasSize(1);
        return batches.get(0).batch();
    }

    private static String tokens(int... tokens) {
        StringBuilder json = new StringBuilder();
        for (int token : tokens) {
            json.append(json.isEmpty() ? "" : ", ")
                    .append("{'type': 'unique_token', 'token_id': ")
                    .append(token)
                    .append(", 'token_extra_id': 0}");
        }
        return "'tokens': [" + json + "]";
    }

    @Test
    void whatAnEngineSends_isRead() throws KvEventFormatException {
        List<TensorRtLlmBatch> batches = decode("[{'event_id': 0, 'data': {'type': 'created',"
                + " 'num_blocks_per_cache_level': [101230, 0]}, 'window_size': 256, 'attention_dp_rank': null},"
                + "{'event_id': 1, 'data': {'type': 'stored', 'parent_hash': null, 'blocks': [{'type': 'stored_block',"
                + " 'block_hash': 18446744073709551615, " + tokens(1, 2) + ", 'lora_id': 0, 'cache_level': 0,"
                + " 'priority': 35, 'mm_keys': [{'type': 'mm_key', 'hash': 'abcd', 'start_offset': 1}]},"
                + "{'type': 'stored_block', 'block_hash': 12, " + tokens(3, 4) + ", 'lora_id': 0, 'cache_level': 0,"
                + " 'priority': 35}]}, 'window_size': 256},"
                + "{'event_id': 2, 'data': {'type': 'updated', 'block_hash': 12, 'cache_level': {'type': 'event_diff',"
                + " 'new_value': 1, 'old_value': 0}, 'priority': null}, 'window_size': 256},"
                + "{'event_id': 3, 'data': {'type': 'removed', 'block_hashes': [12, -1]}, 'window_size': 256}]");

        assertThat(batches)
                .containsExactly(new TensorRtLlmBatch(
                        0,
                        4,
                        new KvEventBatch(
                                Double.NaN,
                                OptionalInt.empty(),
                                List.of(
                                        BlockStored.builder(2, -1, 12)
                                                .tokens(1, 2, 3, 4)
                                                .medium("GPU")
                                                .loraId(0)
                                                .extraKeys(List.of(List.of(new ExtraKey.Media("abcd", 1)), List.of()))
                                                .build(),
                                        new BlockMoved(12, "GPU", "CPU"),
                                        BlockRemoved.builder(12, -1)
                                                .everyMedium()
                                                .build()))));
    }

    @Test
    void ranksAndGaps_beginNewBatches() throws KvEventFormatException {
        String removal = ", 'data': {'type': 'removed', 'block_hashes': [1]}}";
        List<TensorRtLlmBatch> batches = decode("[{'attention_dp_rank': 0, 'event_id': 7" + removal
                + ", {'attention_dp_rank': 0, 'event_id': 8" + removal + ", {'attention_dp_rank': 1, 'event_id': 9"
                + removal + ", {'attention_dp_rank': 1, 'event_id': 11" + removal + "]");

        assertThat(batches).extracting(TensorRtLlmBatch::first).containsExactly(7L, 9L, 11L);
        assertThat(batches).extracting(TensorRtLlmBatch::next).containsExactly(9L, 10L, 12L);
        assertThat(batches)
                .extracting(each -> each.batch().rank())
                .containsExactly(OptionalInt.of(0), OptionalInt.of(1), OptionalInt.of(1));
    }

    @Test
    void blockThatIsNotFull_standsAlone_andIsDroppedByTheNormalizer() throws KvEventFormatException {
        KvEventBatch batch = data("{'blocks': [{'block_hash': 1, " + tokens(1, 2) + "}, {'block_hash': 2, " + tokens(3)
                + "}], 'parent_hash': 9, 'type': 'stored'}");

        assertThat(batch.events())
                .containsExactly(
                        BlockStored.builder(2, 1).parent(9).tokens(1, 2).build(),
                        BlockStored.builder(2, 2).parent(1).tokens(3).build());
        KvEventNormalizer normalizer = new KvEventNormalizer();
        assertThat(normalizer.normalize(batch)).hasSize(1);
        assertThat(normalizer.drops().count(DropReason.UNALIGNED)).isEqualTo(1);
    }

    @Test
    void blocksOfOtherLevelsAdaptersOrSalts_areOtherEvents_ofOneChain() throws KvEventFormatException {
        KvEventBatch batch = data("{'type': 'stored', 'parent_hash': null, 'blocks': [{'block_hash': 1, "
                + tokens(1, 2) + ", 'cache_level': 0}, {'block_hash': 2, " + tokens(3, 4)
                + ", 'cache_level': 1}, {'block_hash': 3, " + tokens(5, 6)
                + ", 'cache_level': 1, 'cache_salt': 'a'}, {'block_hash': 4, " + tokens(7, 8)
                + ", 'cache_level': 1, 'cache_salt': 17}]}");

        assertThat(batch.events())
                .containsExactly(
                        BlockStored.builder(2, 1).tokens(1, 2).medium("GPU").build(),
                        BlockStored.builder(2, 2)
                                .parent(1)
                                .tokens(3, 4)
                                .medium("CPU")
                                .build(),
                        BlockStored.builder(2, 3)
                                .parent(2)
                                .tokens(5, 6)
                                .medium("CPU")
                                .cacheSalt("a")
                                .build(),
                        BlockStored.builder(2, 4)
                                .parent(3)
                                .tokens(7, 8)
                                .medium("CPU")
                                .cacheSalt("17")
                                .build());
    }

    @Test
    void tokensWithOtherExtraIds_areOtherContent() throws KvEventFormatException {
        KvEvent plain = data("{'type': 'stored', 'blocks': [{'block_hash': 1, 'tokens': [1, 2]}]}")
                .events()
                .get(0);
        BlockStored extra = (BlockStored) data("{'type': 'stored', 'blocks': [{'block_hash': 1, 'tokens': ["
                        + "{'token_id': 1, 'token_extra_id': 0}, {'token_id': 2, 'token_extra_id': 6}]}]}")
                .events()
                .get(0);

        assertThat(plain).isEqualTo(BlockStored.builder(2, 1).tokens(1, 2).build());
        assertThat(extra.extraKeys(0)).containsExactly(new ExtraKey.Numeric(6));
    }

    @Test
    void eventsOfALesserWindow_areDroppedByTheNormalizer() throws KvEventFormatException {
        String data = "'data': {'type': 'stored', 'blocks': [{'block_hash': 1, 'tokens': [1, 2]}]}";
        List<TensorRtLlmBatch> batches = decode("[{'event_id': 0, 'window_size': 4096, 'data': {'type': 'created'}},"
                + "{'event_id': 1, 'window_size': 512, 'data': {'type': 'created'}},"
                + "{'event_id': 2, 'window_size': 512, " + data + "}, {'event_id': 3, 'window_size': 4096, " + data
                + "}, {'event_id': 4, 'window_size': 512, 'data': {'type': 'removed', 'block_hashes': [1]}},"
                + "{'event_id': 5, 'window_size': 512, 'data': {'type': 'updated', 'block_hash': 1,"
                + " 'cache_level': {'old_value': 0, 'new_value': 1}}}]");
        KvEventNormalizer normalizer = new KvEventNormalizer();

        List<KvOperation> operations = normalizer.normalize(batches.get(0).batch());

        assertThat(operations).hasSize(1).first().isInstanceOf(KvOperation.Store.class);
        assertThat(normalizer.drops().count(DropReason.NOT_MAIN_GROUP)).isEqualTo(2);
        decoder.reset();
        assertThat(decode("[{'event_id': 0, 'window_size': 512, " + data + "}]")
                        .get(0)
                        .batch()
                        .events())
                .containsExactly(BlockStored.builder(2, 1).tokens(1, 2).build());
    }

    @Test
    void largestWindow_isLearnedFromTheWholeCall() throws KvEventFormatException {
        String data = "'data': {'type': 'stored', 'blocks': [{'block_hash': 1, 'tokens': [1, 2]}]}";
        KvEventBatch batch = decode("[{'event_id': 0, 'window_size': 512, " + data
                        + "}, {'event_id': 1, 'window_size': 4096, " + data + "}]")
                .get(0)
                .batch();

        assertThat(batch.events())
                .containsExactly(
                        BlockStored.builder(2, 1)
                                .tokens(1, 2)
                                .kind("sliding_window")
                                .window(512)
                                .build(),
                        BlockStored.builder(2, 1).tokens(1, 2).build());
    }

    @Test
    void largerWindowInALaterCall_clearsItsRank_once() throws KvEventFormatException {
        String data = "'data': {'type': 'stored', 'blocks': [{'block_hash': 1, 'tokens': [1, 2]}]}";
        BlockStored stored = BlockStored.builder(2, 1).tokens(1, 2).build();
        decode("[{'event_id': 0, 'window_size': 512, " + data + "}]");
        String larger = "[{'event_id': 1, 'attention_dp_rank': 1, 'window_size': 64, " + data
                + "}, {'event_id': 1, 'window_size': 4096, " + data + "}]";

        List<TensorRtLlmBatch> batches = decode(larger);

        assertThat(batches.get(0).batch().events()).containsExactly(stored);
        assertThat(batches.get(1).batch().events()).containsExactly(new AllBlocksCleared(), stored);
        assertThat(decode(larger).get(1).batch().events()).containsExactly(stored);
    }

    @Test
    void malformedStores_areToldFromOthers() throws KvEventFormatException {
        assertThat(data("{'type': 'stored'}").malformedStores()).isEqualTo(1);
        assertThat(data("{'type': 'removed'}").malformedStores()).isZero();
        assertThat(data("{'type': 'removed'}").malformedOthers()).isEqualTo(1);
    }

    @Test
    void malformedAndUnknownEvents_costThemselvesOnly() throws KvEventFormatException {
        List<String> bad = List.of(
                "17",
                "[]",
                "null",
                "{}",
                "{'type': 3}",
                "{'type': {'a': ['b']}}",
                "{'type': 'stored'}",
                "{'type': 'stored', 'blocks': {'a': 1}}",
                "{'type': 'stored', 'blocks': [1]}",
                "{'type': 'stored', 'blocks': [{'tokens': [1, 2]}]}",
                "{'type': 'stored', 'blocks': [{'block_hash': 1.5, 'tokens': [1, 2]}]}",
                "{'type': 'stored', 'blocks': [{'block_hash': 18446744073709551616, 'tokens': [1, 2]}]}",
                "{'type': 'stored', 'blocks': [{'block_hash': 1, 'tokens': 1}]}",
                "{'type': 'stored', 'blocks': [{'block_hash': 1, 'tokens': [-1]}]}",
                "{'type': 'stored', 'blocks': [{'block_hash': 1, 'tokens': [4294967296]}]}",
                "{'type': 'stored', 'blocks': [{'block_hash': 1, 'tokens': [{}]}]}",
                "{'type': 'stored', 'blocks': [{'block_hash': 1, 'tokens': [1, 2], 'mm_keys': [{}, 1]}]}",
                "{'type': 'stored', 'parent_hash': 'x', 'blocks': []}",
                "{'type': 'removed'}",
                "{'type': 'removed', 'block_hashes': [null]}",
                "{'type': 'removed', 'block_hashes': 1}",
                "{'type': 'updated'}",
                "{'type': 'updated', 'block_hash': 1, 'cache_level': 1}");
        StringBuilder json = new StringBuilder("[");
        for (int i = 0; i < bad.size(); i++) {
            json.append("{'event_id': " + i + ", 'data': " + bad.get(i) + "},");
        }
        json.append("{'event_id': " + bad.size() + ", 'data': {'type': 'defragmented', 'more': [1, {}]}},");
        json.append("{'event_id': " + (bad.size() + 1) + ", 'data': {'type': 'removed', 'block_hashes': [1]}}]");

        KvEventBatch batch = decode(json.toString()).get(0).batch();

        assertThat(batch.malformed()).isEqualTo(bad.size());
        assertThat(batch.unknown()).isEqualTo(1);
        assertThat(batch.events())
                .containsExactly(BlockRemoved.builder(1).everyMedium().build());
        assertThat(batch.problem())
                .isEqualTo(
                        "event 0, character 25: expected data, but found VALUE_NUMBER_INT.\nMaybe the engine is newer than"
                                + " this version knows.");
    }

    @Test
    void whatIsNotSuchJson_isRefused() {
        for (String json : List.of(
                "",
                "17",
                "[17]",
                "[{}]",
                "{'event_id': null}",
                "{'event_id': -1, 'data': {}}",
                "{'event_id': 9223372036854775807, 'data': {}}",
                "{'event_id': 92233720368547758070, 'data': {}}",
                "{'event_id': 1, 'attention_dp_rank': 'x', 'data': {}}",
                "{'event_id': 1, 'window_size': 4294967296, 'data': {}}",
                "[{'event_id': 1, 'data': {'type': 'removed', 'block_hashes': [1]}}] []",
                "[{'event_id': 1, 'data': {'type': 'removed', 'block_hashes': [1]}}",
                "[{'event_id': 1, 'data': " + "[".repeat(1000) + "]".repeat(1000) + "}]",
                "[{'event_id': 1" + "0".repeat(1000) + "}]")) {
            assertThatThrownBy(() -> decode(json))
                    .as(json)
                    .isInstanceOf(KvEventFormatException.class)
                    .hasMessageContaining("expected ")
                    .hasMessageContaining("\nMaybe ");
        }
    }

    @Test
    void jsonOverTheBound_isRefused() {
        byte[] json = new byte[101];
        Arrays.fill(json, (byte) ' ');

        assertThatThrownBy(() -> new TensorRtLlmDecoder(32, 100).decode(json))
                .isInstanceOf(KvEventFormatException.class)
                .hasMessage("byte 100: expected the end, but found 1 more bytes.\nMaybe raise the decoder's maxBytes.");
        assertThatThrownBy(() -> new TensorRtLlmDecoder(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void lostEvents_leaveAGap() throws KvEventFormatException {
        TensorRtLlmEncoder encoder = new TensorRtLlmEncoder(OptionalInt.empty(), 128);
        List<KvEvent> events = List.of(BlockRemoved.builder(1).everyMedium().build());
        encoder.encode(events);
        encoder.lose(3);

        assertThat(decoder.decode(encoder.encode(events)).get(0).first()).isEqualTo(4);
        assertThat(encoder.nextId()).isEqualTo(5);
    }
}
