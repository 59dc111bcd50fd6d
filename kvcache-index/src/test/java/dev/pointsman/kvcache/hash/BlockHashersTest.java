// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.kvcache.hash.LlmdBlockHasher.Algorithm;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/**
 * The schemes but vLLM's. Golden values are those of the projects' own tests, or, where a test says "as Python", computed
 * with Python (cbor2, hashlib, xxhash).
 */
class BlockHashersTest {
    private static final int[] ONE_TO_TWELVE = IntStream.rangeClosed(1, 12).toArray();

    @Test
    void llmd_cborFnv_isAsPython() {
        LlmdBlockHasher hasher = new LlmdBlockHasher(Algorithm.CBOR_FNV, 4, "");

        assertThat(hasher.initialHash()).isEqualTo(0xcbf29ce484222325L);
        assertThat(hasher.root("test-model")).isEqualTo(0xf31309635ef2add0L);
        assertThat(hasher.hash("test-model", ONE_TO_TWELVE)).startsWith(0xb33ea88fa99c8f52L, 0xe171fe1c78a71471L);
    }

    @Test
    void llmd_cborOfLongTextsAndLargeNumbers_isAsPython() {
        LlmdBlockHasher hasher = new LlmdBlockHasher(Algorithm.CBOR_FNV, 2, "sääd");

        assertThat(hasher.root("m".repeat(5000))).isEqualTo(0x751685c55416538eL);
        assertThat(hasher.next(-1, new int[] {-1, 1}, 0, List.of("img-a", "ü".repeat(2000))))
                .isEqualTo(0x40b018e461bbe550L);
        assertThat(hasher.next(5, new int[] {1, 2}, 0, List.of())).isEqualTo(0x73c117b44567caaeL);
    }

    @Test
    void llmd_xxh64_isAsPython() {
        LlmdBlockHasher hasher = new LlmdBlockHasher(Algorithm.XXH64, 2, "s");

        assertThat(hasher.next(-1, new int[] {-1, 1}, 0, List.of("img-a", "ü"))).isEqualTo(0x56c4c524619bb1e3L);
        assertThat(hasher.hash("lora", new int[] {7, 8})).containsExactly(0x4de55cac4c00bba5L);
    }

