// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptTest {
    @Test
    void empty_hasNoTokens() {
        assertThat(Prompt.EMPTY.tokenCount()).isZero();
    }

    @Test
    void tokens_areViewedAndNotCopied() {
        int[] tokens = {5, 6, 7};
        Prompt.Tokens prompt = (Prompt.Tokens) Prompt.tokens(tokens);

        assertThat(prompt.tokenCount()).isEqualTo(3);
        assertThat(prompt.view().token(2)).isEqualTo(7);
        tokens[2] = 70;
        assertThat(prompt.view().token(2)).isEqualTo(70);
        assertThat(prompt.view()).hasToString("TokenView[3 tokens]");
        assertThatThrownBy(() -> prompt.view().token(3)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void tokens_ofAHostsOwnView_areReadThroughIt() {
        TokenView even = new TokenView() {
            @Override
            public int size() {
                return 4;
            }

            @Override
            public int token(int index) {
                return 2 * index;
            }
        };

        assertThat(Prompt.tokens(even).tokenCount()).isEqualTo(4);
        assertThat(((Prompt.Tokens) Prompt.tokens(even)).view()).isSameAs(even);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "4, 1", "5, 2", "8, 2", "9, 3"})
    void text_hasATokenForEachFourBytesBegun(int bytes, int tokens) {
        assertThat(Prompt.utf8(new byte[bytes]).tokenCount()).isEqualTo(tokens);
    }

    @Property(tries = 200)
    void text_isItsUtf8Bytes(@ForAll String text) {
        byte[] utf8 = text.getBytes(UTF_8);
        Prompt.Text prompt = (Prompt.Text) Prompt.text(text);
        byte[] copy = new byte[utf8.length];

        prompt.copyTo(0, copy, 0, copy.length);

        assertThat(prompt.byteCount()).isEqualTo(utf8.length);
        assertThat(copy).isEqualTo(utf8);
        assertThat(prompt.tokenCount()).isEqualTo((int) Math.ceil(utf8.length / 4.0));
    }

    @Test
    void text_copiesARun_andRefusesOneThatIsOutside() {
        Prompt.Text prompt = (Prompt.Text) Prompt.text("abcdef");
        byte[] into = "______".getBytes(UTF_8);

        prompt.copyTo(2, into, 1, 3);

        assertThat(new String(into, UTF_8)).isEqualTo("_cde__");
        assertThatThrownBy(() -> prompt.copyTo(4, into, 0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> prompt.copyTo(0, into, 4, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(prompt).hasToString("Text[6 bytes]");
    }

    @Test
    void blocks_haveTheTokenCountGiven() {
        Prompt.Blocks prompt = (Prompt.Blocks) Prompt.blocks(new long[] {11, 12, 13}, 16, 40);
        long[] copy = new long[4];

        prompt.copyTo(copy);

        assertThat(copy).containsExactly(11, 12, 13, 0);
        assertThat(prompt.tokenCount()).isEqualTo(40);
        assertThat(prompt.blockCount()).isEqualTo(3);
        assertThat(prompt.blockSize()).isEqualTo(16);
        assertThat(prompt.hash(2)).isEqualTo(13);
        assertThat(prompt).hasToString("Blocks[3 of 16 tokens]");
        assertThatThrownBy(() -> prompt.copyTo(new long[2])).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @CsvSource({"0", "32", "33", "47"})
    void blocks_fullOnesOnly_allowAPartialOneWithoutAHash(int tokens) {
        assertThat(Prompt.blocks(new long[2], 16, tokens).tokenCount()).isEqualTo(tokens);
    }

    @Test
    void blocks_withoutHashes_allowAnyLength() {
        assertThat(Prompt.blocks(new long[0], 16, Integer.MAX_VALUE).tokenCount())
                .isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void blocks_ofHugeSize_doNotOverflow() {
        assertThat(Prompt.blocks(new long[3], Integer.MAX_VALUE, Integer.MAX_VALUE)
                        .tokenCount())
                .isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void blocks_thatCannotHoldTheTokens_areRefused() {
        assertThatThrownBy(() -> Prompt.blocks(new long[2], 16, 48))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "tokenCount: must be between 0 and 47 (2 blocks of 16 and less than one more), but was 48.\n"
                                + "Maybe the hashes were made with another block size.");
        assertThatThrownBy(() -> Prompt.blocks(new long[2], 16, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Prompt.blocks(new long[0], 16, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void blocks_withoutASize_areRefused() {
        assertThatThrownBy(() -> Prompt.blocks(new long[2], 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("blockSize: must be at least 1 token, but was 0.\n"
                        + "Maybe take it from the engine's configuration; vLLM's default is 16.");
    }

    @Test
    void nulls_areRefusedByName() {
        assertThatThrownBy(() -> Prompt.text(null)).hasMessage("text");
        assertThatThrownBy(() -> Prompt.utf8(null)).hasMessage("bytes");
        assertThatThrownBy(() -> Prompt.tokens((int[]) null)).hasMessage("tokens");
        assertThatThrownBy(() -> Prompt.tokens((TokenView) null)).hasMessage("view");
        assertThatThrownBy(() -> Prompt.blocks(null, 16, 0)).hasMessage("hashes");
    }
}
