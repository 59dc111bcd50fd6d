// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.price;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.cost.Basis;
import java.util.OptionalDouble;

/**
 * What a million tokens cost. Immutable and thread-safe.
 *
 * @param usd US dollars, by the likely time
 * @param usdP10 the same by the time that one in ten is below
 * @param usdP90 the same by the time that one in ten is above
 * @param kilowattHours energy of the chips at their thermal design power, so an upper bound; empty where the vendor does not
 *     publish it
 * @param basis the measurements that the time rests on
 */
public record MillionTokens(double usd, double usdP10, double usdP90, OptionalDouble kilowattHours, Basis basis) {
    /** Checks that all is there. */
    public MillionTokens {
        requireNonNull(kilowattHours, "kilowattHours");
        requireNonNull(basis, "basis");
    }
}
