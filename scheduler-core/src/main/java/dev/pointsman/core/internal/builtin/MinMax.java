// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.builtin;

/** Turns raw numbers, of which less is better, into scores relative to each other. */
public final class MinMax {
    private MinMax() {}

    /**
     * Replaces each number {@code x} by {@code (max - x) / (max - min)}; if all are equal, by 1. NaN stays NaN and has no
     * part in the minimum and maximum. Allocates nothing.
     *
     * @param numbers finite or NaN
     * @param size how many of them count
     */
    public static void leastIsBest(double[] numbers, int size) {
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < size; i++) {
            // Comparisons with NaN are false, so a missing number moves neither end.
            if (numbers[i] < min) {
                min = numbers[i];
            }
            if (numbers[i] > max) {
                max = numbers[i];
            }
        }
        double range = max - min;
        for (int i = 0; i < size; i++) {
            if (!Double.isNaN(numbers[i])) {
                numbers[i] = range > 0 ? (max - numbers[i]) / range : 1;
            }
        }
    }

    /** Replaces each number {@code x} by {@code (x - min) / (max - min)}, otherwise as {@link #leastIsBest} does. */
    public static void mostIsBest(double[] numbers, int size) {
        for (int i = 0; i < size; i++) {
            numbers[i] = -numbers[i];
        }
        leastIsBest(numbers, size);
    }
}
