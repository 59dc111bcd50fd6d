// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.costfit;

import dev.pointsman.accel.cost.ClosedLoop;
import dev.pointsman.accel.cost.Deployment;
import java.util.OptionalDouble;

/**
 * A measurement that can be predicted.
 *
 * @param measured as it stands in the file
 * @param deployment what was measured
 * @param load under which load
 */
record UsablePoint(MeasuredPoint measured, Deployment deployment, ClosedLoop load) {
    OptionalDouble tpotSeconds() {
        return seconds(measured.tpotMillis());
    }

    OptionalDouble ttftSeconds() {
        return seconds(measured.ttftMillis());
    }

    private static OptionalDouble seconds(OptionalDouble millis) {
        return millis.isPresent() ? OptionalDouble.of(millis.getAsDouble() * 1e-3) : millis;
    }
}
