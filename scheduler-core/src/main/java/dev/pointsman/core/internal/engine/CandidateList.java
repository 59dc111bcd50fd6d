// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import dev.pointsman.api.cycle.Candidate;
import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.FleetSnapshot;
import java.util.Arrays;

/**
 * Candidates as an array of slots, with marks for those that the filter at work removes. Marks take effect when the filter
 * returns ({@link #commit}) or are wiped when it fails ({@link #discard}).
 */
final class CandidateList implements CandidateSet {
    private final Cycle cycle;
    private final CandidateView view;
    private int[] slots = new int[0];
    private long[] marks = new long[0];
    private int size;
    private int marked;

    CandidateList(Cycle cycle) {
        this.cycle = cycle;
        this.view = new CandidateView(cycle);
    }

    /** Takes all endpoints of the cycle's fleet. */
    void takeFleet() {
        FleetSnapshot fleet = cycle.fleet();
        makeRoom(fleet.size());
        size = fleet.copySlots(slots);
    }

    /** Takes the candidates of another list. */
    void takeAll(CandidateList other) {
        makeRoom(other.size);
        System.arraycopy(other.slots, 0, slots, 0, other.size);
        size = other.size;
    }

    private void makeRoom(int count) {
        if (slots.length < count) {
            slots = new int[Math.max(count, 2 * slots.length)];
            marks = new long[(slots.length + 63) >> 6];
        }
        discard();
    }

    /** Takes one slot out at once; for the engine, between filters. */
    void drop(int slot) {
        for (int position = 0; position < size; position++) {
            if (slots[position] == slot) {
                System.arraycopy(slots, position + 1, slots, position, size - position - 1);
                size--;
                return;
            }
        }
    }

    /** Makes the marks effective, keeping the order of those that stay. */
    void commit() {
        if (marked == 0) {
            return;
        }
        int kept = 0;
        for (int position = 0; position < size; position++) {
            if (!removed(position)) {
                slots[kept++] = slots[position];
            }
        }
        size = kept;
        discard();
    }

    /** Wipes the marks. */
    void discard() {
        if (marked > 0) {
            Arrays.fill(marks, 0L);
            marked = 0;
        }
    }

    /** Marks every candidate. */
    void removeAll() {
        for (int position = 0; position < size; position++) {
            remove(position);
        }
    }

    /** Returns how many are marked. */
    int marked() {
        return marked;
    }

    /** Copies the slots, for explanations. */
    int[] copySlots() {
        return Arrays.copyOf(slots, size);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int slot(int position) {
        return slots[checked(position)];
    }

    @Override
    public Endpoint endpoint(int position) {
        return cycle.fleet().endpoint(slots[checked(position)]);
    }

    @Override
    public EndpointMetrics metrics(int position) {
        return cycle.fleet().metrics(slots[checked(position)]);
    }

    @Override
    public Candidate candidate(int position) {
        return view.at(slots[checked(position)]);
    }

    @Override
    public void remove(int position) {
        int word = checked(position) >> 6;
        long bit = 1L << position;
        if ((marks[word] & bit) == 0) {
            marks[word] |= bit;
            marked++;
        }
    }

    @Override
    public boolean removed(int position) {
        return (marks[checked(position) >> 6] & 1L << position) != 0;
    }

    private int checked(int position) {
        if (position < 0 || position >= size) {
            throw new IndexOutOfBoundsException("position " + position + ": there are " + size
                    + " candidates.\nMaybe a slot was used for a position; see Candidates.slot.");
        }
        return position;
    }
}
