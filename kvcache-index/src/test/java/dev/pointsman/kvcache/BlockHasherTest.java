// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Golden values were computed with the reference implementation (xxHash 0.8, through its Python binding): XXH3-64 of
 * the parent as 8 bytes and the tokens as 4 bytes each, all little endian.
 */
class BlockHasherTest {
    private static final int[] ONE_TO_TEN = IntStream.rangeClosed(1, 10).toArray();

    @Test
    void hashTokens_fullBlocks_areAsTheReferenceSays() {
        assertThat(tokens(new BlockHasher(4), 0, ONE_TO_TEN)).containsExactly(0x341839abbe30be0bL, 0x37b6de0623bdb5caL);
    }

    @Test
    void hashTokens_partialTail_countsIfAskedTo() {
        assertThat(tokens(new BlockHasher(4, true), 0, ONE_TO_TEN))
                .containsExactly(0x341839abbe30be0bL, 0x37b6de0623bdb5caL, 0x3c770ed707b6f2e7L);
    }

    @Test
    void hashTokens_longBlocks_areAsTheReferenceSays() {
        int[] tokens =
                IntStream.range(0, 300).map(i -> (i * 7919 + 13) % 152_064).toArray();

        assertThat(tokens(new BlockHasher(128), 0x0123456789abcdefL, tokens))
                .containsExactly(0x100fbd06053e8be1L, 0x11b4edc37d1802e1L);
    }

    @Test
    void hashTokens_idsBeyondTheSignBit_areUnsigned() {
        assertThat(tokens(new BlockHasher(2), 0, -1, Integer.MIN_VALUE, 0, Integer.MAX_VALUE))
                .containsExactly(0x182a00b8134baac3L, 0x948377df0aebe8c6L);
    }

    @Test
    void hashText_isAsTheReferenceSays() {
        assertThat(text(new BlockHasher(4, true), 0, "The quick brown fox jumps über the lazy dog".getBytes(UTF_8)))
                .containsExactly(0xf951b758c430ec4dL, 0xbeec355a785910c1L, 0xc4b49e88eaf36881L);
    }

    @Test
    void namespace_isAsTheReferenceSays() {
        BlockHasher hasher = new BlockHasher(16);

        assertThat(hasher.namespace("llama-3.1-8b", null, null, List.of())).isEqualTo(0xfa31fc77d1039f6eL);
        assertThat(hasher.namespace("llama-3.1-8b", "adapter-a", "tenant-ä", List.of("img-1", "img-2")))
                .isEqualTo(0x59c338f650ff0bd3L);
    }

    @Test
    void items_areAsTheReferenceSays() {
        BlockHasher hasher = new BlockHasher(4);
        long cat = hasher.item("img-cat");
        long dog = hasher.item("img-dog");
        long both = BlockHasher.withItem(BlockHasher.withItem(BlockHasher.NO_ITEMS, cat), dog);

        assertThat(cat).isEqualTo(0x73b28c38aad9f686L);
        assertThat(both).isEqualTo(0x2fc3473d436cf91dL);
        assertThat(hasher.hashBlock(ONE_TO_TEN, 0, 4, 0, both)).isEqualTo(0x155e9d9e0e422b55L);
    }

    @Test
    void placeItem_countsInEachBlockThatItReachesInto_andInNoOther() {
        BlockHasher hasher = new BlockHasher(4);
        long cat = BlockHasher.withItem(BlockHasher.NO_ITEMS, hasher.item("cat"));
        long dog = BlockHasher.withItem(BlockHasher.NO_ITEMS, hasher.item("dog"));
        long[] items = new long[6];

        hasher.placeItem("cat", 3, 5, items, 4);
        hasher.placeItem("nothing", 9, 0, items, 4);
        hasher.placeItem("dog", 7, 1, items, 4);
        hasher.placeItem("dog", 12, Integer.MAX_VALUE, items, 4);
        hasher.placeItem("beyond", Integer.MAX_VALUE, Integer.MAX_VALUE, items, 4);

        assertThat(items).containsExactly(cat, BlockHasher.withItem(cat, hasher.item("dog")), 0, dog, 0, 0);
    }

