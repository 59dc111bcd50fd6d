// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import org.jspecify.annotations.Nullable;

/**
 * A block hash as a map key. It does what {@link Long} would, and one thing more: a reader owns one and sets its hash
 * before each look-up, so that looking up thousands of blocks boxes none of them. A key that is in a map is never
 * changed.
 */
final class BlockKey {
    long hash;

    BlockKey(long hash) {
        this.hash = hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BlockKey that && hash == that.hash;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hash);
    }
}
