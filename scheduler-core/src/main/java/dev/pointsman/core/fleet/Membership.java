// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.fleet;

import dev.pointsman.api.fleet.Endpoint;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who is in which slot. Immutable; shared by all snapshots between two changes of who is there, so that metrics, which
 * arrive far more often than endpoints come and go, copy none of it.
 *
 * <p>The two indexes are made by whoever first asks. Two threads may both make one; they are equal, so either will do.
 */
final class Membership {
    static final Membership EMPTY = new Membership(new Chunks<>(), 0, 0);

    private final Chunks<Member> members;
    private final int slotLimit;
    private final int size;
    private volatile int @Nullable [] occupied;
    private volatile @Nullable Map<String, Integer> slotsById;

    private Membership(Chunks<Member> members, int slotLimit, int size) {
        this.members = members;
        this.slotLimit = slotLimit;
        this.size = size;
    }

    int slotLimit() {
        return slotLimit;
    }

    int size() {
        return size;
    }

    @Nullable
    Member member(int slot) {
        return slot >= 0 && slot < slotLimit ? members.get(slot) : null;
    }

    /** Returns the occupied slots in ascending order; not to be changed. */
    int[] occupied() {
        int[] slots = occupied;
        if (slots == null) {
            slots = new int[size];
            int count = 0;
            for (int slot = 0; slot < slotLimit; slot++) {
                if (member(slot) != null) {
                    slots[count++] = slot;
                }
            }
            occupied = slots;
        }
        return slots;
    }

    int slotOf(String endpointId) {
        Map<String, Integer> byId = slotsById;
        if (byId == null) {
            byId = new HashMap<>();
            for (int slot : occupied()) {
                byId.put(members.get(slot).endpoint().id(), slot);
            }
            slotsById = byId;
        }
        return byId.getOrDefault(endpointId, -1);
    }

    Membership joined(int slot, Endpoint endpoint, long incarnation) {
        int added = member(slot) == null ? 1 : 0;
        return new Membership(
                members.with(slot, new Member(endpoint, incarnation)), Math.max(slotLimit, slot + 1), size + added);
    }

    Membership left(int slot) {
        Chunks<Member> without = members.with(slot, null);
        int limit = slotLimit;
        while (limit > 0 && without.get(limit - 1) == null) {
            limit--;
        }
        return new Membership(without, limit, size - 1);
    }
}
