// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static dev.pointsman.kvcache.event.wire.Packed.list;
import static dev.pointsman.kvcache.event.wire.Packed.map;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.KvEvent;
import dev.pointsman.kvcache.event.KvEventBatch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Fields that are nil or out of range where an engine has nothing to say, and words that are not in their places. */
class LenientReadingTest {
    private static final BlockStored NOTHING = BlockStored.builder(0).build();

    private final KvEventDecoder decoder = new KvEventDecoder();

    private KvEvent event(@Nullable Object event) throws KvEventFormatException {
        KvEventBatch batch = decoder.decode(Packed.batch(event));
        assertThat(batch.problem()).isNull();
        assertThat(batch.events()).hasSize(1);
        return batch.events().get(0);
    }

    private BlockRemoved removal(@Nullable Object... tail) throws KvEventFormatException {
        List<@Nullable Object> event = new ArrayList<>(list("BlockRemoved", list(1)));
        event.addAll(list(tail));
        return (BlockRemoved) event(event);
    }

    /** A store of one block of one token, with the elements from the group on. */
    private BlockStored store(@Nullable Object... tail) throws KvEventFormatException {
        List<@Nullable Object> event =
                new ArrayList<>(list("BlockStored", list(1), null, list(2), 1, null, null, null, null));
        event.addAll(list(tail));
        return (BlockStored) event(event);
    }

    private static BlockStored.Builder stored() {
        return BlockStored.builder(1, 1).tokens(2);
    }

    // Nil

    @Test
    void hashesTokensAndBlockSize_thatAreNil_areNone() throws KvEventFormatException {
        assertThat(event(list("BlockStored", null, null, null, null, null))).isEqualTo(NOTHING);
        assertThat(event(map("type", "BlockStored", "block_hashes", null, "token_ids", null, "block_size", null)))
                .isEqualTo(NOTHING);
        assertThat(event(list("BlockRemoved", null, "GPU")))
                .isEqualTo(BlockRemoved.builder().medium("GPU").build());
        assertThat(event(map("type", "BlockRemoved", "block_hashes", null)))
                .isEqualTo(BlockRemoved.builder().build());
    }

    @Test
    void offloadWithoutTokens_keepsItsNames() throws KvEventFormatException {
        assertThat(event(list("BlockStored", list(1, 2), null, null, null, null, "CPU")))
                .isEqualTo(BlockStored.builder(0, 1, 2).medium("CPU").build());
    }

    @Test
    void negativeGroupOrWindow_isNone() throws KvEventFormatException {
        assertThat(store(-1, "full_attention", -1, "LOCAL"))
                .isEqualTo(stored().kind("full_attention").locality("LOCAL").build());
        assertThat(removal("GPU", -1))
                .isEqualTo(BlockRemoved.builder(1).medium("GPU").build());
        assertThat(event(map(
                        "type",
                        "BlockStored",
                        "block_hashes",
                        list(1),
                        "token_ids",
                        list(2),
                        "block_size",
                        1,
                        "group_idx",
                        -1,
                        "kv_cache_spec_sliding_window",
                        Long.MIN_VALUE)))
                .isEqualTo(stored().build());
        assertThat(event(map("type", "BlockRemoved", "block_hashes", list(1), "group_idx", -1)))
                .isEqualTo(BlockRemoved.builder(1).build());
    }

    // What is counted

    @Test
    void malformedStores_areToldFromWhatMayHaveBeenARemoval() throws KvEventFormatException {
        KvEventBatch batch = decoder.decode(Packed.batch(
                list("BlockStored", list(1)),
                map("token_ids", 1, "type", "BlockStored"),
                list("BlockRemoved"),
                map("type", "BlockRemoved"),
                17,
                list("BlockRemoved", list(1))));

        assertThat(batch.malformed()).isEqualTo(5);
        assertThat(batch.malformedStores()).isEqualTo(2);
        assertThat(batch.malformedOthers()).isEqualTo(3);
        assertThat(batch.events()).hasSize(1);
    }

    // Words of removals

    @Test
    void removalInEitherOrder_isOfItsLocality() throws KvEventFormatException {
        BlockRemoved.Builder remote =
                BlockRemoved.builder(1).medium("GPU").group(0).locality("REMOTE");

        assertThat(removal("GPU", 0, "REMOTE")).isEqualTo(remote.build());
        assertThat(removal("GPU", 0, "REMOTE", "kvcr"))
                .isEqualTo(remote.ownership("kvcr").build());
        assertThat(removal("GPU", null, null, "REMOTE"))
                .isEqualTo(
                        BlockRemoved.builder(1).medium("GPU").locality("REMOTE").build());
        assertThat(removal("GPU", 0, "full_attention", null, "REMOTE", "kvcr"))
                .isEqualTo(remote.kind("full_attention").build());
    }

    @Test
    void removalOfAKindThatIsNotKnown_keepsIt() throws KvEventFormatException {
        BlockRemoved.Builder expected =
                BlockRemoved.builder(1).medium("GPU").group(0).kind("gated_delta");

        assertThat(removal("GPU", 0, "gated_delta", 128)).isEqualTo(expected.build());
        assertThat(removal("GPU", 0, "gated_delta", null, null, "kvcr"))
                .isEqualTo(expected.ownership("kvcr").build());
        assertThat(removal("GPU", 0, "gated_delta", null, "LOCAL"))
                .isEqualTo(expected.ownership(null).locality("LOCAL").build());
    }

    @Test
    void windowOfARemoval_isNoGroup() throws KvEventFormatException {
        assertThat(removal("GPU", null, "full_attention", 128, "LOCAL"))
                .isEqualTo(BlockRemoved.builder(1)
                        .medium("GPU")
                        .kind("full_attention")
                        .locality("LOCAL")
                        .build());
    }

    // Words of stores

    @Test
    void knownWordOfAStore_saysWhatItIsWhereverItStands() throws KvEventFormatException {
        assertThat(store("LOCAL")).isEqualTo(stored().locality("LOCAL").build());
        assertThat(store(0, "REMOTE"))
                .isEqualTo(stored().group(0).locality("REMOTE").build());
        assertThat(store(0, "kvcr"))
                .isEqualTo(stored().group(0).ownership("kvcr").build());
    }

    @Test
    void unknownWordInPlaceOfAStoresLocality_isPassedOver() throws KvEventFormatException {
        BlockStored.Builder expected = stored().group(0).kind("full_attention").window(0);

        assertThat(store(0, "full_attention", 0, "kv_connector")).isEqualTo(expected.build());
        assertThat(store(0, "full_attention", 0, "kv_connector", "kvcr", "a session"))
                .isEqualTo(expected.ownership("kvcr").sessionId("a session").build());
    }

    @Test
    void unknownWordInPlaceOfAStoresKind_isAKind() throws KvEventFormatException {
        assertThat(store(0, "gated_delta"))
                .isEqualTo(stored().group(0).kind("gated_delta").build());
    }
}