    @Test
    void llmd_featuresForSomeBlocksOnly_areRefused() {
        LlmdBlockHasher hasher = new LlmdBlockHasher(Algorithm.CBOR_FNV, 4, "");

        assertThatThrownBy(() -> hasher.hashAfter(1, ONE_TO_TWELVE, List.of(List.of("a"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("features: must have one element for each of the 3 full blocks, but had 1.");
    }

    @Property(tries = 200)
    void llmd_blocksAfterABlock_haveTheKeysOfTheWholePrompt(
            @ForAll @Size(min = 3, max = 30) int[] tokens,
            @ForAll Algorithm algorithm,
            @ForAll @IntRange(min = 1, max = 3) int blockSize) {
        LlmdBlockHasher hasher = new LlmdBlockHasher(algorithm, blockSize, "seed");
        long[] whole = hasher.hash("model", tokens);
        int[] rest =
                IntStream.range(blockSize, tokens.length).map(i -> tokens[i]).toArray();

        assertThat(hasher.hashAfter(whole[0], rest, Collections.nCopies(whole.length - 1, null)))
                .containsExactly(LongStream.of(whole).skip(1).toArray());
        assertThat(whole).doesNotHaveDuplicates();
    }

    @Test
    void dynamo_isAsItsTestsSay() {
        long[] local = new DynamoBlockHasher(4, null, null, false).localHashes(ONE_TO_TWELVE);

        assertThat(local)
                .containsExactly(
                        Long.parseUnsignedLong("14643705804678351452"),
                        Long.parseUnsignedLong("16777012769546811212"),
                        483935686894639516L);
        assertThat(DynamoBlockHasher.sequenceHashes(local))
                .containsExactly(
                        Long.parseUnsignedLong("14643705804678351452"),
                        4945711292740353085L,
                        Long.parseUnsignedLong("12583592247330656132"));
    }

    @Test
    void dynamo_withAllThatCounts_isAsPython() {
        DynamoBlockHasher hasher = new DynamoBlockHasher(2, "adapter", "tenant-ä", true);
        long[] local = hasher.localHashes(new int[] {-1, 2, 3, 4, 5, 6}, List.of(new long[] {-1, 5}));

        assertThat(hasher.seed()).isEqualTo(0xb6e51f28a430fab5L);
        assertThat(local).containsExactly(0x37ba1604cfa96031L, 0x806bd4fb61605f51L);
        assertThat(DynamoBlockHasher.sequenceHashes(local)[1]).isEqualTo(0x8d211e6fd8a1fd92L);
    }

    @Test
    void dynamo_eagle_needsTheTokenAfterTheBlock() {
        assertThat(new DynamoBlockHasher(4, null, null, true).localHashes(ONE_TO_TWELVE))
                .hasSize(2);
        assertThat(new DynamoBlockHasher(4, "", "", false).localHashes(new int[3]))
                .isEmpty();
        assertThat(DynamoBlockHasher.sequenceHashes(new long[0])).isEmpty();
    }

    @Test
    void dynamo_multimodalHash_takesTheHeadOfADigest() {
        assertThat(DynamoBlockHasher.multimodalHash("0123456789ABCDEF" + "f".repeat(48)))
                .isEqualTo(0x0123456789abcdefL);
        assertThat(DynamoBlockHasher.multimodalHash("img-1")).isEqualTo(0xccfaf1de5eb1c585L);
        assertThatThrownBy(() -> DynamoBlockHasher.multimodalHash("")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sglang_isAsItsTestsSay() {
        int[] tens = {10, 20, 30, 40, 50, 60, 70, 80, 90};

        assertThat(new SglangPageHasher(2, null).hash(tens).stream().map(DigestWords::first))
                .containsExactly(978178666101069530L, -895308556211281782L, -8033692805846017938L, 835415944263129316L);
        assertThat(new SglangPageHasher(4, "tenant-a")
                        .hash(ONE_TO_TWELVE).stream().map(DigestWords::first))
                .startsWith(3718046898735569995L, 3308615664605479373L);
        assertThat(new SglangPageHasher(4, null)
                        .hashPairs(new int[] {1, 2, 3, 4, 5}).stream().map(DigestWords::first))
                .containsExactly(-638950109823820341L);
    }

    @Test
    void sglang_saltedPairs_areAsPython() {
        List<byte[]> pages = new SglangPageHasher(2, "tenant-ä").hashPairs(new int[] {1, 2, 3, -1, 5, 6});

        assertThat(pages.stream().map(page -> HexFormat.of().formatHex(page)))
                .containsExactly(
                        "2a25790078d4ef40bf0736e493a68e3a400cd37b3f3f355e5a232433e87dbe46",
                        "dd11d467de4d295b9769869daecc338a62c22f0cc4962182b6b80482cc269259");
    }

    @Test
    void sglang_emptySaltAndTooFewTokens() {
        assertThat(new SglangPageHasher(2, "").saltSeed()).isNull();
        assertThat(new SglangPageHasher(2, null).hash(new int[1])).isEmpty();
        assertThat(new SglangPageHasher(1, null).hashPairs(new int[1])).isEmpty();
        assertThat(new SglangPageHasher(1, null).hashPairs(new int[0])).isEmpty();
    }

    @Test
    void aibrix_isAsPython() {
        assertThat(new AibrixBlockHasher(4, 0).hash("abcdefghi".getBytes(US_ASCII)))
                .containsExactly(0xe47f32a254016b00L, 0xd48dd7253a12cb4bL);
        assertThat(new AibrixBlockHasher(4, -3).hash("abcd".getBytes(US_ASCII))).containsExactly(0x88de276e8195ea13L);
    }

    @Test
    void digestWords_readEitherEnd() {
        byte[] digest = HexFormat.of().parseHex("0102030405060708f9f0");

        assertThat(DigestWords.first(digest)).isEqualTo(0x0102030405060708L);
        assertThat(DigestWords.last(digest)).isEqualTo(0x030405060708f9f0L);
        assertThat(DigestWords.last(new byte[] {-1})).isEqualTo(0xffL);
        assertThat(DigestWords.first(new byte[] {1, 2})).isEqualTo(0x0102L);
        assertThatThrownBy(() -> DigestWords.last(new byte[0])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void blockSizeOutOfRange_isRefusedByAll() {
        assertThatThrownBy(() -> new SglangPageHasher(0, null))
                .hasMessage("pageSize: must be from 1 to 1048576, but was 0.\n"
                        + "Maybe take it from the engine's configuration or from its events.");
        assertThatThrownBy(() -> new AibrixBlockHasher(-1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DynamoBlockHasher(1 << 21, null, null, false))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LlmdBlockHasher(Algorithm.XXH64, 0, ""))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
