// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Answers as maps, which compare and print well. */
final class Answers {
    private static final Tier[] TIERS = Tier.values();

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

    /** Returns what an answer says of each slot: blocks, leading blocks, and blocks by fastest tier. */
    static Map<Integer, List<Integer>> byTier(PrefixMatches matches) {
        Map<Integer, List<Integer>> map = new TreeMap<>();
        for (int i = 0; i < matches.size(); i++) {
            int slot = matches.slot(i);
            List<Integer> numbers = new ArrayList<>(List.of(matches.blocks(slot), matches.leading(slot)));
            for (Tier tier : TIERS) {
                numbers.add(matches.blocks(slot, tier));
            }
            map.put(slot, numbers);
        }
        return map;
    }

    /** Tells, without making maps, whether two answers say the same of the slots below a number. */
    static boolean same(PrefixMatches one, PrefixMatches other, int slots) {
        boolean same = one.size() == other.size() && one.longest() == other.longest();
        for (int slot = 0; same && slot < slots; slot++) {
            same = one.blocks(slot) == other.blocks(slot) && one.leading(slot) == other.leading(slot);
            for (Tier tier : TIERS) {
                same &= one.blocks(slot, tier) == other.blocks(slot, tier);
            }
        }
        return same;
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
