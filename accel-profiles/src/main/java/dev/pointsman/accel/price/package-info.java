// SPDX-License-Identifier: Apache-2.0

/**
 * What tokens cost in dollars and energy. Predicted times and the price of a chip-hour come in. Dollars and kilowatt-hours per
 * million tokens leave, for reading prompts and for generating answers apart.
 */
@NullMarked
package dev.pointsman.accel.price;

import org.jspecify.annotations.NullMarked;
