// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static dev.pointsman.kvcache.event.wire.Packed.list;
import static dev.pointsman.kvcache.event.wire.Packed.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.kvcache.event.AllBlocksCleared;
import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.ExtraKey;
import dev.pointsman.kvcache.event.KvEvent;
import dev.pointsman.kvcache.event.KvEventBatch;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KvEventDecoderTest {
    private static final List<@Nullable Object> TOKENS = list(1, 2, 3, 4, 5, 6, 7, 8);

    private final KvEventDecoder decoder = new KvEventDecoder();

    private KvEventBatch decode(byte[] bytes) throws KvEventFormatException {
        return decoder.decode(bytes);
    }

    /** Reads a batch of one event, which must be readable. */
    private KvEvent event(@Nullable Object event) throws KvEventFormatException {
        KvEventBatch batch = decode(Packed.batch(event));
        assertThat(batch.problem()).isNull();
        assertThat(batch.events()).hasSize(1);
        return batch.events().get(0);
    }

    private KvEventBatch hex(String hex) throws KvEventFormatException {
        return decode(HexFormat.of().parseHex(hex));
    }

    private static BlockStored.Builder twoBlocks() {
        return BlockStored.builder(4, 1, 2).tokens(1, 2, 3, 4, 5, 6, 7, 8);
    }

    // What engines sent

    @Test
    void firstArrayForm_isRead() throws KvEventFormatException {
        KvEventBatch batch = hex("92cb3ff80000000000009196ab426c6f636b53746f726564920102c098010203040506070804c0");

        assertThat(batch)
                .isEqualTo(new KvEventBatch(
                        1.5, OptionalInt.empty(), List.of(twoBlocks().build())));
    }

    @Test
    void bigrams_areSplit() throws KvEventFormatException {
        KvEventBatch batch =
                hex("92cb3ff00000000000009196ab426c6f636b53746f7265649101c09492010292020392030492040504c0");

        BlockStored stored = (BlockStored) batch.events().get(0);
        assertThat(stored.bigrams()).isTrue();
        assertThat(stored.tokens()).containsExactly(1, 2, 3, 4);
        assertThat(stored.nextTokens()).containsExactly(2, 3, 4, 5);
    }

    @Test
    void sglangMetadata_whereVllmHasTheAdapter_givesSaltAndSession() throws KvEventFormatException {
        KvEventBatch batch =
                hex("93cb3ff00000000000009198ab426c6f636b53746f726564920102c098010203040506070804c0a3475055"
                        + "82aa63616368655f73616c74a874656e616e742d61aa73657373696f6e5f6964a17300");

        assertThat(batch)
                .isEqualTo(new KvEventBatch(
                        1,
                        OptionalInt.of(0),
                        List.of(twoBlocks()
                                .medium("GPU")
                                .cacheSalt("tenant-a")
                                .sessionId("s")
                                .build())));
    }

    @Test
    void offloadPlaceholder_isRead() throws KvEventFormatException {
        KvEventBatch batch = hex("92cb3ff00000000000009197ab426c6f636b53746f726564920102c09000c0a3435055");

        assertThat(batch.events())
                .containsExactly(BlockStored.builder(0, 1, 2).medium("CPU").build());
    }

    @Test
    void longestArrayForm_isRead() throws KvEventFormatException {
        KvEvent event = event(list(
                "BlockStored",
                list(1, 2),
                7,
                TOKENS,
                4,
                3,
                "GPU",
                "adapter",
                list(list("adapter", list("image", -2), "salt", new byte[] {(byte) 0xab}, 5), null),
                0,
                "sliding_window",
                128,
                "LOCAL",
                "kvcr",
                "session",
                "something new",
                list(1)));

        assertThat(event)
                .isEqualTo(twoBlocks()
                        .parent(7)
                        .loraId(3)
                        .medium("GPU")
                        .loraName("adapter")
                        .extraKeys(List.of(
                                List.of(
                                        new ExtraKey.Text("adapter"),
                                        new ExtraKey.Media("image", -2),
                                        new ExtraKey.Text("salt"),
                                        new ExtraKey.Digest("ab"),
                                        new ExtraKey.Numeric(5)),
                                List.of()))
                        .group(0)
                        .kind("sliding_window")
                        .window(128)
                        .locality("LOCAL")
                        .ownership("kvcr")
                        .sessionId("session")
                        .build());
    }

    @Test
    void mapForm_isReadInAnyOrder_andUnknownKeysArePassedOver() throws KvEventFormatException {
        KvEvent event = event(map(
                "cache_salt",
                "salt",
                "token_ids",
                TOKENS,
                "kv_cache_spec_sliding_window",
                64,
                "something_new",
                map("type", list(1, map(2, 3))),
                7,
                "a key that is no text",
                "block_size",
                4,
                "parent_block_hash",
                null,
                "ownership",
                null,
                "session_id",
                17,
                "block_hashes",
                list(1, 2),
                "type",
                "BlockStored",
                "group_idx",
                2));

        assertThat(event)
                .isEqualTo(twoBlocks().cacheSalt("salt").window(64).group(2).build());
    }

    @Test
    void arrayAndMapForm_mayShareABatch() throws KvEventFormatException {
        KvEventBatch batch = decode(Packed.batch(
                list("BlockRemoved", list(1)),
                map("type", "BlockRemoved", "block_hashes", list(2), "medium", "CPU", "group_idx", 1),
                list("AllBlocksCleared"),
                map("type", "AllBlocksCleared", "ownership", "kvcr")));

        assertThat(batch.events())
                .containsExactly(
                        BlockRemoved.builder(1).build(),
                        BlockRemoved.builder(2).medium("CPU").group(1).build(),
                        new AllBlocksCleared(),
                        new AllBlocksCleared("kvcr"));
    }

    // Where versions disagree

    @Test
    void removal_withOrWithoutKindAndWindow_isReadByType() throws KvEventFormatException {
        BlockRemoved.Builder expected =
                BlockRemoved.builder(1).medium("STORAGE").group(0).locality("REMOTE");

        assertThat(event(list("BlockRemoved", list(1), "STORAGE", 0, "REMOTE"))).isEqualTo(expected.build());
        assertThat(event(list("BlockRemoved", list(1), "STORAGE", 0, null, null, "REMOTE")))
                .isEqualTo(expected.build());
        assertThat(event(list("BlockRemoved", list(1), "STORAGE", 0, "full_attention", 128, "REMOTE", "kvcr")))
                .isEqualTo(expected.kind("full_attention").ownership("kvcr").build());
    }

    @Test
    void removal_withAWordInPlaceOfTheLocality_isOfThatLocality() throws KvEventFormatException {
        assertThat(event(list("BlockRemoved", list(1), null, null, "elsewhere", "someone")))
                .isEqualTo(BlockRemoved.builder(1)
                        .locality("elsewhere")
                        .ownership("someone")
                        .build());
    }

    @Test
    void store_withMultimodalItemsBeforeTheGroup_isReadByType() throws KvEventFormatException {
        List<@Nullable Object> media = list(
                map("mm_objects", list(map("mm_hash", 99, "offsets", list(list(3, 9), list(12, 20)), "more", 1))),
                null);
        BlockStored.Builder expected = twoBlocks()
                .medium("GPU")
                .group(1)
                .kind("mamba")
                .window(32)
                .locality("REMOTE")
                .ownership("kvcr");

        assertThat(event(list(
                        "BlockStored",
                        list(1, 2),
                        null,
                        TOKENS,
                        4,
                        null,
                        "GPU",
                        null,
                        null,
                        null,
                        1,
                        "mamba",
                        32,
                        "REMOTE",
                        "kvcr")))
                .isEqualTo(expected.build());
        assertThat(event(list(
                        "BlockStored",
                        list(1, 2),
                        null,
                        TOKENS,
                        4,
                        null,
                        "GPU",
                        null,
                        null,
                        media,
                        1,
                        "mamba",
                        32,
                        "REMOTE",
                        "kvcr")))
                .isEqualTo(expected.extraKeys(List.of(List.of(new ExtraKey.Media("99", 3)), List.of()))
                        .build());
    }

    @Test
    void store_withNilsThenALocality_isOfThatLocality() throws KvEventFormatException {
        assertThat(event(list(
                        "BlockStored",
                        list(1, 2),
                        null,
                        TOKENS,
                        4,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        "REMOTE")))
                .isEqualTo(twoBlocks().locality("REMOTE").build());
    }

    @Test
    void store_withLayerNamesInPlaceOfTheAdapter_isRead() throws KvEventFormatException {
        assertThat(event(list("BlockStored", list(1, 2), null, TOKENS, 4, null, "GPU", list("full", "window"))))
                .isEqualTo(twoBlocks().medium("GPU").build());
    }

    @Test
    void adapterNumberThatIsAText_isTheName_unlessThereIsOne() throws KvEventFormatException {
        assertThat(event(list("BlockStored", list(1, 2), null, TOKENS, 4, "a")))
                .isEqualTo(twoBlocks().loraName("a").build());
        assertThat(event(list("BlockStored", list(1, 2), null, TOKENS, 4, "a", "GPU", "b")))
                .isEqualTo(twoBlocks().medium("GPU").loraName("b").build());
    }

    @Test
    void hashes_areTheirLast64Bits() throws KvEventFormatException {
        byte[] digest = HexFormat.of().parseHex("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");

        BlockRemoved removed = (BlockRemoved) event(list(
                "BlockRemoved",
                list(digest, new byte[] {1, 2}, new BigInteger("18446744073709551615"), Long.MIN_VALUE, 5)));

        assertThat(removed.hashes()).containsExactly(0x191a1b1c1d1e1f20L, 0x0102, -1, Long.MIN_VALUE, 5);
    }

    @Test
    void taggedAndStrangeExtraKeys_areKept() throws KvEventFormatException {
        BlockStored stored = (BlockStored) event(map(
                "type",
                "BlockStored",
                "block_hashes",
                list(1),
                "token_ids",
                list(1),
                "block_size",
                1,
                "extra_keys",
                list(list(
                        list("lora", "adapter", "/path"),
                        list("mm", "image", 4),
                        list("cache_salt", "salt"),
                        list("prompt_embeds", new byte[] {1}),
                        map("a", 1)))));

        assertThat(stored.extraKeys(0))
                .containsExactly(
                        new ExtraKey.Text("adapter"),
                        new ExtraKey.Media("image", 4),
                        new ExtraKey.Text("salt"),
                        new ExtraKey.Digest("01"),
                        new ExtraKey.Digest("81a16101"));
    }

    @Test
    void batch_mayBeLongerThanItWas() throws KvEventFormatException {
        KvEventBatch batch = decode(Packed.of(list(3, list(), 2, map("more", 1), "and more")));

        assertThat(batch).isEqualTo(new KvEventBatch(3, OptionalInt.of(2), List.of()));
    }

    @Test
    void rankThatIsNilOrNone_isAbsent() throws KvEventFormatException {
        assertThat(decode(Packed.of(list(1.0f, list(), null))).rank()).isEmpty();
        assertThat(decode(Packed.of(list(null, list(), -1))).rank()).isEmpty();
        assertThat(decode(Packed.of(list(null, list(), "x"))).timestamp()).isNaN();
    }

    // What is wrong

    @Test
    void unknownEvent_costsItselfOnly() throws KvEventFormatException {
        KvEventBatch batch = decode(Packed.batch(
                list("BlockPinned", list(1), map("x", 1)),
                map("destination", "peer", "type", "BlockMigrated"),
                list("BlockRemoved", list(1))));

        assertThat(batch.events()).hasSize(1);
        assertThat(batch.unknown()).isEqualTo(2);
        assertThat(batch.malformed()).isZero();
    }

    @Test
    void malformedEvents_costThemselvesOnly() throws KvEventFormatException {
        List<@Nullable Object> bad = list(
                null,
                17,
                list(),
                list(17),
                list("BlockStored", list(1)),
                list("BlockStored", "nope", null, TOKENS, 4, null),
                list("BlockStored", list(new byte[0]), null, TOKENS, 4, null),
                list("BlockStored", list(1), "parent", TOKENS, 4, null),
                list("BlockStored", list(1), null, list(-1), 4, null),
                list("BlockStored", list(1), null, list(1L << 32), 4, null),
                list("BlockStored", list(1), null, list(1.0), 4, null),
                list("BlockStored", list(1), null, list(1, list(2, 3)), 4, null),
                list("BlockStored", list(1), null, list(list(2, 3), 1), 4, null),
                list("BlockStored", list(1), null, list(list(2, 3, 4)), 4, null),
                list("BlockStored", list(1), null, TOKENS, -4, null),
                list("BlockStored", list(1), null, TOKENS, new BigInteger("18446744073709551615"), null),
                list("BlockRemoved"),
                list("BlockRemoved", list("x")),
                map("block_hashes", list(1)),
                map("type", 1, "block_hashes", list(1)),
                map("type", "BlockRemoved"),
                map("type", "BlockRemoved", "block_hashes", list(1), "medium", 3),
                map("type", "BlockStored", "block_hashes", list(1), "block_size", 4),
                map("type", "BlockStored", "block_hashes", list(1), "token_ids", TOKENS),
                map("type", "BlockStored", "token_ids", TOKENS, "block_size", 4));
        Object[] events = new Object[bad.size() + 1];
        for (int i = 0; i < bad.size(); i++) {
            events[i] = bad.get(i);
        }
        events[bad.size()] = list("BlockRemoved", list(9));

        KvEventBatch batch = decode(Packed.batch(events));

        assertThat(batch.events()).containsExactly(BlockRemoved.builder(9).build());
        assertThat(batch.malformed()).isEqualTo(bad.size());
        assertThat(batch.malformedOthers()).isEqualTo(10);
        assertThat(batch.unknown()).isZero();
        assertThat(batch.problem())
                .startsWith("events[0], byte 13: expected an event, an array or a map, but found nil.\nMaybe");
    }

    @Test
    void tooManyMalformedEvents_refuseTheBatch() throws KvEventFormatException {
        Object[] bad = new Object[1025];
        Arrays.fill(bad, 1);

        assertThat(decode(Packed.batch(Arrays.copyOf(bad, 1024))).malformed()).isEqualTo(1024);
        assertThatThrownBy(() -> decode(Packed.batch(bad)))
                .isInstanceOf(KvEventFormatException.class)
                .hasMessageStartingWith("byte 1037: expected at most 1024 unreadable events, but found more. The first:"
                        + " events[0], byte 13: expected an event");
    }

    @Test
    void whatIsNoBatch_isRefusedWithItsPlace() {
        assertRefused(new byte[0], "byte 0: expected an array, but found the end.");
        assertRefused(Packed.of(map("ts", 1)), "byte 0: expected an array, but found a map.");
        assertRefused(Packed.of(list(1.0)), "byte 0: expected an array of a timestamp and events, but found one of 1.");
        assertRefused(Packed.of(list("now", list())), "byte 1: expected a timestamp, but found a text.");
        assertRefused(Packed.of(list(1.0, 5)), "byte 10: expected an array, but found an integer.");
        assertRefused(
                new byte[] {(byte) 0x92, 1, (byte) 0x91, (byte) 0xc1},
                "byte 3: expected a value, but found the" + " byte 0xc1, which MessagePack never uses.");
    }

    @Test
    void bytesAfterTheBatch_areRefused() {
        byte[] batch = Packed.batch(list("AllBlocksCleared"));

        assertRefused(
                Arrays.copyOf(batch, batch.length + 3),
                "byte " + batch.length + ": expected the end, but found 3 more bytes.");
    }

    @Test
    void batchThatIsCutOff_isRefusedWhereverTheCutIs() {
        byte[] batch = Packed.batch(
                list("BlockStored", list(1, 1 << 20, new byte[32]), 7L << 40, TOKENS, 4, 3, "GPU", "adapter"),
                map("type", "BlockRemoved", "block_hashes", list(-500), "more", map(1, 2.5)));

        for (int length = 0; length < batch.length; length++) {
            byte[] cut = Arrays.copyOf(batch, length);
            assertThatThrownBy(() -> decode(cut)).isInstanceOf(KvEventFormatException.class);
        }
    }

    @Test
    void bytesBesideTheRange_areNotLookedAt() throws KvEventFormatException {
        byte[] batch = Packed.batch(list("BlockRemoved", list(1)));
        byte[] wider = new byte[batch.length + 20];
        Arrays.fill(wider, (byte) 0xc1);
        System.arraycopy(batch, 0, wider, 7, batch.length);

        assertThat(decoder.decode(wider, 7, batch.length)).isEqualTo(decode(batch));
        assertThatThrownBy(() -> decoder.decode(wider, 7, batch.length - 1)).isInstanceOf(KvEventFormatException.class);
        assertThatThrownBy(() -> decoder.decode(wider, 7, wider.length)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void batchOverTheBound_isRefused() throws KvEventFormatException {
        byte[] batch = Packed.batch(list("AllBlocksCleared"));

        assertThat(new KvEventDecoder(batch.length).decode(batch).events()).hasSize(1);
        assertThatThrownBy(() -> new KvEventDecoder(batch.length - 1).decode(batch))
                .isInstanceOf(KvEventFormatException.class)
                .hasMessageContaining("1 more bytes")
                .hasMessageContaining("maxBytes");
        assertThatThrownBy(() -> new KvEventDecoder(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void deepNesting_isPassedOver() throws KvEventFormatException {
        byte[] head = Packed.of("BlockRemoved");
        byte[] deep = new byte[4 + head.length + 3 + 1_000_000];
        deep[0] = (byte) 0x92;
        deep[1] = 1;
        deep[2] = (byte) 0x91;
        deep[3] = (byte) 0x93;
        System.arraycopy(head, 0, deep, 4, head.length);
        deep[4 + head.length] = (byte) 0x91;
        deep[5 + head.length] = 1;
        Arrays.fill(deep, 6 + head.length, deep.length - 1, (byte) 0x91);
        deep[deep.length - 1] = (byte) 0xc0;

        assertThat(decode(deep).events())
                .containsExactly(BlockRemoved.builder(1).build());
    }

    private void assertRefused(byte[] bytes, String fact) {
        assertThatThrownBy(() -> decode(bytes))
                .isInstanceOf(KvEventFormatException.class)
                .hasMessageStartingWith(fact + "\nMaybe ");
    }
}
