// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit;

import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;

/**
 * Requests in one line each. All have the id {@value #ID} and the model {@value #MODEL}; for anything else start from
 * {@link #builder()}.
 *
 * <pre>{@code
 * InferenceRequest plain = TestRequests.request();
 * InferenceRequest turn = TestRequests.builder().text("Hello").sessionId("chat-4").build();
 * }</pre>
 */
public final class TestRequests {
    /** The id of these requests. */
    public static final String ID = "request-0";

    /** The model that these requests ask for. */
    public static final String MODEL = "test-model";

    /** Tokens in a block of {@link #blocks}. */
    public static final int BLOCK_SIZE = 16;

    private TestRequests() {}

    /** Returns a request with an empty prompt and no objectives. */
    public static InferenceRequest request() {
        return builder().build();
    }

    /**
     * Returns a request with an empty prompt and another id, and so another draw.
     *
     * @param id not blank
     */
    public static InferenceRequest request(String id) {
        return builder(id).build();
    }

    /**
     * Returns a request whose prompt is the token ids 0, 1, 2 and so on; a shorter one is a prefix of a longer one.
     *
     * @param count number of tokens, at least 0
     */
    public static InferenceRequest tokens(int count) {
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++) {
            tokens[i] = i;
        }
        return builder().tokens(tokens).build();
    }

    /** Returns a request whose prompt is text. */
    public static InferenceRequest text(String text) {
        return builder().text(text).build();
    }

    /**
     * Returns a request whose prompt is known by block hashes only, in full blocks of {@value #BLOCK_SIZE} tokens.
     *
     * @param hashes one chained hash a block, in prompt order
     */
    public static InferenceRequest blocks(long... hashes) {
        return builder()
                .prompt(Prompt.blocks(hashes.clone(), BLOCK_SIZE, hashes.length * BLOCK_SIZE))
                .build();
    }

    /** Starts a request with the usual id and model. */
    public static InferenceRequest.Builder builder() {
        return builder(ID);
    }

    /**
     * Starts a request with the usual model and another id.
     *
     * @param id not blank
     */
    public static InferenceRequest.Builder builder(String id) {
        return InferenceRequest.builder(id, MODEL);
    }
}
