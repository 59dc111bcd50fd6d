// SPDX-License-Identifier: Apache-2.0

/**
 * Exact statistics of integers. Values come in one by one. A summary leaves whose quantiles are values that occurred.
 */
@NullMarked
package dev.pointsman.replay.stats;

import org.jspecify.annotations.NullMarked;
