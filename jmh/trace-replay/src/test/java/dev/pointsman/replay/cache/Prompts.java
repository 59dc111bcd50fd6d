// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cache;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Prompts whose block ids form a trie, as real ones do: an id has one parent and one depth. */
public final class Prompts {
    private Prompts() {}

    /** Up to 60 prompts of up to 6 blocks, with at most 3 ways to go on at each block. */
    public static Arbitrary<List<long[]>> tries() {
        return Arbitraries.integers()
                .between(0, 2)
                .list()
                .ofMaxSize(6)
                .map(Prompts::prompt)
                .list()
                .ofMaxSize(60);
    }

    private static long[] prompt(List<Integer> turns) {
        List<Long> ids = new ArrayList<>();
        long node = 0;
        for (int turn : turns) {
            node = node * 3 + turn + 1;
            ids.add(node);
        }
        return ids.stream().mapToLong(Long::longValue).toArray();
    }
}
