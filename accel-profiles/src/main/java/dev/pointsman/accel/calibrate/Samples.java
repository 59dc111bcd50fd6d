// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.calibrate;

/** Bounds on what may be observed: NaN and infinities are refused before anything is learned. */
final class Samples {
    private Samples() {}

    static void atLeast(String name, double value, double least) {
        if (!(value >= least && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": must be finite and at least " + (long) least + ", but was "
                    + value + ".\nMaybe a signal was missing; leave out the sample.");
        }
    }

    static void time(String name, double seconds) {
        if (!(seconds > 0 && seconds < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": must be finite and above 0, but was " + seconds
                    + ".\nMaybe a clock was read twice, or the sample has no such time; leave it out.");
        }
    }
}
