// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit;

import dev.pointsman.api.cycle.Candidate;
import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The candidates of a {@link TestCycle}, in an order that the test chooses. As in the engine, {@link #candidate} always
 * returns the same object, and removing a candidate does not move the others. Not thread-safe.
 */
public final class TestCandidates implements CandidateSet {
    private final TestCycle cycle;
    private final int[] slots;
    private final BitSet removed = new BitSet();
    private final Cursor cursor = new Cursor();

    TestCandidates(TestCycle cycle, int[] slots) {
        this.cycle = cycle;
        this.slots = slots;
    }

    /** Returns the same endpoints in the opposite order, none of them removed. */
    public TestCandidates reversed() {
        List<Integer> order = order();
        Collections.reverse(order);
        return inOrder(order);
    }

    /**
     * Returns the same endpoints in another order, none of them removed.
     *
     * @param seed equal seeds give equal orders
     */
    public TestCandidates shuffled(long seed) {
        List<Integer> order = order();
        Collections.shuffle(order, new Random(seed));
        return inOrder(order);
    }

    /** Returns the ids of all candidates in order, removed or not. */
    public List<String> ids() {
        List<String> ids = new ArrayList<>();
        for (int position = 0; position < slots.length; position++) {
            ids.add(endpoint(position).id());
        }
        return ids;
    }

    /** Returns the ids of the candidates that were not removed, in order. */
    public List<String> kept() {
        List<String> ids = new ArrayList<>();
        for (int position = 0; position < slots.length; position++) {
            if (!removed(position)) {
                ids.add(endpoint(position).id());
            }
        }
        return ids;
    }

    /** Returns the candidates that were not removed, at the positions that the next plugin sees. */
    public TestCandidates narrowed() {
        List<Integer> order = new ArrayList<>();
        for (int position = 0; position < slots.length; position++) {
            if (!removed(position)) {
                order.add(slots[position]);
            }
        }
        return inOrder(order);
    }

    @Override
    public int size() {
        return slots.length;
    }

    @Override
    public int slot(int position) {
        return slots[checked(position)];
    }

    @Override
    public Endpoint endpoint(int position) {
        return cycle.fleet().endpoint(slot(position));
    }

    @Override
    public EndpointMetrics metrics(int position) {
        return cycle.fleet().metrics(slot(position));
    }

    @Override
    public Candidate candidate(int position) {
        cursor.slot = slot(position);
        return cursor;
    }

    @Override
    public void remove(int position) {
        removed.set(checked(position));
    }

    @Override
    public boolean removed(int position) {
        return removed.get(checked(position));
    }

    @Override
    public String toString() {
        return "TestCandidates" + kept();
    }

    private List<Integer> order() {
        List<Integer> order = new ArrayList<>();
        for (int slot : slots) {
            order.add(slot);
        }
        return order;
    }

    private TestCandidates inOrder(List<Integer> order) {
        return new TestCandidates(
                cycle, order.stream().mapToInt(Integer::intValue).toArray());
    }

    private int checked(int position) {
        if (position < 0 || position >= slots.length) {
            throw new IndexOutOfBoundsException(
                    "position " + position + ": is outside the candidates, of which there are " + slots.length
                            + ".\nMaybe it is a slot; positions run from 0 to size() - 1.");
        }
        return position;
    }

    private final class Cursor implements Candidate {
        private int slot = -1;

        @Override
        public Endpoint endpoint() {
            return cycle.fleet().endpoint(slot);
        }

        @Override
        public EndpointMetrics metrics() {
            return cycle.fleet().metrics(slot);
        }

        @Override
        public long number(LongColumnKey key) {
            return cycle.column(key).get(slot);
        }

        @Override
        public double number(DoubleColumnKey key) {
            return cycle.column(key).get(slot);
        }

        @Override
        public <T> @Nullable T attribute(AttributeKey<T> key) {
            return cycle.attribute(key);
        }
    }
}
