// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.catalog;

import static java.util.Objects.requireNonNull;

import java.time.LocalDate;

/**
 * What one chip costs for one hour, on what terms, as of when, and who says so. Prices move faster than code: the shipped ones
 * are dated defaults, and unlike kinds should not be compared.
 *
 * @param usdPerHour US dollars per chip-hour; finite and above 0
 * @param kind on what terms
 * @param basis the terms in words, such as {@code modelled TCO, neocloud}
 * @param asOf the day on which the price was read
 * @param source where it was read
 */
public record Price(double usdPerHour, PriceKind kind, String basis, LocalDate asOf, String source) {
    /** Checks the price. */
    public Price {
        if (!(usdPerHour > 0 && usdPerHour < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("usdPerHour must be finite and above 0, but was " + usdPerHour
                    + ".\nMaybe leave the price out if it is not known.");
        }
        requireNonNull(kind, "kind");
        requireNonNull(basis, "basis");
        requireNonNull(asOf, "asOf");
        requireNonNull(source, "source");
    }
}
