// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

/**
 * When two numbers agree: by default if they differ by at most 1e-6, or by at most 1e-6 of the expected one. A case may
 * set either, or both at once.
 */
record Tolerance(double absolute, double relative) {
    private static final double DEFAULT = 1e-6;

    static Tolerance of(Case one) {
        boolean stated = one.hasAny("tolerance", "absTol", "relTol");
        double both = one.number("tolerance", stated ? 0 : DEFAULT);
        return new Tolerance(one.number("absTol", both), one.number("relTol", both));
    }

    boolean agree(double actual, double expected) {
        double apart = Math.abs(actual - expected);
        return apart <= absolute || apart <= relative * Math.abs(expected);
    }

    void require(String place, double expected, double actual) {
        if (!agree(actual, expected)) {
            throw new Mismatch(place + ": expected " + expected + ", actual " + actual);
        }
    }
}
