// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.prompt;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.request.Prompt;
import dev.pointsman.kvcache.ByteSource;
import org.jspecify.annotations.Nullable;

/** The head of a prompt in text, as hashers read it; one object serves one prompt after another. Not thread-safe. */
final class PromptBytes implements ByteSource {
    private Prompt.@Nullable Text text;
    private int size;

    /**
     * Turns to a prompt.
     *
     * @param utf8 all of it
     * @param head how many bytes count
     */
    void turnTo(Prompt.Text utf8, int head) {
        text = utf8;
        size = head;
    }

    /** Lets go of the prompt. */
    void forget() {
        text = null;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void copyTo(int from, byte[] into, int at, int count) {
        requireNonNull(text).copyTo(from, into, at, count);
    }
}
