// SPDX-License-Identifier: Apache-2.0

/**
 * Policies side by side on one trace: who wins, by what, why, and what an oracle and a floor would have. Results of the
 * queueing engine come in, one for each policy, with their timelines. A {@link
 * dev.pointsman.replay.compare.Comparison} leaves, and its two texts: a table for the terminal and JSON for scripts.
 */
@NullMarked
package dev.pointsman.replay.compare;

import org.jspecify.annotations.NullMarked;
