// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.DropCounts;
import dev.pointsman.kvcache.event.DropReason;
import dev.pointsman.kvcache.event.KvOperation;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class KvEventFeedTest {
    private static final String MODEL = "m";
    private static final int SLOT = 0;

    private final TieredPrefixIndex index = RadixPrefixIndex.builder().build();
    private final DropCounts drops = new DropCounts();

    private KvEventFeed feed(int slot, int blockSize) {
        return new KvEventFeed(index, slot, MODEL, blockSize, drops, KvIndexListener.NONE);
    }

    private static int[] tokens(int count) {
        return IntStream.range(0, count).toArray();
    }

    private static long[] names(long first, int count) {
        return LongStream.range(first, first + count).toArray();
    }

    private static KvOperation store(BlockStored.Builder event, Tier tier) {
        return new KvOperation.Store(event.build(), tier, null, null);
    }

    private static KvOperation store(BlockStored.Builder event) {
        return store(event, Tier.ACCELERATOR);
    }

    private static KvOperation remove(Tier tier, long... names) {
        return new KvOperation.Remove(BlockRemoved.builder(names).build(), tier);
    }

    private int match(int slot, int blockSize, int tokens, String lora, String salt) {
        BlockHasher hasher = new BlockHasher(blockSize);
        long[] hashes = new long[tokens / blockSize];
        hasher.hashTokens(tokens(tokens), 0, tokens, hasher.namespace(MODEL, lora, salt, List.of()), null, hashes);
        PrefixMatches matches = new PrefixMatches();
        index.match(hashes, hashes.length, matches);
        return matches.blocks(slot);
    }

    private int match(int blockSize, int tokens) {
        return match(SLOT, blockSize, tokens, null, null);
    }

    @Test
    void manyEngineBlocksToOne_removingOneDropsItsBlockAtOnce() {
        KvEventFeed feed = feed(SLOT, 64);

        feed.apply(List.of(store(BlockStored.builder(16, names(100, 8)).tokens(tokens(128)))));
        assertThat(match(64, 128)).isEqualTo(2);
        feed.apply(List.of(remove(Tier.ACCELERATOR, 100)));

        assertThat(match(64, 128)).isZero();
        assertThat(index.size()).as("the second block stays").isEqualTo(1);
        feed.apply(List.of(store(BlockStored.builder(16, 100).tokens(tokens(16)))));
        assertThat(match(64, 128)).as("the hole is filled").isEqualTo(2);
        feed.apply(List.of(remove(Tier.ACCELERATOR, 106)));
        assertThat(match(64, 128)).isEqualTo(1);
    }

    @Test
    void oneEngineBlockToMany_removingItDropsItsBlocksOnly() {
        KvEventFeed feed = feed(SLOT, 64);

        feed.apply(List.of(store(BlockStored.builder(128, 1, 2).tokens(tokens(256)))));
        assertThat(match(64, 256)).isEqualTo(4);
        feed.apply(List.of(remove(Tier.ACCELERATOR, 1)));

        assertThat(index.size()).isEqualTo(2);
        assertThat(match(64, 256)).isZero();
        feed.apply(List.of(store(BlockStored.builder(128, 1).tokens(tokens(128)))));
        assertThat(match(64, 256)).isEqualTo(4);
    }

    @Test
    void tokensThatFillNoBlock_areNotIndexedUntilOthersFillIt() {
        KvEventFeed feed = feed(SLOT, 64);

        feed.apply(List.of(store(BlockStored.builder(16, names(1, 3)).tokens(tokens(48)))));
        assertThat(index.size()).isZero();
        int[] next = IntStream.range(48, 64).toArray();
        feed.apply(List.of(store(BlockStored.builder(16, 4).parent(3).tokens(next))));

        assertThat(match(64, 64)).isEqualTo(1);
    }

    @Test
    void enginesOfDifferentBlockSizes_meetInTheIndex() {
        feed(0, 64).apply(List.of(store(BlockStored.builder(16, names(1, 8)).tokens(tokens(128)))));
        feed(1, 64).apply(List.of(store(BlockStored.builder(32, names(50, 4)).tokens(tokens(128)))));

        assertThat(match(0, 64, 128, null, null)).isEqualTo(2);
        assertThat(match(1, 64, 128, null, null)).isEqualTo(2);
    }

    @Test
    void forgottenEngineBlocks_leaveNothingBehind() {
        KvEventFeed feed = feed(SLOT, 64);
        feed.apply(List.of(store(BlockStored.builder(16, names(1, 8)).tokens(tokens(128)))));

        feed.apply(List.of(remove(Tier.ACCELERATOR, 1, 2, 3, 4, 5, 6, 7, 8)));

        assertThat(index.size()).isZero();
        assertThat(feed.blocksHeld()).isZero();
        // Whoever follows a forgotten block is refused.
        feed.apply(List.of(store(BlockStored.builder(16, 9).parent(8).tokens(tokens(16)))));
        assertThat(drops.toMap()).containsOnlyKeys(DropReason.UNKNOWN_PARENT);
    }

    @Test
    void storeAfterAnUnknownParent_isDroppedWhole() {
        KvEventFeed feed = feed(SLOT, 4);
        feed(1, 4).apply(List.of(store(BlockStored.builder(4, 1).tokens(tokens(4)))));

        feed.apply(List.of(store(BlockStored.builder(4, 2, 3).parent(1).tokens(tokens(8)))));

        assertThat(drops.toMap()).containsOnlyKeys(DropReason.UNKNOWN_PARENT);
        assertThat(drops.total()).isEqualTo(1);
        assertThat(index.knows(SLOT, 2)).isFalse();
    }

    @Test
    void storeInAnotherBlockSize_isDroppedUntilTheCacheIsCleared() {
        KvEventFeed feed = feed(SLOT, 4);
        feed.apply(List.of(store(BlockStored.builder(4, 1).tokens(tokens(4)))));

        feed.apply(List.of(store(BlockStored.builder(8, 2).tokens(tokens(8)))));
        assertThat(drops.toMap()).containsOnlyKeys(DropReason.BLOCK_SIZE_MISMATCH);
        feed.apply(
                List.of(new KvOperation.Clear(), store(BlockStored.builder(8, 2).tokens(tokens(8)))));

        assertThat(match(4, 8)).isEqualTo(2);
        assertThat(feed.engineBlockSize()).isEqualTo(8);
    }

    @Test
    void adapterAndSalt_keepBlocksApartAndAreThoseOfTheParent() {
        KvEventFeed feed = feed(SLOT, 4);
        BlockStored first = BlockStored.builder(4, 1).tokens(tokens(4)).build();
        int[] rest = IntStream.range(4, 8).toArray();

        feed.apply(List.of(
                new KvOperation.Store(first, Tier.ACCELERATOR, "lora", "salt"),
                store(BlockStored.builder(4, 2).parent(1).tokens(rest))));

        assertThat(match(SLOT, 4, 8, "lora", "salt")).isEqualTo(2);
        assertThat(match(SLOT, 4, 8, "lora", null)).isZero();
        assertThat(match(SLOT, 4, 8, null, null)).isZero();
        assertThat(feed.namespaces()).hasSize(1);
    }

    @Test
    void storeWithoutTokens_isKnownFromAnotherTier() {
        KvEventFeed feed = feed(SLOT, 4);
        feed.apply(List.of(store(BlockStored.builder(4, 1).tokens(tokens(4)))));

        feed.apply(List.of(store(BlockStored.builder(0, 1, 99), Tier.HOST), remove(Tier.ACCELERATOR, 1)));

        assertThat(match(4, 4)).isEqualTo(1);
        assertThat(drops.toMap()).containsExactlyEntriesOf(Map.of(DropReason.UNKNOWN_BLOCK, 1L));
        feed.apply(List.of(remove(Tier.HOST, 1)));
        assertThat(match(4, 4)).isZero();
    }

    @Test
    void removalFromEveryTier_takesAllCopiesOfTheBlock() {
        KvEventFeed feed = feed(SLOT, 4);
        feed.apply(List.of(
                store(BlockStored.builder(4, 1).tokens(tokens(4))),
                store(BlockStored.builder(4, 1).tokens(tokens(4)), Tier.STORAGE)));

        feed.apply(List.of(new KvOperation.Remove(BlockRemoved.builder(1).build(), null)));

        assertThat(index.size()).isZero();
        assertThat(drops.total()).isZero();
    }

    @Test
    void tailThatAnotherHoldsBehindItsHead_countsOnceTheHeadComes() {
        feed(1, 4).apply(List.of(store(BlockStored.builder(4, names(100, 10)).tokens(tokens(40)))));
        KvEventFeed feed = feed(SLOT, 4);

        feed.apply(List.of(store(BlockStored.builder(4, names(204, 6)).tokens(tokens(40)))));
        assertThat(match(4, 40)).isZero();
        feed.apply(List.of(store(BlockStored.builder(4, names(200, 4)).tokens(tokens(16)))));

        assertThat(match(4, 40)).isEqualTo(10);
        assertThat(match(1, 4, 40, null, null)).isEqualTo(10);
    }

    @Test
    void tailSomeWayAfterItsParent_countsOnceTheGapIsFilled() {
        feed(1, 4).apply(List.of(store(BlockStored.builder(4, names(100, 10)).tokens(tokens(40)))));
        KvEventFeed feed = feed(SLOT, 4);
        feed.apply(List.of(store(BlockStored.builder(4, names(200, 2)).tokens(tokens(8)))));
        int[] rest = IntStream.range(8, 40).toArray();

        feed.apply(
                List.of(store(BlockStored.builder(4, names(205, 5)).parent(201).tokens(rest))));
        assertThat(match(4, 40)).isEqualTo(2);
        feed.apply(List.of(store(BlockStored.builder(4, names(202, 3))
                .parent(201)
                .tokens(IntStream.range(8, 20).toArray()))));

        assertThat(match(4, 40)).isEqualTo(10);
    }

    @Test
    void windowOnlyStore_alignsToTheTailOfItsTokens() {
        KvEventFeed feed = feed(SLOT, 4);

        // Three blocks of tokens and one name: it is the last block's.
        feed.apply(List.of(store(BlockStored.builder(4, 7).tokens(tokens(12)))));

        long[] hashes = new long[3];
        BlockHasher hasher = new BlockHasher(4);
        hasher.hashTokens(tokens(12), 0, 12, hasher.namespace(MODEL, null, null, List.of()), null, hashes);
        assertThat(index.blockHash(SLOT, 7)).isEqualTo(hashes[2]);
        assertThat(match(4, 12)).as("no prefix").isZero();
    }

    @Test
    void moreEngineBlocksThanMayBeTranslated_areRefusedAndCounted() {
        KvEventFeed feed = new KvEventFeed(index, SLOT, MODEL, 64, drops, KvIndexListener.NONE, 6);

        feed.apply(List.of(store(BlockStored.builder(16, names(1, 8)).tokens(tokens(128)))));

        assertThat(match(64, 128)).isEqualTo(1);
        assertThat(feed.blocksHeld()).isEqualTo(6);
        assertThat(drops.toMap()).containsExactlyEntriesOf(Map.of(DropReason.INDEX_FULL, 2L));
        feed.apply(List.of(remove(Tier.ACCELERATOR, 1, 2, 3, 4, 5, 6)));
        feed.apply(List.of(store(BlockStored.builder(16, names(11, 4)).tokens(tokens(64)))));
        assertThat(match(64, 64)).as("there is room again").isEqualTo(1);
    }

    @Test
    void translatedBlocksThatTheIndexRefuses_areCounted() {
        PlainTieredIndex full = new PlainTieredIndex() {
            @Override
            public int storeAfter(int slot, Tier tier, long parent, long[] names, long[] hashes, int count) {
                return 0;
            }
        };
        KvEventFeed feed = new KvEventFeed(full, SLOT, MODEL, 64, drops, KvIndexListener.NONE);

        feed.apply(List.of(store(BlockStored.builder(16, names(1, 8)).tokens(tokens(128)))));

        assertThat(full.size()).isEqualTo(1);
        assertThat(drops.toMap()).containsExactlyEntriesOf(Map.of(DropReason.INDEX_FULL, 1L));
    }

    @Test
    void translatedBlockThatTheIndexEvicted_isNoticedAndStoredAgainWithWhatFollows() {
        KvEventFeed feed = feed(SLOT, 64);
        feed.apply(List.of(store(BlockStored.builder(16, names(1, 4)).tokens(tokens(64)))));
        index.clear(SLOT);
        int[] next = IntStream.range(64, 128).toArray();

        feed.apply(List.of(store(BlockStored.builder(16, names(5, 4)).parent(4).tokens(next))));
        assertThat(index.size()).isZero();
        assertThat(drops.toMap()).containsExactlyEntriesOf(Map.of(DropReason.INDEX_FULL, 1L));
        feed.apply(List.of(
                remove(Tier.ACCELERATOR, 1), store(BlockStored.builder(16, 1).tokens(tokens(16)))));

        assertThat(match(64, 128)).isEqualTo(2);
    }

    @Test
    void blockThatIsEvictedBetweenTwoQuestions_isAnUnknownParent() {
        PlainTieredIndex racing = new PlainTieredIndex() {
            @Override
            public long blockHash(int slot, long engineHash) {
                throw new NoSuchElementException("evicted by another thread");
            }
        };
        KvEventFeed feed = new KvEventFeed(racing, SLOT, MODEL, 4, drops, KvIndexListener.NONE);

        feed.apply(List.of(
                store(BlockStored.builder(4, 1).tokens(tokens(4))),
                store(BlockStored.builder(4, 2).parent(1).tokens(tokens(4))),
                store(BlockStored.builder(0, 1), Tier.HOST)));

        assertThat(drops.toMap())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(DropReason.UNKNOWN_PARENT, 1L, DropReason.UNKNOWN_BLOCK, 1L));
    }

    @Test
    void parentZeroThatIsNotHeld_isNone() {
        for (int blockSize : new int[] {4, 8}) {
            KvEventFeed feed = feed(blockSize, blockSize);

            feed.apply(List.of(store(BlockStored.builder(4, 1, 2).parent(0).tokens(tokens(8)))));

            assertThat(match(blockSize, blockSize, 8, null, null)).isEqualTo(8 / blockSize);
        }
        assertThat(drops.total()).isZero();
    }

    @Test
    void parentZeroThatIsHeld_isOne() {
        for (int blockSize : new int[] {4, 8}) {
            KvEventFeed feed = feed(blockSize, blockSize);
            int[] rest = IntStream.range(4, 8).toArray();

            feed.apply(List.of(
                    store(BlockStored.builder(4, 0).tokens(tokens(4))),
                    store(BlockStored.builder(4, 2).parent(0).tokens(rest))));

            assertThat(match(blockSize, blockSize, 8, null, null)).isEqualTo(8 / blockSize);
        }
    }

    @Test
    void blockSize_isThatOfTheAccelerator() {
        KvEventFeed feed = feed(SLOT, 4);

        feed.apply(List.of(store(BlockStored.builder(8, 1).tokens(tokens(8)), Tier.HOST)));
        assertThat(match(4, 8)).as("nothing else was said yet").isEqualTo(2);
        feed.apply(List.of(store(BlockStored.builder(4, 11, 12).tokens(tokens(8)))));

        assertThat(feed.engineBlockSize()).isEqualTo(4);
        assertThat(match(4, 8)).isEqualTo(2);
        feed.apply(List.of(remove(Tier.ACCELERATOR, 11, 12)));
        assertThat(index.size())
                .as("what the connector said in its own size is forgotten")
                .isZero();
        feed.apply(List.of(store(BlockStored.builder(8, 1).tokens(tokens(8)), Tier.HOST)));
        assertThat(index.size()).isZero();
        assertThat(drops.count(DropReason.BLOCK_SIZE_MISMATCH)).isEqualTo(2);
    }

    @Test
    void manyNamespaces_theLatestAreRemembered() {
        KvEventFeed feed = feed(SLOT, 4);
        for (int i = 0; i < 40; i++) {
            BlockStored event = BlockStored.builder(4, i).tokens(tokens(4)).build();
            feed.apply(List.of(
                    new KvOperation.Store(event, Tier.ACCELERATOR, null, "salt-" + i),
                    new KvOperation.Store(event, Tier.ACCELERATOR, null, "salt-0")));
        }

        assertThat(feed.namespaces()).hasSize(16).doesNotHaveDuplicates();
        assertThat(feed.namespaces().get(0).cacheSalt()).isEqualTo("salt-0");
        assertThat(feed.namespaces().get(1).cacheSalt()).isEqualTo("salt-39");
    }
}
