// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import static java.util.Objects.requireNonNull;

/**
 * A time that is not known, as well as it is known. All in seconds. Immutable and thread-safe.
 *
 * @param lowerBound what the data sheet does not allow to be beaten
 * @param estimate the most likely time; at least {@code lowerBound}
 * @param p10 below this lies one in ten
 * @param p90 above this lies one in ten
 * @param basis the measurements it rests on
 */
public record Prediction(double lowerBound, double estimate, double p10, double p90, Basis basis) {
    /** Checks that the basis is there. */
    public Prediction {
        requireNonNull(basis, "basis");
    }
}