    @Test
    void items_changeTheirBlockAndAllAfterIt_andTheirOrderCounts() {
        BlockHasher hasher = new BlockHasher(2);
        TokenSource tokens = TokenSource.of(ONE_TO_TEN);
        long[] plain = tokens(hasher, 7, ONE_TO_TEN);
        long[] items = new long[5];
        long[] catAndDog = new long[5];
        long[] dogAndCat = new long[5];

        hasher.placeItem("cat", 4, 1, items, 5);
        hasher.placeItem("dog", 5, 1, items, 5);
        hasher.hashTokens(tokens, 7, items, catAndDog);
        Arrays.fill(items, BlockHasher.NO_ITEMS);
        hasher.placeItem("dog", 4, 1, items, 5);
        hasher.placeItem("cat", 5, 1, items, 5);
        hasher.hashTokens(tokens, 7, items, dogAndCat);

        assertThat(Arrays.mismatch(plain, catAndDog)).isEqualTo(2);
        assertThat(Arrays.mismatch(catAndDog, dogAndCat)).isEqualTo(2);
        assertThat(Stream.of(plain, catAndDog, dogAndCat)
                        .flatMapToLong(Arrays::stream)
                        .distinct()
                        .count())
                .isEqualTo(2 + 3 * 3);
    }

