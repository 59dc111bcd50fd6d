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
        };
    }
}
