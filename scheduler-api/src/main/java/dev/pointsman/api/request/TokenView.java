// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.request;

/**
 * A read-only view of token ids, so that a prompt of a hundred thousand tokens is hashed where it lies.
 *
 * <p>An implementation must not change while a request that holds it is being scheduled or is in flight, and must be
 * safe to read from several threads at once.
 */
public interface TokenView {
    /** Returns the number of tokens, at least 0. */
    int size();

    /**
     * Returns the token id at a position.
     *
     * @param index from 0 to {@code size() - 1}
     * @throws IndexOutOfBoundsException if the index is outside
     */
    int token(int index);

    /**
     * Views an array without copying it; the caller must not change it afterwards.
     *
     * @param tokens the token ids in prompt order
     */
    static TokenView of(int... tokens) {
        return new ArrayTokenView(tokens);
    }
}
