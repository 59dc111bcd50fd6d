// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.kvcache.Tier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KvEventNormalizerTest {
    private final KvEventNormalizer normalizer = new KvEventNormalizer();

    private List<KvOperation> normalize(KvEvent... events) {
        return normalizer.normalize(new KvEventBatch(1, OptionalInt.empty(), List.of(events)));
    }

    private long dropped(DropReason reason) {
        return normalizer.drops().count(reason);
    }

    /** A store of one block of four tokens. */
    private static BlockStored.Builder block(long hash) {
        return BlockStored.builder(4, hash).tokens(1, 2, 3, 4);
    }

    private KvOperation.Store store(BlockStored event) {
        List<KvOperation> operations = normalize(event);
        assertThat(operations).hasSize(1);
        return (KvOperation.Store) operations.get(0);
    }

    /** The first hash of each operation; 0 for a clear. */
    private static List<Long> hashes(List<KvOperation> operations) {
        return operations.stream()
                .map(operation -> {
                    if (operation instanceof KvOperation.Store store) {
                        return store.event().hashes()[0];
                    }
                    return operation instanceof KvOperation.Remove remove
                            ? remove.event().hashes()[0]
                            : 0L;
                })
                .toList();
    }

    // Where

    @Test
    void media_areTiers() {
        Map<@Nullable String, Tier> table = new LinkedHashMap<>();
        table.put(null, Tier.ACCELERATOR);
        for (String medium : List.of("GPU", "gpu", "device")) {
            table.put(medium, Tier.ACCELERATOR);
        }
        for (String medium : List.of("CPU", "cpu", "CPU_PINNED", "CPU_TIER1")) {
            table.put(medium, Tier.HOST);
        }
        for (String medium : List.of("CPU_TIER2", "DISK", "NVME", "STORAGE", "FS", "OBJ")) {
            table.put(medium, Tier.STORAGE);
        }
        for (String medium : List.of("EXTERNAL", "NETWORK", "REMOTE", "SHARED")) {
            table.put(medium, Tier.REMOTE);
        }

        table.forEach((medium, tier) -> {
            assertThat(store(block(1).medium(medium).build()).tier()).as(medium).isEqualTo(tier);
            assertThat(normalize(BlockRemoved.builder(1).medium(medium).build()))
                    .containsExactly(new KvOperation.Remove(
                            BlockRemoved.builder(1).medium(medium).build(), tier));
        });
    }

    @Test
    void unknownMedium_isDropped() {
        assertThat(normalize(
                        block(1).medium("MARS").build(),
                        block(1).medium("").build(),
                        BlockRemoved.builder(1).medium("MARS").build(),
                        new BlockMoved(1, "level 2", "GPU")))
                .isEmpty();
        assertThat(dropped(DropReason.UNKNOWN_MEDIUM)).isEqualTo(4);
    }

    @Test
    void moveToAnUnknownMedium_removesTheBlockFromWhereItLay() {
        assertThat(normalize(new BlockMoved(1, "CPU", "MARS")))
                .containsExactly(new KvOperation.Remove(
                        BlockRemoved.builder(1).medium("CPU").build(), Tier.HOST));
        assertThat(dropped(DropReason.UNKNOWN_MEDIUM)).isEqualTo(1);
    }

    @Test
    void residencyAgentsEvents_areDropped() {
        assertThat(normalize(
                        block(1).ownership("kvcr").build(),
                        BlockRemoved.builder(1).ownership("KVCR").build(),
                        new AllBlocksCleared("kvcr"),
                        block(2).ownership("engine").build(),
                        new AllBlocksCleared()))
                .hasSize(2)
                .last()
                .isEqualTo(new KvOperation.Clear());
        assertThat(dropped(DropReason.FOREIGN_OWNER)).isEqualTo(3);
    }

    @Test
    void whatIsNotLocal_isDropped() {
        assertThat(normalize(
                        block(1).locality("REMOTE").build(),
                        BlockRemoved.builder(1).locality("elsewhere").build(),
                        block(2).locality("local").build()))
                .hasSize(1);
        assertThat(dropped(DropReason.NOT_LOCAL)).isEqualTo(2);
    }

    @Test
    void movesAndRemovalsFromEveryMedium_keepTheirSense() {
        BlockRemoved everywhere = BlockRemoved.builder(1).everyMedium().build();

        assertThat(normalize(new BlockMoved(1, "GPU", "CPU"), everywhere))
                .containsExactly(
                        new KvOperation.Move(1, Tier.ACCELERATOR, Tier.HOST), new KvOperation.Remove(everywhere, null));
    }

    // Groups

    @Test
    void onlyMainGroups_areLetThrough_whateverTheOrderInTheBatch() {
        List<KvOperation> first = normalize(
                block(1).group(1).kind("sliding_window").build(),
                block(2).group(0).kind("full_attention").build(),
                block(3).group(2).kind("mla_attention").build(),
                block(4).group(3).kind("sink_full_attention").build(),
                block(5).group(4).kind("mamba").build());
        List<KvOperation> then = normalize(
                BlockRemoved.builder(1).group(1).build(),
                BlockRemoved.builder(2).group(0).build(),
                BlockRemoved.builder(7).group(9).build(),
                block(8).group(4).build());

        assertThat(hashes(first)).containsExactly(2L, 3L, 4L);
        assertThat(hashes(then)).containsExactly(2L, 7L);
        assertThat(dropped(DropReason.NOT_MAIN_GROUP)).isEqualTo(4);
    }

    @Test
    void wholeBatch_isLearnedFirst() {
        assertThat(hashes(normalize(
                        block(1).group(1).build(),
                        BlockRemoved.builder(2).group(1).build(),
                        block(3).group(1).kind("mamba").build(),
                        block(4).group(0).build())))
                .containsExactly(4L);
    }

    @Test
    void kinds_thatDoNotHoldTheWholePrefix_areDropped() {
        List<String> dropped = List.of(
                "sliding_window",
                "sliding_window_mla",
                "mamba",
                "chunked_local_attention",
                "encoder_only_attention",
                "cross_attention",
                "unknown",
                "invented tomorrow");
        for (String kind : dropped) {
            assertThat(KvEventNormalizer.isMainKind(kind)).isFalse();
            assertThat(normalize(block(1).group(0).kind(kind).build())).as(kind).isEmpty();
            assertThat(normalize(block(1).kind(kind).build())).as(kind).isEmpty();
        }
        assertThat(dropped(DropReason.NOT_MAIN_GROUP)).isEqualTo(2L * dropped.size());
        for (String kind : List.of("full_attention", "mla_attention", "sink_full_attention")) {
            assertThat(KvEventNormalizer.isMainKind(kind)).isTrue();
            assertThat(normalize(block(1).group(0).kind(kind).build())).as(kind).hasSize(1);
        }
    }

    @Test
    void clear_keepsWhatWasLearned_resetForgetsIt() {
        normalize(block(1).group(1).kind("mamba").build());

        assertThat(hashes(normalize(new AllBlocksCleared(), block(2).group(1).build())))
                .containsExactly(0L);
        normalizer.reset();
        assertThat(hashes(normalize(block(2).group(1).build()))).containsExactly(2L);
        assertThat(dropped(DropReason.NOT_MAIN_GROUP)).isEqualTo(2);
    }

    @Test
    void hugeGroupNumber_isNotRemembered() {
        assertThat(normalize(block(1).group(Integer.MAX_VALUE).kind("mamba").build()))
                .isEmpty();
        assertThat(hashes(normalize(block(2).group(Integer.MAX_VALUE).build()))).containsExactly(2L);
    }

    @Test
    void windowOnlyRank_countsIfTheHostSaysSo_untilAMainGroupTurnsUp() {
        KvEventNormalizer windows = new KvEventNormalizer(true, false, new DropCounts());
        BlockStored window = block(1).group(1).kind("sliding_window").build();
        BlockRemoved removal = BlockRemoved.builder(1).group(1).build();
        BlockStored main = block(2).group(0).kind("full_attention").build();

        assertThat(hashes(windows.normalize(batch(window, removal, window)))).containsExactly(1L, 1L, 1L);
        assertThat(hashes(windows.normalize(batch(window, main, removal)))).containsExactly(0L, 2L);
        assertThat(hashes(windows.normalize(batch(window, main)))).containsExactly(2L);
        assertThat(windows.drops().count(DropReason.NOT_MAIN_GROUP)).isEqualTo(3);
    }

    @Test
    void windowOnlyRank_mayNameTheLastBlocksOnly() {
        KvEventNormalizer windows = new KvEventNormalizer(true, false, new DropCounts());
        BlockStored last = BlockStored.builder(2, 1)
                .tokens(1, 2, 3, 4, 5, 6)
                .kind("sliding_window")
                .extraKeys(List.of(List.of(new ExtraKey.Text("text"))))
                .build();

        KvOperation.Store store =
                (KvOperation.Store) windows.normalize(batch(last)).get(0);

        assertThat(store.firstToken()).isEqualTo(4);
        // It is not the prompt's first block, so its text is no salt.
        assertThat(store.cacheSalt()).isNull();
        assertThat(store.contentKeys(0)).containsExactly(new ExtraKey.Media("text", 0));
    }

    private static KvEventBatch batch(KvEvent... events) {
        return new KvEventBatch(1, OptionalInt.empty(), List.of(events));
    }

    // Shape

    @Test
    void placeholders_areDropped() {
        assertThat(normalize(
                        BlockStored.builder(0, 1, 2).medium("CPU").build(),
                        BlockStored.builder(4).tokens(1, 2, 3, 4).build()))
                .isEmpty();
        assertThat(dropped(DropReason.PLACEHOLDER)).isEqualTo(2);
    }

    @Test
    void namesWithoutTokens_goThroughIfTheIndexKnowsThem() {
        KvEventNormalizer namesOnly = new KvEventNormalizer(false, true, new DropCounts());
        BlockStored offload = BlockStored.builder(0, 1, 2).medium("CPU").build();
        BlockStored nothing = BlockStored.builder(4).tokens(1, 2, 3, 4).build();

        List<KvOperation> operations =
                namesOnly.normalize(new KvEventBatch(1, OptionalInt.empty(), List.of(offload, nothing)));

        assertThat(operations).singleElement().isInstanceOfSatisfying(KvOperation.Store.class, store -> {
            assertThat(store.tier()).isEqualTo(Tier.HOST);
            assertThat(store.event()).isSameAs(offload);
        });
        assertThat(namesOnly.drops().count(DropReason.PLACEHOLDER)).isEqualTo(1);
    }

    @Test
    void namesThatAChunkedOffloadRepeats_goThroughOnce() {
        KvEventNormalizer namesOnly = new KvEventNormalizer(false, true, new DropCounts());
        BlockStored chunk =
                BlockStored.builder(0, 3, 1, 3, 2, 1).parent(2).medium("CPU").build();
        BlockStored tokens = BlockStored.builder(1, 5, 5).tokens(1, 2).build();

        List<KvOperation> operations = namesOnly.normalize(batch(chunk, tokens));

        assertThat(operations)
                .singleElement()
                .isInstanceOfSatisfying(
                        KvOperation.Store.class,
                        store -> assertThat(store.event().hashes()).containsExactly(3, 1, 2));
        assertThat(namesOnly.drops().count(DropReason.SELF_REFERENCE)).isEqualTo(1);
    }

    @Test
    void parentOfZero_isNone_unlessTheRankHasStoredABlockOfThatName() {
        assertThat(store(block(1).parent(0).build()).event()).isEqualTo(block(1).build());
        store(block(0).build());
        assertThat(store(block(1).parent(0).build()).event().hasParent()).isTrue();
        normalizer.reset();
        assertThat(store(block(1).parent(0).build()).event().hasParent()).isFalse();
    }

    @Test
    void spansThatAreNotWholeBlocks_areDropped() {
        assertThat(normalize(
                        BlockStored.builder(4, 1).tokens(1, 2, 3, 4, 5, 6).build(),
                        BlockStored.builder(0, 1).tokens(1, 2, 3, 4).build(),
                        BlockStored.builder(-4, 1).tokens(1, 2, 3, 4).build(),
                        BlockStored.builder(4, 1, 2).tokens(1, 2, 3, 4).build(),
                        BlockStored.builder(1 << 30, 1, 2, 3, 4).tokens(1).build()))
                .isEmpty();
        assertThat(dropped(DropReason.UNALIGNED)).isEqualTo(5);
    }

    @Test
    void fewerHashesThanBlocks_areNoWholeSpanOfAMainGroup() {
        assertThat(normalize(
                        BlockStored.builder(2, 1).tokens(1, 2, 3, 4, 5, 6).build(),
                        BlockStored.builder(2, 1)
                                .tokens(1, 2, 3, 4)
                                .kind("full_attention")
                                .build()))
                .isEmpty();
        assertThat(dropped(DropReason.UNALIGNED)).isEqualTo(2);
        assertThat(store(block(1).build()).firstToken()).isZero();
    }

    @Test
    void hashesThatNameABlockTwice_areDropped() {
        assertThat(normalize(
                        block(4).parent(4).build(),
                        BlockStored.builder(1, 5, 5).tokens(1, 2).build(),
                        BlockStored.builder(1, 6, 7, 6).tokens(1, 2, 3).build(),
                        block(8).parent(7).build()))
                .hasSize(1);
        assertThat(dropped(DropReason.SELF_REFERENCE)).isEqualTo(3);
    }

    @Test
    void hashesThatNameABlockTwice_areFoundAmongMany() {
        long[] hashes = new long[100];
        Arrays.setAll(hashes, i -> i * 0x9e3779b97f4a7c15L);
        long[] twice = hashes.clone();
        twice[99] = twice[0];
        int[] tokens = new int[100];

        assertThat(normalize(BlockStored.builder(1, hashes).tokens(tokens).build()))
                .hasSize(1);
        assertThat(normalize(
                        BlockStored.builder(1, twice).tokens(tokens).build(),
                        BlockStored.builder(1, hashes)
                                .tokens(tokens)
                                .parent(hashes[50])
                                .build()))
                .isEmpty();
        assertThat(dropped(DropReason.SELF_REFERENCE)).isEqualTo(2);
        // A shorter store afterwards is not held against what was longer.
        assertThat(normalize(BlockStored.builder(1, Arrays.copyOf(hashes, 20))
                        .tokens(new int[20])
                        .build()))
                .hasSize(1);
    }

    // Namespace

    @Test
    void adapterAndSalt_comeFromTheirFields() {
        KvOperation.Store store =
                store(block(1).loraName("adapter").loraId(3).cacheSalt("salt").build());

        assertThat(store.loraAdapter()).isEqualTo("adapter");
        assertThat(store.cacheSalt()).isEqualTo("salt");
    }

    @Test
    void emptyNames_areNone() {
        KvOperation.Store store = store(block(1).loraName("")
                .loraId(0)
                .cacheSalt("")
                .extraKeys(List.of(List.of(new ExtraKey.Text(""))))
                .build());

        assertThat(store.loraAdapter()).isNull();
        assertThat(store.cacheSalt()).isNull();
    }

    @Test
    void adapterWithoutAName_isItsNumber() {
        assertThat(store(block(1).loraId(7).build()).loraAdapter()).isEqualTo("7");
    }

    @Test
    void salt_isTheFirstTextOfTheFirstBlockThatIsNotTheAdapter() {
        List<ExtraKey> keys = List.of(
                new ExtraKey.Text("adapter"),
                new ExtraKey.Media("image", 0),
                new ExtraKey.Digest("ab"),
                new ExtraKey.Text("salt"),
                new ExtraKey.Text("more"));

        KvOperation.Store store =
                store(block(1).loraName("adapter").extraKeys(List.of(keys)).build());

        assertThat(store.cacheSalt()).isEqualTo("salt");
        assertThat(store.contentKeys(0))
                .containsExactly(
                        new ExtraKey.Media("image", 0), new ExtraKey.Digest("ab"), new ExtraKey.Media("more", 0));
    }

    @Test
    void textOfALaterBlock_isNoSalt() {
        KvOperation.Store store = store(BlockStored.builder(2, 1, 2)
                .tokens(1, 2, 3, 4)
                .extraKeys(List.of(List.of(), List.of(new ExtraKey.Text("text"), new ExtraKey.Numeric(1))))
                .build());

        assertThat(store.cacheSalt()).isNull();
        assertThat(store.contentKeys(0)).isEmpty();
        assertThat(store.contentKeys(1)).containsExactly(new ExtraKey.Media("text", 0), new ExtraKey.Numeric(1));
    }

    @Test
    void textAfterAParent_isAnItem_unlessItIsTheAdapterOrTheSaltInItsField() {
        List<ExtraKey> keys =
                List.of(new ExtraKey.Text("adapter"), new ExtraKey.Text("salt"), new ExtraKey.Text("image"));
        BlockStored.Builder event = block(2).parent(1).loraName("adapter").extraKeys(List.of(keys));

        assertThat(store(event.build()).contentKeys(0))
                .containsExactly(new ExtraKey.Media("salt", 0), new ExtraKey.Media("image", 0));
        assertThat(store(event.cacheSalt("salt").build()).contentKeys(0))
                .containsExactly(new ExtraKey.Media("image", 0));
    }

    @Test
    void storeWithoutFurtherTexts_isPassedOnAsItIs() {
        BlockStored event = block(1).loraName("adapter")
                .extraKeys(List.of(List.of(new ExtraKey.Text("adapter"), new ExtraKey.Text("salt"))))
                .build();

        assertThat(store(event).event()).isSameAs(event);
    }

    // Counts

    @Test
    void whatTheDecoderLeftOut_isCounted() {
        normalizer.normalize(new KvEventBatch(1, OptionalInt.empty(), List.of(), 3, 2, "why"));

        assertThat(normalizer.drops().toMap())
                .containsExactly(Map.entry(DropReason.MALFORMED_EVENT, 3L), Map.entry(DropReason.UNKNOWN_EVENT, 2L));
        assertThat(normalizer.drops().total()).isEqualTo(5);
        assertThat(normalizer.drops()).hasToString("{MALFORMED_EVENT=3, UNKNOWN_EVENT=2}");
    }

    @Test
    void copies_goThroughOneForOne() {
        assertThat(hashes(normalize(
                        block(1).build(),
                        block(1).build(),
                        BlockRemoved.builder(1, 2, 3).build(),
                        BlockRemoved.builder(1).build())))
                .containsExactly(1L, 1L, 1L, 1L);
        assertThat(normalizer.drops().total()).isZero();
    }

    @Test
    void impossibleValues_areRefused() {
        assertThatThrownBy(() -> new KvEventBatch(1, OptionalInt.of(-1), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\nMaybe ");
        assertThatThrownBy(() -> new KvEventBatch(1, OptionalInt.empty(), List.of(), -1, 0, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new KvEventBatch(1, OptionalInt.empty(), List.of(), 1, 2, 0, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("malformedStores: must be from 0 to malformed, 1, but was 2.\nMaybe");
        assertThatThrownBy(() -> block(1).group(-2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> block(1).bigrams(new int[2], new int[1])).isInstanceOf(IllegalArgumentException.class);
    }
}
