// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.request.Prompt;
import org.junit.jupiter.api.Test;

class TestRequestsTest {
    @Test
    void request_plain_hasNothingToRead() {
        assertThat(TestRequests.request().id()).isEqualTo("request-0");
        assertThat(TestRequests.request().prompt()).isEqualTo(Prompt.EMPTY);
        assertThat(TestRequests.request("other").id()).isEqualTo("other");
        assertThat(TestRequests.request("other").model()).isEqualTo("test-model");
    }

    @Test
    void tokens_longer_extendsShorter() {
        Prompt.Tokens prompt = (Prompt.Tokens) TestRequests.tokens(100).prompt();

        assertThat(prompt.tokenCount()).isEqualTo(100);
        assertThat(prompt.view().token(0)).isZero();
        assertThat(prompt.view().token(99)).isEqualTo(99);
    }

    @Test
    void textAndBlocks_given_areThePrompt() {
        assertThat(TestRequests.text("12345678").prompt().tokenCount()).isEqualTo(2);
        Prompt.Blocks blocks = (Prompt.Blocks) TestRequests.blocks(7, 8, 9).prompt();
        assertThat(blocks.tokenCount()).isEqualTo(48);
        assertThat(blocks.hash(2)).isEqualTo(9);
    }
}
