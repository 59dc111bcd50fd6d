// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.TieredPrefixIndex;

/** The indexes that cases are run against. */
final class Indexes {
    private Indexes() {}

    /** Makes an index that counts copies of a block. */
    static TieredPrefixIndex counted() {
        return RadixPrefixIndex.builder().build();
    }

    /** Makes an index for which a block is there or not. */
    static TieredPrefixIndex asSet() {
        return RadixPrefixIndex.builder().countCopies(false).build();
    }

    /** Has an index do all work that it put off. */
    static void sweep(TieredPrefixIndex index) {
        ((RadixPrefixIndex) index).sweep(Long.MAX_VALUE);
    }
}
