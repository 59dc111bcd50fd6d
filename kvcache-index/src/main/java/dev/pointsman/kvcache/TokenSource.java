// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static java.util.Objects.requireNonNull;

/** Token ids of a prompt, read where they lie. Whoever reads it from several threads needs one that allows it. */
public interface TokenSource {
    /** Returns the number of tokens, at least 0. */
    int size();

    /**
     * Returns a token id.
     *
     * @param index from 0 to {@code size() - 1}
     */
    int token(int index);

    /**
     * Copies a run of token ids into the reader's array. A reader that takes tokens in runs makes one call a run through
     * this; a view of an array that overrides it saves it half the time.
     *
     * @param from position of the first token
     * @param into destination
     * @param at position of the first token in the destination
     * @param count number of tokens
     */
    default void copyTo(int from, int[] into, int at, int count) {
        for (int i = 0; i < count; i++) {
            into[at + i] = token(from + i);
        }
    }

    /**
     * Views an array without copying it.
     *
     * @param tokens the token ids in prompt order
     */
    static TokenSource of(int... tokens) {
        requireNonNull(tokens, "tokens");
        return new TokenSource() {
            @Override
            public int size() {
                return tokens.length;
            }

            @Override
            public int token(int index) {
                return tokens[index];
            }

            @Override
            public void copyTo(int from, int[] into, int at, int count) {
                System.arraycopy(tokens, from, into, at, count);
            }
        };
    }
}
