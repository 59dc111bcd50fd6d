// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.cost.Estimate;
import dev.pointsman.accel.cost.Predictor;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.core.internal.latency.LatencyModel;
import dev.pointsman.core.internal.latency.Stations;
import org.jspecify.annotations.Nullable;

/** Answers from what the stations of a producer predict with. */
final class StationTimes implements PredictedTimes {
    private static final double NANOS = 1e9;

    private final FleetSnapshot fleet;
    private final Stations stations;
    /** What of the times to first token is transfer, if somebody predicts it. */
    private final @Nullable LongColumn transfer;

    private final Estimate answer = new Estimate();
    /** Questions about one endpoint mostly come together. */
    private int lastSlot = -1;

    private @Nullable Predictor last;

    StationTimes(FleetSnapshot fleet, Stations stations, @Nullable LongColumn transfer) {
        this.fleet = fleet;
        this.stations = stations;
        this.transfer = transfer;
    }

    private @Nullable Predictor predictor(int slot) {
        if (slot != lastSlot) {
            LatencyModel model = fleet.occupied(slot)
                    ? stations.at(slot, fleet.incarnation(slot), fleet.endpoint(slot))
                            .model()
                    : null;
            last = model == null ? null : model.current().predictor();
            lastSlot = slot;
        }
        return last;
    }

    @Override
    public @Nullable Deployment deployment(int slot) {
        Predictor predictor = predictor(slot);
        return predictor == null ? null : predictor.deployment();
    }

    @Override
    public double readNanos(int slot, long newTokens, long cachedTokens) {
        Predictor predictor = predictor(slot);
        if (predictor == null) {
            return Double.NaN;
        }
        predictor.prefill(newTokens, cachedTokens, answer);
        return answer.estimate() * NANOS;
    }

    @Override
    public double interferenceNanos(int slot, long newTokens, long cachedTokens) {
        Predictor predictor = predictor(slot);
        if (predictor == null) {
            return Double.NaN;
        }
        predictor.interference(newTokens, cachedTokens, answer);
        return answer.estimate() * NANOS;
    }

    @Override
    public double transferNanos(int slot) {
        return transfer == null ? 0 : PredictedLatencyProducer.transferNanos(transfer, slot);
    }
}
