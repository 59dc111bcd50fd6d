// SPDX-License-Identifier: Apache-2.0

/**
 * Where the coefficients of the cost model come from, and how well it predicts. Measured serving points come in, from the file
 * that ships or from one of the user. A file of coefficients leaves, or a table of errors, with every point that was left out
 * counted by its reason.
 */
@NullMarked
package dev.pointsman.replay.costfit;

import org.jspecify.annotations.NullMarked;
