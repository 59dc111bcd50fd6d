// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.rules;

/** Refuses numbers that no rule can use, in two lines. */
final class Checks {
    private Checks() {}

    static void notNegative(String name, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": must be finite and at least 0, but was " + value
                    + ".\nMaybe the measurement is missing; leave the rule out then.");
        }
    }

    static void positive(String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": must be finite and above 0, but was " + value
                    + ".\nMaybe the measurement is missing; leave the rule out then.");
        }
    }

    /** Returns the next whole number, but for rounding: 3.0000000001 is 3. */
    static int ceiling(double value) {
        return whole(Math.ceil(value - 1e-9 * Math.max(1, Math.abs(value))));
    }

    /** Returns the whole number before, but for rounding: 2.9999999999 is 3. */
    static int floor(double value) {
        return whole(Math.floor(value + 1e-9 * Math.max(1, Math.abs(value))));
    }

    private static int whole(double value) {
        if (!(Math.abs(value) <= Integer.MAX_VALUE)) {
            throw new IllegalArgumentException("replicas: must be at most " + Integer.MAX_VALUE + ", but would be "
                    + value + ".\nMaybe a capacity is close to zero, or in another unit than the demand.");
        }
        return (int) value;
    }
}
