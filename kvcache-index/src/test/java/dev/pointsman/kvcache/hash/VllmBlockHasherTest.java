// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/**
 * Golden values: blocks of vLLM itself as other projects' tests have them, and, where said, values computed with Python
 * (cbor2, pickle, xxhash).
 */
class VllmBlockHasherTest {
    private static final int[] ONE_TO_EIGHT = IntStream.rangeClosed(1, 8).toArray();
    private static final int[] EVERY_LENGTH = {0, 23, 24, 255, 256, 65_535, 65_536, Integer.MAX_VALUE, 1 << 31, -1};
    private static final byte[] EMBEDS = bytesUpTo(32);

    @Test
    void defaultSeed_isAsVllmSays() {
        VllmBlockHasher hasher = new VllmBlockHasher(VllmHashAlgorithm.SHA256_CBOR, 4);

        assertThat(hex(hasher.noneHash()))
                .isEqualTo("9bd96a485ad84efdafb72ee48a1d7a69bcead0f8f0433173941b276b9581eef0");
        assertThat(hasher.hash(ONE_TO_EIGHT).stream().map(DigestWords::last))
                .containsExactly(-8885242862429187823L, -3153830497298837583L);
    }

    @Test
    void taggedExtraKeys_areAsVllmSays() {
        VllmBlockHasher hasher = new VllmBlockHasher(VllmHashAlgorithm.SHA256_CBOR, 4);
        VllmExtraKeys first = VllmExtraKeys.tagged()
                .promptEmbeds(EMBEDS)
                .cacheSalt("salt-1")
                .multimodal("mm-abc", 0)
                .lora("adapter", "/adapters/adapter")
                .build();
        VllmExtraKeys second = VllmExtraKeys.tagged()
                .lora("adapter", "/adapters/adapter")
                .multimodal("mm-abc", -4)
                .build();

        assertThat(hasher.hash(ONE_TO_EIGHT, List.of(first, second)).stream().map(DigestWords::last))
                .containsExactly(4788731360966248964L, -1347299389686454902L);
    }

    @Test
    void plainExtraKeys_areAsVllmSays() {
        VllmBlockHasher hasher = new VllmBlockHasher(VllmHashAlgorithm.SHA256_CBOR, 128, "0");
        int[] tokens = IntStream.range(0, 256).map(i -> 1000 + i % 128).toArray();
        VllmExtraKeys both = VllmExtraKeys.plain()
                .multimodal("aaaa", 0)
                .multimodal("bbbb", 64)
                .build();
        VllmExtraKeys salted =
                VllmExtraKeys.plain().cacheSalt("my-salt").multimodal("aaaa", 3).build();

        assertThat(hex(hasher.hash(tokens, List.of(VllmExtraKeys.NONE, both)).get(1)))
                .isEqualTo("2ea9f0275be48f4499ccdd95ca2d8cd26c5a995c2a9b08d7aa4ef2a5902569fc");
        assertThat(hex(hasher.next(hasher.noneHash(), tokens, 0, salted)))
                .isEqualTo("3f56ea40d074550a58b6ddadba236109d86356a3cc0aeca8a0c70c4be0df5cc0");
    }

    @Test
    void valuesOfEveryLength_areAsPythonWritesThem() {
        VllmExtraKeys keys = VllmExtraKeys.plain()
                .lora("adapter", "")
                .multimodal("img-" + "x".repeat(300), Integer.MIN_VALUE)
                .multimodal("img2", Integer.MAX_VALUE)
                .cacheSalt("ä".repeat(3000))
                .promptEmbeds(EMBEDS)
                .build();

        assertThat(hex(new VllmBlockHasher(VllmHashAlgorithm.SHA256_CBOR, 10, "7")
                        .hash(EVERY_LENGTH, List.of(keys))
                        .get(0)))
                .isEqualTo("b059dcf1ecef14b82978a753c81cf6fcfa6eeb1e9fda9da60caef993c533582e");
        assertThat(hex(new VllmBlockHasher(VllmHashAlgorithm.SHA256, 10, "7")
                        .hash(EVERY_LENGTH, List.of(keys))
                        .get(0)))
                .isEqualTo("a1fb7f4249d442895d28527e174e590d608dd689099dc13a6e4b90056cd0ab64");
    }

    @Test
    void shortTuplesInPickle_areAsPythonWritesThem() {
        VllmExtraKeys nested = VllmExtraKeys.of(List.of(List.of("a")));

        assertThat(hex(new VllmBlockHasher(VllmHashAlgorithm.XXHASH, 3, "7")
                        .hash(new int[] {1, 2, 3})
                        .get(0)))
                .isEqualTo("9efa5e8dd8ad0fc0d48d2eafd5c66038");
        assertThat(hex(new VllmBlockHasher(VllmHashAlgorithm.XXHASH, 1, "7")
                        .hash(new int[] {1}, List.of(nested))
                        .get(0)))
                .isEqualTo("9513cc4c76709184dfbae9094927c9cb");
    }

