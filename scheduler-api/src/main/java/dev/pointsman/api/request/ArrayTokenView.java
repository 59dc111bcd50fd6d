// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.request;

import static java.util.Objects.requireNonNull;

final class ArrayTokenView implements TokenView {
    private final int[] tokens;

    ArrayTokenView(int[] tokens) {
        this.tokens = requireNonNull(tokens, "tokens");
    }

    @Override
    public int size() {
        return tokens.length;
    }

    @Override
    public int token(int index) {
        return tokens[index];
    }

    @Override
    public String toString() {
        return "TokenView[" + tokens.length + " tokens]";
    }
}
