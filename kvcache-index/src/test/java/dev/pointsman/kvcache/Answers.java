// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import java.util.Map;
import java.util.TreeMap;

/** Answers as maps, which compare and print well. */
final class Answers {
    private Answers() {}

    /** Asks an index; matched blocks by slot, without slots that match nothing. */
    static Map<Integer, Integer> match(PrefixIndex index, long... hashes) {
        PrefixMatches matches = new PrefixMatches();
        index.match(hashes, hashes.length, matches);
        return asMap(matches);
    }

    static Map<Integer, Integer> asMap(PrefixMatches matches) {
        Map<Integer, Integer> map = new TreeMap<>();
        for (int i = 0; i < matches.size(); i++) {
            map.put(matches.slot(i), matches.blocks(matches.slot(i)));
        }
        return map;
    }

    /** Returns a chain of hashes that begins at a number: {@code first, first + 1, ...}. */
    static long[] chain(long first, int length) {
        long[] hashes = new long[length];
        for (int i = 0; i < length; i++) {
            hashes[i] = first + i;
        }
        return hashes;
    }
}
