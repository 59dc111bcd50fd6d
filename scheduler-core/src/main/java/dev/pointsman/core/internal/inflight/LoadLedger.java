// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.inflight;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The cells of the endpoints that are in the fleet, by slot. Listens to the fleet; reads take no lock.
 *
 * <p>The fleet tells one change at a time, so there is one writer. An element is written before the snapshot that shows its
 * slot is published, and the array is replaced, not changed, when it must grow.
 */
public final class LoadLedger implements FleetListener {
    private volatile @Nullable LoadCell[] cells = new LoadCell[0];

    /**
     * Returns the cell of one life of an endpoint, or null if that life is over.
     *
     * @param slot its slot in the snapshot that was read
     * @param incarnation its life in that snapshot
     */
    public @Nullable LoadCell cell(int slot, long incarnation) {
        @Nullable LoadCell[] now = cells;
        LoadCell cell = slot < now.length ? now[slot] : null;
        return cell != null && cell.incarnation() == incarnation ? cell : null;
    }

    @Override
    public void joined(int slot, long incarnation, Endpoint endpoint) {
        set(slot, new LoadCell(incarnation));
    }

    @Override
    public void left(int slot, long incarnation, Endpoint endpoint) {
        set(slot, null);
    }

    private void set(int slot, @Nullable LoadCell cell) {
        @Nullable LoadCell[] now = cells;
        if (slot >= now.length) {
            now = Arrays.copyOf(now, Math.max(slot + 1, 2 * now.length));
        }
        now[slot] = cell;
        // Writes the reference anew, so that whoever reads it from now on sees the element too.
        cells = now;
    }
}