    @Test
    void adapterAndSaltOfOneName_differInTaggedFormOnly() {
        VllmBlockHasher hasher = new VllmBlockHasher(VllmHashAlgorithm.SHA256_CBOR, 1, "7");

        assertThat(one(hasher, VllmExtraKeys.plain().lora("t", "p").build()))
                .isEqualTo(one(hasher, VllmExtraKeys.plain().cacheSalt("t").build()))
                .isEqualTo("522160cec33411f90b0b304875cedaafb35e656b9a25a72838c707e950cbb13e");
        assertThat(one(hasher, VllmExtraKeys.tagged().cacheSalt("t").build()))
                .isEqualTo("b4e7e12d4147ce40e99ff86f26f622aac1828ca110d8fa69b4d720d34d90b870")
                .isNotEqualTo(one(hasher, VllmExtraKeys.tagged().lora("t", "p").build()));
    }

    @Test
    void noExtraKeys_areNone() {
        assertThat(VllmExtraKeys.of(List.of())).isSameAs(VllmExtraKeys.NONE);
        assertThat(VllmExtraKeys.tagged().build()).isSameAs(VllmExtraKeys.NONE);
    }

    @Test
    void extraKeysOfAnotherKind_areRefused() {
        List<Object> deep = List.of("x");
        for (int i = 0; i < 8; i++) {
            deep = List.of(deep);
        }
        List<?> tooDeep = deep;

        assertThatThrownBy(() -> VllmExtraKeys.of(List.of(1.5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("extra keys: must be texts, whole numbers, bytes or lists of those, but one was a "
                        + "java.lang.Double.\nMaybe the event is malformed.");
        assertThatThrownBy(() -> VllmExtraKeys.of(Collections.singletonList(null)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> VllmExtraKeys.of(tooDeep)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void extraKeysForSomeBlocksOnly_areRefused() {
        VllmBlockHasher hasher = new VllmBlockHasher(VllmHashAlgorithm.SHA256_CBOR, 4);

        assertThatThrownBy(() -> hasher.hash(ONE_TO_EIGHT, List.of(VllmExtraKeys.NONE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("extraKeys: must have one element for each of the 2 full blocks, but had 1.");
    }

    @Test
    void xxhashWithoutASeed_isRefused() {
        assertThatThrownBy(() -> new VllmBlockHasher(VllmHashAlgorithm.XXHASH_CBOR, 16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PYTHONHASHSEED");
    }

    @Test
    void blockWhosePickleHasSeveralFrames_isRefused() {
        VllmBlockHasher hasher = new VllmBlockHasher(VllmHashAlgorithm.SHA256, 20_000);

        assertThatThrownBy(() ->
                        hasher.hash(IntStream.range(0, 20_000).map(i -> -1).toArray()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("65536 bytes");
    }

    @Test
    void group_isTheKeysEnd() {
        byte[] hash = {1, 2, 3};
        byte[] key = VllmBlockHasher.withGroup(hash, 0x80000002);

        assertThat(key).containsExactly(1, 2, 3, 0x80, 0, 0, 2);
        assertThat(VllmBlockHasher.withoutGroup(key)).isEqualTo(hash);
        assertThat(VllmBlockHasher.group(key)).isEqualTo(0x80000002);
        assertThatThrownBy(() -> VllmBlockHasher.group(hash)).isInstanceOf(IllegalArgumentException.class);
    }

    @Property(tries = 200)
    void blocksAfterABlock_haveTheHashesOfTheWholePrompt(
            @ForAll @Size(min = 4, max = 40) int[] tokens,
            @ForAll VllmHashAlgorithm algorithm,
            @ForAll @IntRange(min = 1, max = 4) int blockSize) {
        VllmBlockHasher hasher = new VllmBlockHasher(algorithm, blockSize, "seed");
        List<byte[]> whole = hasher.hash(tokens);

        List<byte[]> rest =
                hasher.hashAfter(whole.get(0), Arrays.copyOfRange(tokens, blockSize, tokens.length), List.of());
        VllmBlockHasher learned = VllmBlockHasher.fromNoneHash(algorithm, blockSize, hasher.noneHash());

        assertThat(rest).containsExactlyElementsOf(whole.subList(1, whole.size()));
        assertThat(learned.hash(tokens)).containsExactlyElementsOf(whole);
        assertThat(whole.stream().map(VllmBlockHasherTest::hex)).doesNotHaveDuplicates();
    }

    private static String one(VllmBlockHasher hasher, VllmExtraKeys keys) {
        return hex(hasher.next(hasher.noneHash(), new int[] {1}, 0, keys));
    }

    private static byte[] bytesUpTo(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
