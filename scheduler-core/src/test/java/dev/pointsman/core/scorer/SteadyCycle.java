// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.testkit.TestCycle;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A test cycle that hands out the same columns again and allocates nothing, as the engine's does. */
public final class SteadyCycle implements SchedulingCycle {
    private final TestCycle cycle;
    private final Draw draw;
    private final Map<LongColumnKey, LongColumn> longs = new HashMap<>();
    private final Map<DoubleColumnKey, DoubleColumn> doubles = new HashMap<>();

    public SteadyCycle(TestCycle cycle) {
        this.cycle = cycle;
        this.draw = cycle.draw();
    }

    @Override
    public InferenceRequest request() {
        return cycle.request();
    }

    @Override
    public FleetSnapshot fleet() {
        return cycle.fleet();
    }

    @Override
    public long now() {
        return cycle.now();
    }

    @Override
    public Draw draw() {
        return draw;
    }

    @Override
    public <T> @Nullable T attribute(AttributeKey<T> key) {
        return cycle.attribute(key);
    }

    @Override
    public LongColumn column(LongColumnKey key) {
        LongColumn column = longs.get(key);
        if (column == null) {
            column = cycle.column(key);
            longs.put(key, column);
        }
        return column;
    }

    @Override
    public DoubleColumn column(DoubleColumnKey key) {
        DoubleColumn column = doubles.get(key);
        if (column == null) {
            column = cycle.column(key);
            doubles.put(key, column);
        }
        return column;
    }
}
