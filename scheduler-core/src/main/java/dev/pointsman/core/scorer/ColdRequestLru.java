// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.plugin.Scorer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The endpoints that got a cold request last, by id and up to a number, as llm-d's {@code no-hit-lru-scorer} keeps and ranks
 * them: among n candidates the i-th that never got one scores {@code 1 - i / (n - 1)}, in the order of candidates, and one
 * that did {@code 1 - (never used + place) / (n - 1)}, at least 0, where its place counts all remembered endpoints from the
 * oldest on. A single candidate scores 1, and all are neutral if any of them has a match.
 *
 * <p>Entries hold their place, so that scoring finds it by one look into a hash map, without a lock and without allocating; a
 * use renumbers the entries that were used later, under a lock. A place that is read meanwhile may be off by one.
 *
 * <p>Thread-safe. Scoring is O(candidates), noting a use O(remembered endpoints).
 */
final class ColdRequestLru {
    /** llm-d's usual name of the profile whose target also fills its cache. */
    private static final String PREFILL = "prefill";

    private final int capacity;
    private final ConcurrentHashMap<String, Entry> byId = new ConcurrentHashMap<>();

    private final Object writing = new Object();
    private final List<Entry> oldestFirst = new ArrayList<>(); // guarded by writing

    /**
     * Makes room for endpoints.
     *
     * @param capacity how many at most, at least 1
     */
    ColdRequestLru(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "lruSize: must be at least 1, but was " + capacity + ".\nMaybe leave it out; 1024 is used then.");
        }
        this.capacity = capacity;
    }

    /**
     * Scores candidates by the blocks that they have cached, which count as none where they are missing, and by their weight where
     * it is known.
     */
    void score(LongColumn matched, DoubleColumn weighted, Candidates candidates, double[] scores) {
        int size = candidates.size();
        int neverUsed = 0;
        for (int i = 0; i < size; i++) {
            if (matches(candidates.slot(i), matched, weighted)) {
                Arrays.fill(scores, 0, size, Scorer.NEUTRAL);
                return;
            }
            neverUsed += byId.containsKey(candidates.endpoint(i).id()) ? 0 : 1;
        }
        int last = size - 1;
        int seen = 0;
        for (int i = 0; i < size; i++) {
            Entry entry = byId.get(candidates.endpoint(i).id());
            int rank = entry == null ? seen++ : neverUsed + entry.place;
            scores[i] = size == 1 ? 1 : Math.max(0, 1 - (double) rank / last);
        }
    }

    /** Notes where a request went, if no endpoint had a match. */
    void dispatched(LongColumn matched, DoubleColumn weighted, FleetSnapshot fleet, SchedulingDecision decision) {
        for (int slot = 0; slot < fleet.slotLimit(); slot++) {
            if (matches(slot, matched, weighted)) {
                return;
            }
        }
        used(decision.primary().target().endpoint().id());
        for (Leg leg : decision.otherLegs()) {
            if (leg.profile().equals(PREFILL)) {
                used(leg.target().endpoint().id());
            }
        }
    }

    /** Tells whether there is a whole block, as llm-d cuts a weighted sum. */
    private static boolean matches(int slot, LongColumn matched, DoubleColumn weighted) {
        return weighted.has(slot) ? weighted.get(slot) >= 1 : matched.get(slot) > 0;
    }

    private void used(String id) {
        synchronized (writing) {
            Entry entry = byId.get(id);
            if (entry == null && oldestFirst.size() == capacity) {
                byId.remove(oldestFirst.get(0).id);
                removeAt(0);
            }
            if (entry == null) {
                entry = new Entry(id);
            } else {
                removeAt(entry.place);
            }
            entry.place = oldestFirst.size();
            oldestFirst.add(entry);
            byId.put(id, entry);
        }
    }

    private void removeAt(int place) {
        oldestFirst.remove(place);
        for (int i = place; i < oldestFirst.size(); i++) {
            oldestFirst.get(i).place = i;
        }
    }

    /** One endpoint and its place, 0 for the oldest. */
    private static final class Entry {
        final String id;
        volatile int place;

        Entry(String id) {
            this.id = id;
        }
    }
}
