// SPDX-License-Identifier: Apache-2.0

/**
 * Exact statistics of integers. Values come in one by one, or sorted, or as shares. A summary leaves whose quantiles are
 * values that occurred, or one number that says how even the shares are.
 */
@NullMarked
package dev.pointsman.replay.stats;

import org.jspecify.annotations.NullMarked;
