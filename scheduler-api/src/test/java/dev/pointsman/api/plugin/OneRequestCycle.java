// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.request.InferenceRequest;
import org.jspecify.annotations.Nullable;

/** The cycle of a request for which nothing was produced. */
record OneRequestCycle(InferenceRequest request) implements SchedulingCycle {
    @Override
    public FleetSnapshot fleet() {
        throw new AssertionError("the simple forms look at candidates, not at the fleet");
    }

    @Override
    public long now() {
        return 0;
    }

    @Override
    public Draw draw() {
        return Draw.of(0, request.id());
    }

    @Override
    public <T> @Nullable T attribute(AttributeKey<T> key) {
        return null;
    }

    @Override
    public LongColumn column(LongColumnKey key) {
        return slot -> LongColumn.MISSING;
    }

    @Override
    public DoubleColumn column(DoubleColumnKey key) {
        return slot -> DoubleColumn.MISSING;
    }
}
