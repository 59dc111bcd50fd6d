// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.tier;

/** Refuses amounts that are none, in two lines. */
final class Amounts {
    private Amounts() {}

    static void notNegative(String name, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": must be finite and at least 0, but was " + value
                    + ".\nMaybe something was subtracted twice.");
        }
    }

    static void notNegative(String name, long value) {
        notNegative(name, (double) value);
    }

    static void positive(String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": must be finite and above 0, but was " + value
                    + ".\nMaybe the tier does not exist; leave it out.");
        }
    }
}
