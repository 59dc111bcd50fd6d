// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import dev.pointsman.kvcache.PrefixMatches;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Gives endpoints slots as a fleet does: the lowest free one, so that a slot is reused as soon as it can be. */
final class Endpoints {
    private final List<@Nullable String> bySlot = new ArrayList<>();

    /** Returns an endpoint's slot, and gives it one if it has none. */
    int slot(String endpoint) {
        int known = bySlot.indexOf(endpoint);
        if (known >= 0) {
            return known;
        }
        int free = bySlot.indexOf(null);
        if (free >= 0) {
            bySlot.set(free, endpoint);
            return free;
        }
        bySlot.add(endpoint);
        return bySlot.size() - 1;
    }

    boolean knows(String endpoint) {
        return bySlot.contains(endpoint);
    }

    /** Returns an endpoint and all its data-parallel ranks, of those that have a slot. */
    List<String> ranksOf(String endpoint) {
        List<String> ranks = new ArrayList<>();
        for (String name : bySlot) {
            if (name != null && (name.equals(endpoint) || name.startsWith(endpoint + "#"))) {
                ranks.add(name);
            }
        }
        return ranks;
    }

    void free(String endpoint) {
        bySlot.set(bySlot.indexOf(endpoint), null);
    }

    /** Returns who matched how many blocks. */
    Map<String, Long> matched(PrefixMatches matches) {
        Map<String, Long> matched = new TreeMap<>();
        for (int i = 0; i < matches.size(); i++) {
            int slot = matches.slot(i);
            String name = slot < bySlot.size() ? bySlot.get(slot) : null;
            matched.put(name == null ? "nobody's slot " + slot : name, (long) matches.blocks(slot));
        }
        return matched;
    }
}