    @Test
    void items_notForEveryBlock_areRefused() {
        BlockHasher hasher = new BlockHasher(4);

        assertThatThrownBy(() -> hasher.hashTokens(ONE_TO_TEN, 0, 8, 0, new long[1], new long[2]))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> hasher.hashTokens(TokenSource.of(ONE_TO_TEN), 0, new long[1], new long[2]))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> hasher.hashTokens(ONE_TO_TEN, 4, 11, 0, null, new long[2]))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> hasher.hashBlock(ONE_TO_TEN, 0, 5, 0, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> hasher.hashBlock(ONE_TO_TEN, 0, 0, 0, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> hasher.hashBlock(ONE_TO_TEN, 8, 3, 0, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Property(tries = 300)
    void blocksThatFollowABlock_haveTheHashesOfTheWholePrompt(
            @ForAll @Size(min = 1, max = 80) int[] tokens,
            @ForAll @IntRange(min = 1, max = 9) int blockSize,
            @ForAll @IntRange(max = 80) int cut,
            @ForAll @Size(value = 80) long[] randomItems) {
        BlockHasher hasher = new BlockHasher(blockSize, true);
        long[] items =
                Arrays.stream(randomItems).map(item -> item % 3 == 0 ? item : 0).toArray();
        long[] whole = new long[hasher.blocksOfTokens(tokens.length)];
        hasher.hashTokens(TokenSource.of(tokens), 5, items, whole);
        int block = cut % whole.length;
        long parent = block == 0 ? 5 : whole[block - 1];

        long[] rest = new long[whole.length - block];
        int count = hasher.hashTokens(
                tokens, block * blockSize, tokens.length, parent, Arrays.copyOfRange(items, block, whole.length), rest);
        int length = Math.min(blockSize, tokens.length - block * blockSize);
        long one = hasher.hashBlock(tokens, block * blockSize, length, parent, items[block]);

        assertThat(count).isEqualTo(rest.length);
        assertThat(rest).isEqualTo(Arrays.copyOfRange(whole, block, whole.length));
        assertThat(one).isEqualTo(rest[0]);
    }

    @Test
    void hash_stopsWhenTheArrayIsFull() {
        BlockHasher hasher = new BlockHasher(4, true);
        long[] one = new long[1];

        assertThat(hasher.hashTokens(TokenSource.of(ONE_TO_TEN), 0, one)).isEqualTo(1);
        assertThat(one).containsExactly(0x341839abbe30be0bL);
        assertThat(hasher.hashText(ByteSource.of(new byte[100]), 0, new long[3]))
                .isEqualTo(3);
        assertThat(hasher.hashTokens(TokenSource.of(ONE_TO_TEN), 0, new long[0]))
                .isZero();
    }

    @Test
    void hash_leavesTheRestOfTheArrayAlone() {
        long[] into = {7, 7, 7, 7};

        assertThat(new BlockHasher(4).hashTokens(TokenSource.of(ONE_TO_TEN), 0, into))
                .isEqualTo(2);
        assertThat(into).endsWith(7, 7);
    }

    @Test
    void emptyPrompt_hasNoBlocks() {
        BlockHasher hasher = new BlockHasher(4, true);

        assertThat(tokens(hasher, 0)).isEmpty();
        assertThat(text(hasher, 0, new byte[0])).isEmpty();
    }

    @Test
    void blocks_ofTheLongestPrompts_doNotOverflow() {
        assertThat(new BlockHasher(16).blocksOfTokens(Integer.MAX_VALUE)).isEqualTo(134_217_727);
        assertThat(new BlockHasher(16, true).blocksOfTokens(Integer.MAX_VALUE)).isEqualTo(134_217_728);
        assertThat(new BlockHasher(16, true).blocksOfText(Integer.MAX_VALUE)).isEqualTo(33_554_432);
        assertThat(new BlockHasher(BlockHasher.MAX_BLOCK_SIZE).blocksOfText(Integer.MAX_VALUE))
                .isEqualTo(511);
    }

    @Test
    void blockSize_outOfRange_isRefused() {
        assertThatThrownBy(() -> new BlockHasher(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("blockSize: must be from 1 to 1048576 tokens, but was 0.\n"
                        + "Maybe take it from the engine's configuration; vLLM's default is 16.");
        assertThatThrownBy(() -> new BlockHasher(BlockHasher.MAX_BLOCK_SIZE + 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(new BlockHasher(16).blockSize()).isEqualTo(16);
    }

    @Test
    void hashing_allocatesNothing() {
        BlockHasher hasher = new BlockHasher(16);
        int[] ids = new int[10_000];
        TokenSource tokens = TokenSource.of(ids);
        long[] items = new long[625];
        ByteSource text = ByteSource.of(new byte[40_000]);
        List<String> images = List.of("img-1", "img-2");
        long[] into = new long[625];

        long bytes = Allocations.of(100, () -> {
            long namespace = hasher.namespace("llama-3.1-8b", "adapter-a", null, images);
            hasher.hashTokens(tokens, namespace, into);
            hasher.hashTokens(ids, 0, ids.length, namespace, items, into);
            hasher.placeItem("img-1", 17, 4_000, items, 625);
            hasher.hashText(text, namespace, into);
        });

        assertThat(bytes)
                .as("bytes for 200 prompts of 10,000 tokens and 100 of 40,000 bytes")
                .isLessThan(1_000);
    }

    @Property(tries = 500)
    void sameTokensThroughAnotherViewOrAsBytes_haveTheSameHashes(
            @ForAll @Size(max = 100) int[] tokens,
            @ForAll @IntRange(min = 1, max = 20) int blockSize,
            @ForAll long namespace) {
        BlockHasher hasher = new BlockHasher(blockSize, true);
        long[] hashes = tokens(hasher, namespace, tokens);

        int[] padded = new int[tokens.length + 7];
        System.arraycopy(tokens, 0, padded, 3, tokens.length);
        TokenSource window = new TokenSource() {
            @Override
            public int size() {
                return tokens.length;
            }

            @Override
            public int token(int index) {
                return padded[3 + index];
            }
        };
        long[] throughWindow = new long[hashes.length];
        hasher.hashTokens(window, namespace, throughWindow);
        ByteBuffer bytes = ByteBuffer.allocate(4 * tokens.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(tokens);

        assertThat(throughWindow).isEqualTo(hashes);
        assertThat(text(hasher, namespace, bytes.array())).isEqualTo(hashes);
        assertThat(tokens(new BlockHasher(blockSize, true), namespace, tokens)).isEqualTo(hashes);
    }

    @Property(tries = 500)
    void commonPrefix_hasCommonHashes_andADifferenceChangesAllFromItsBlockOn(
            @ForAll @Size(min = 1, max = 100) int[] tokens,
            @ForAll @IntRange(min = 1, max = 20) int blockSize,
            @ForAll @IntRange(max = 99) int position) {
        BlockHasher hasher = new BlockHasher(blockSize);
        long[] hashes = tokens(hasher, 1, tokens);
        int cut = position % tokens.length;

        long[] ofPrefix = tokens(hasher, 1, Arrays.copyOf(tokens, cut));
        assertThat(ofPrefix).isEqualTo(Arrays.copyOf(hashes, cut / blockSize));

        int[] changed = tokens.clone();
        changed[cut]++;
        long[] ofChanged = tokens(hasher, 1, changed);
        for (int i = 0; i < hashes.length; i++) {
            assertThat(ofChanged[i] == hashes[i]).isEqualTo(i < cut / blockSize);
        }
    }

    @Property(tries = 200)
    void partialTail_addsOneHashAndChangesNone(
            @ForAll @Size(max = 200) byte[] text, @ForAll @IntRange(min = 1, max = 8) int blockSize) {
        long[] full = text(new BlockHasher(blockSize), 5, text);
        long[] withTail = text(new BlockHasher(blockSize, true), 5, text);

        assertThat(full).hasSize(text.length / (4 * blockSize));
        assertThat(withTail).hasSize((text.length + 4 * blockSize - 1) / (4 * blockSize));
        assertThat(Arrays.copyOf(withTail, full.length)).isEqualTo(full);
        assertThat(Arrays.stream(withTail).distinct().count()).isEqualTo(withTail.length);
    }

    @Property(tries = 2_000)
    void differentRequests_haveDifferentNamespaces(@ForAll("names") Names one, @ForAll("names") Names other) {
        Assume.that(!one.equals(other));
        BlockHasher hasher = new BlockHasher(1);

        assertThat(one.namespace(hasher)).isNotEqualTo(other.namespace(hasher));
        assertThat(one.namespace(hasher)).isEqualTo(one.namespace(new BlockHasher(2)));
        assertThat(tokens(hasher, one.namespace(hasher), 1)[0])
                .isNotEqualTo(tokens(hasher, other.namespace(hasher), 1)[0]);
    }

    @Test
    void namesThatReadAlikeInARow_haveDifferentNamespaces() {
        BlockHasher hasher = new BlockHasher(1);
        List<Names> alike = List.of(
                new Names("a", "bc", null, List.of()),
                new Names("ab", "c", null, List.of()),
                new Names("abc", null, null, List.of()),
                new Names("abc", "", null, List.of()),
                new Names("abc", null, "", List.of()),
                new Names("a", null, "bc", List.of()),
                new Names("a", null, null, List.of("bc")),
                new Names("a", null, null, List.of("b", "c")),
                new Names("a", null, null, List.of("c", "b")),
                new Names("abc", null, null, List.of("")));

        assertThat(alike.stream().map(names -> names.namespace(hasher))).doesNotHaveDuplicates();
    }

    @Provide
    Arbitrary<Names> names() {
        // Few letters, so that different requests often read alike when written in a row.
        Arbitrary<String> name = Arbitraries.strings().withChars('a', 'b').ofMaxLength(3);
        return Combinators.combine(
                        name,
                        name.injectNull(0.3),
                        name.injectNull(0.3),
                        name.list().ofMaxSize(3))
                .as(Names::new);
    }

    record Names(
            String model, @Nullable String lora, @Nullable String salt, List<String> items) {
        long namespace(BlockHasher hasher) {
            return hasher.namespace(model, lora, salt, items);
        }
    }

    private static long[] tokens(BlockHasher hasher, long namespace, int... tokens) {
        long[] hashes = new long[hasher.blocksOfTokens(tokens.length)];
        assertThat(hasher.hashTokens(TokenSource.of(tokens), namespace, hashes)).isEqualTo(hashes.length);
        return hashes;
    }

    private static long[] text(BlockHasher hasher, long namespace, byte[] bytes) {
        long[] hashes = new long[hasher.blocksOfText(bytes.length)];
        assertThat(hasher.hashText(ByteSource.of(bytes), namespace, hashes)).isEqualTo(hashes.length);
        return hashes;
    }
}
