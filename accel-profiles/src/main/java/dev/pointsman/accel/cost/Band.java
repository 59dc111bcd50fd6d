// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

/**
 * How far measurements lay from predictions that had not seen them.
 *
 * @param low the measured time over the predicted one that one in ten was below; above 0
 * @param high the same that one in ten was above; at least {@code low}
 * @param points how many measurements were compared
 */
public record Band(double low, double high, int points) {
    /** Checks the numbers. */
    public Band {
        if (!(low > 0 && high >= low && high < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "band: must have 0 < low <= high, but was " + low + " to " + high + ".\nMaybe run the fit again.");
        }
    }
}
