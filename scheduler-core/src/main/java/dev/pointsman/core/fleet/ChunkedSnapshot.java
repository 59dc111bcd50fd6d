// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.fleet;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.FleetSnapshot;

/** One view of a fleet: who is there, and what was last heard of each. */
final class ChunkedSnapshot implements FleetSnapshot {
    static final ChunkedSnapshot EMPTY = new ChunkedSnapshot(0, Membership.EMPTY, new Chunks<>());

    private final long version;
    private final Membership membership;
    private final Chunks<EndpointMetrics> metrics;

    private ChunkedSnapshot(long version, Membership membership, Chunks<EndpointMetrics> metrics) {
        this.version = version;
        this.membership = membership;
        this.metrics = metrics;
    }

    @Override
    public long version() {
        return version;
    }

    @Override
    public int size() {
        return membership.size();
    }

    @Override
    public int slotLimit() {
        return membership.slotLimit();
    }

    @Override
    public boolean occupied(int slot) {
        return membership.member(slot) != null;
    }

    @Override
    public Endpoint endpoint(int slot) {
        return member(slot).endpoint();
    }

    @Override
    public EndpointMetrics metrics(int slot) {
        // Hot: one look-up, not two. Metrics are there exactly where a member is.
        EndpointMetrics known = slot >= 0 && slot < slotLimit() ? metrics.get(slot) : null;
        if (known == null) {
            throw nobody(slot);
        }
        return known;
    }

    @Override
    public long incarnation(int slot) {
        return member(slot).incarnation();
    }

    @Override
    public int slotOf(String endpointId) {
        return membership.slotOf(endpointId);
    }

    @Override
    public int copySlots(int[] into) {
        int[] occupied = membership.occupied();
        System.arraycopy(occupied, 0, into, 0, occupied.length);
        return occupied.length;
    }

    ChunkedSnapshot joined(int slot, Endpoint endpoint, long incarnation, EndpointMetrics known) {
        return new ChunkedSnapshot(
                version + 1, membership.joined(slot, endpoint, incarnation), metrics.with(slot, known));
    }

    ChunkedSnapshot left(int slot) {
        return new ChunkedSnapshot(version + 1, membership.left(slot), metrics.with(slot, null));
    }

    ChunkedSnapshot heard(int slot, EndpointMetrics heard) {
        return new ChunkedSnapshot(version + 1, membership, metrics.with(slot, heard));
    }

    private Member member(int slot) {
        Member member = membership.member(slot);
        if (member == null) {
            throw nobody(slot);
        }
        return member;
    }

    private IllegalArgumentException nobody(int slot) {
        return new IllegalArgumentException("slot " + slot + ": no endpoint has it in version " + version
                + " of the fleet.\nMaybe ask occupied(" + slot + ") first.");
    }

    @Override
    public String toString() {
        return "FleetSnapshot[version " + version + ", " + size() + " endpoints]";
    }
}
