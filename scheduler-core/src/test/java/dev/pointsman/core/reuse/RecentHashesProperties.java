// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Holds the history against one made of sets in order of use. */
class RecentHashesProperties {
    private static final int SERVERS = 4;
    private static final int HASHES = 24;

    @Property(tries = 300)
    void agreesWithSetsInOrderOfUse(@ForAll("steps") List<Step> steps) {
        RecentHashes history = new RecentHashes();
        Model model = new Model();
        for (int slot = 0; slot < SERVERS; slot++) {
            history.join(slot, 1);
        }

        for (Step step : steps) {
            long[] prompt = LongStream.range(step.from, step.from + step.count).toArray();
            if (step.restarts) {
                history.leave(step.slot);
                history.join(step.slot, 1);
                model.forget(step.slot);
            } else {
                history.add(step.slot, 1, prompt, prompt.length, step.capacity);
                model.add(step.slot, prompt, step.capacity);
            }
            assertThat(hits(history, prompt)).isEqualTo(model.hits(prompt));
        }

        long[] everything = LongStream.range(0, 2 * HASHES).toArray();
        for (int slot = 0; slot < SERVERS; slot++) {
            assertThat(history.size(slot)).isEqualTo(model.used.get(slot).size());
        }
        assertThat(counts(history, everything)).isEqualTo(model.counts(everything));
        assertThat(history.blocks()).isEqualTo((int) LongStream.of(everything)
                .filter(hash -> model.used.stream().anyMatch(used -> used.contains(hash)))
                .count());
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, SERVERS - 1),
                        Arbitraries.integers().between(0, HASHES),
                        Arbitraries.integers().between(0, HASHES),
                        Arbitraries.integers().between(1, 12),
                        Arbitraries.frequencyOf(
                                Tuple.of(9, Arbitraries.just(false)), Tuple.of(1, Arbitraries.just(true))))
                .as(Step::new)
                .list()
                .ofMaxSize(60);
    }

    private static int[] hits(RecentHashes history, long[] prompt) {
        int[] hits = new int[SERVERS];
        history.match(prompt, prompt.length, hits);
        return hits;
    }

    private static int[] counts(RecentHashes history, long[] wanted) {
        int[] hits = new int[SERVERS];
        history.count(wanted, wanted.length, hits);
        return hits;
    }

    private record Step(int slot, int from, int count, int capacity, boolean restarts) {}

    private static final class Model {
        final List<LinkedHashSet<Long>> used = new ArrayList<>();
        private final int[] capacities = new int[SERVERS];

        Model() {
            for (int slot = 0; slot < SERVERS; slot++) {
                used.add(new LinkedHashSet<>());
            }
        }

        void forget(int slot) {
            used.get(slot).clear();
            capacities[slot] = 0;
        }

        void add(int slot, long[] prompt, int capacity) {
            LinkedHashSet<Long> its = used.get(slot);
            for (long hash : prompt) {
                capacities[slot] = capacities[slot] == 0 ? capacity : capacities[slot];
                its.remove(hash);
                its.add(hash);
                if (its.size() > capacities[slot]) {
                    Iterator<Long> oldest = its.iterator();
                    oldest.next();
                    oldest.remove();
                }
            }
        }

        int[] hits(long[] prompt) {
            int[] hits = new int[SERVERS];
            for (long hash : prompt) {
                if (used.stream().noneMatch(its -> its.contains(hash))) {
                    break;
                }
                for (int slot = 0; slot < SERVERS; slot++) {
                    hits[slot] += used.get(slot).contains(hash) ? 1 : 0;
                }
            }
            return hits;
        }

        int[] counts(long[] wanted) {
            int[] counts = new int[SERVERS];
            for (long hash : wanted) {
                for (int slot = 0; slot < SERVERS; slot++) {
                    counts[slot] += used.get(slot).contains(hash) ? 1 : 0;
                }
            }
            return counts;
        }
    }
}
