// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.testkit.TestRequests;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PrefixQueryTest {
    private static final int BLOCK = 4;

    @Test
    void imagesWithAPlace_countFromThatPlaceOn() {
        long[] cat = hashes(withItems(20, new MultimodalItem("cat", 9, 3)));
        long[] dog = hashes(withItems(20, new MultimodalItem("dog", 9, 3)));

        assertThat(cat).hasSize(5);
        assertThat(common(cat, dog)).isEqualTo(2);
        assertThat(cat).isEqualTo(hashes(withItems(20, new MultimodalItem("cat", 9, 3))));
    }

    @Test
    void blocksOfAnEnginesEvents_haveTheSameHashes() {
        InferenceRequest request = withItems(20, new MultimodalItem("cat", 1, 5), new MultimodalItem("dog", 6, 1));
        BlockHasher hasher = new BlockHasher(BLOCK);
        int[] tokens = new int[20];
        Arrays.setAll(tokens, ((Prompt.Tokens) request.prompt()).view()::token);

        // What extra keys of an event say: cat reaches into the blocks 0 and 1, dog into block 1 after it.
        long cat = BlockHasher.withItem(BlockHasher.NO_ITEMS, hasher.item("cat"));
        long[] items = {cat, BlockHasher.withItem(cat, hasher.item("dog")), 0, 0, 0};
        long namespace = hasher.namespace(request.model(), request.loraAdapter(), request.cacheSalt(), List.of());
        long[] ofEvents = new long[5];
        hasher.hashTokens(tokens, 0, 20, namespace, items, ofEvents);

        assertThat(hashes(request)).isEqualTo(ofEvents);
    }

    @Test
    void tokenRightAfterAnImage_counts() {
        int[] tokens = new int[20];
        Arrays.setAll(tokens, i -> i);
        tokens[12] = 777;
        InferenceRequest otherQuestion = TestRequests.builder()
                .tokens(tokens)
                .multimodalItems(List.of(new MultimodalItem("cat", 9, 3)))
                .build();

        assertThat(common(hashes(otherQuestion), hashes(withItems(20, new MultimodalItem("cat", 9, 3)))))
                .isEqualTo(3);
    }

    @Test
    void severalImages_countEachFromItsPlaceOn() {
        long[] both = hashes(withItems(24, new MultimodalItem("cat", 0, 4), new MultimodalItem("dog", 16, 8)));
        long[] otherSecond = hashes(withItems(24, new MultimodalItem("cat", 0, 4), new MultimodalItem("cow", 16, 8)));
        long[] otherFirst = hashes(withItems(24, new MultimodalItem("cow", 0, 4), new MultimodalItem("dog", 16, 8)));

        assertThat(common(both, otherSecond)).isEqualTo(4);
        assertThat(common(both, otherFirst)).isZero();
    }

    @Test
    void imagesWithoutAPlaceInThePrompt_keepCachesApart() {
        long[] plain = hashes(withItems(20));

        assertThat(common(plain, hashes(withItems(20, new MultimodalItem("cat", 0, 0)))))
                .isZero();
        assertThat(common(plain, hashes(withItems(20, new MultimodalItem("cat", 20, 5)))))
                .isZero();
    }

    @Test
    void imagesBesideTextOrBlocks_keepCachesApart() {
        for (Prompt prompt : new Prompt[] {Prompt.text("x".repeat(64)), Prompt.blocks(new long[] {1, 2}, 4, 8)}) {
            InferenceRequest plain = TestRequests.builder().prompt(prompt).build();
            InferenceRequest withImage = TestRequests.builder()
                    .prompt(prompt)
                    .multimodalItems(List.of(new MultimodalItem("cat", 0, 4)))
                    .build();

            assertThat(hashes(plain)).isNotEmpty();
            assertThat(common(hashes(plain), hashes(withImage))).isZero();
        }
    }

    @Test
    void partialBlockOfAnImageBeyondTheLimit_isNotRead() {
        PromptHashes into = new PromptHashes();

        new PrefixQuery().hash(withItems(20, new MultimodalItem("cat", 9, 3)), BLOCK, 2, into);

        assertThat(into.count()).isEqualTo(2);
        assertThat(Arrays.copyOf(into.array(), 2)).isEqualTo(Arrays.copyOf(hashes(withItems(20)), 2));
    }

    @Property(tries = 300)
    void oneQuery_servesAnyRequestAfterAnyOther(
            @ForAll @Size(max = 8) List<@IntRange(max = 700) Integer> lengths, @ForAll @IntRange(max = 3) int salt) {
        PrefixQuery reused = new PrefixQuery();
        PromptHashes reusedHashes = new PromptHashes();

        for (int i = 0; i < lengths.size(); i++) {
            int blockSize = 1 + i % 3;
            InferenceRequest request = TestRequests.builder()
                    .prompt(
                            i % 2 == 0
                                    ? TestRequests.tokens(lengths.get(i)).prompt()
                                    : Prompt.text("a".repeat(lengths.get(i))))
                    .cacheSalt(salt == 0 ? null : "salt" + salt)
                    .build();
            PromptHashes fresh = new PromptHashes();

            reused.hash(request, blockSize, 200, reusedHashes);
            new PrefixQuery().hash(request, blockSize, 200, fresh);

            assertThat(reusedHashes.count()).isEqualTo(fresh.count()).isLessThanOrEqualTo(200);
            assertThat(reusedHashes.blockSize()).isEqualTo(blockSize);
            assertThat(Arrays.copyOf(reusedHashes.array(), fresh.count()))
                    .isEqualTo(Arrays.copyOf(fresh.array(), fresh.count()));
        }
    }

    private static InferenceRequest withItems(int tokens, MultimodalItem... items) {
        return TestRequests.builder()
                .prompt(TestRequests.tokens(tokens).prompt())
                .multimodalItems(List.of(items))
                .build();
    }

    private static long[] hashes(InferenceRequest request) {
        PromptHashes into = new PromptHashes();
        new PrefixQuery().hash(request, BLOCK, 100, into);
        return Arrays.copyOf(into.array(), into.count());
    }

    private static int common(long[] some, long[] others) {
        int mismatch = Arrays.mismatch(some, others);
        return mismatch < 0 ? some.length : mismatch;
    }
}
