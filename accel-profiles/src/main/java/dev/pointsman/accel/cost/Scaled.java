// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.List;

/**
 * The coefficients of one quantity for one deployment, with their band and basis. Immutable and thread-safe.
 *
 * @param coefficients one for each term; each finite and at least 0
 * @param band how far measurements lie from what they predict
 * @param basis what they rest on
 */
public record Scaled(List<Double> coefficients, Band band, Basis basis) {
    /** Copies and checks what is given. */
    public Scaled {
        coefficients = List.copyOf(coefficients);
        requireNonNull(band, "band");
        requireNonNull(basis, "basis");
        for (double coefficient : coefficients) {
            if (!(coefficient >= 0 && coefficient < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("coefficients: must be finite and at least 0, but are "
                        + coefficients + ".\nMaybe an observation was not a time.");
            }
        }
    }

    /** Makes coefficients of an array. */
    public static Scaled of(double[] coefficients, Band band, Basis basis) {
        return new Scaled(Arrays.stream(coefficients).boxed().toList(), band, basis);
    }

    static Scaled of(Coefficients all, Deployment deployment) {
        Coefficients.Group group = all.resolve(deployment);
        return new Scaled(group.coefficients(), all.band(deployment), group.basis());
    }

    /** Returns a copy of the coefficients. */
    public double[] toArray() {
        return coefficients.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
