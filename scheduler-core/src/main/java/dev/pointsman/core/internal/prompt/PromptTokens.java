// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.prompt;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.request.TokenView;
import dev.pointsman.kvcache.TokenSource;
import org.jspecify.annotations.Nullable;

/** The head of a prompt in tokens, as hashers read it; one object serves one prompt after another. Not thread-safe. */
class PromptTokens implements TokenSource {
    private @Nullable TokenView view;
    private int size;

    /**
     * Turns to a prompt.
     *
     * @param tokens all of them
     * @param head how many count
     */
    final void turnTo(TokenView tokens, int head) {
        view = tokens;
        size = head;
    }

    /** Lets go of the prompt. */
    void forget() {
        view = null;
    }

    @Override
    public final int size() {
        return size;
    }

    @Override
    public int token(int index) {
        return requireNonNull(view).token(index);
    }

    @Override
    public void copyTo(int from, int[] into, int at, int count) {
        TokenView source = requireNonNull(view);
        for (int i = 0; i < count; i++) {
            into[at + i] = source.token(from + i);
        }
    }
}
