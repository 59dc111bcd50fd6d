// SPDX-License-Identifier: Apache-2.0

/**
 * How long prefill and decode take, what they disturb and what they cost. A deployment comes in: a model, a chip, how the one is
 * spread over the other, and an engine. Predictions leave, each with a lower bound, an estimate, a band and the measurements
 * that it rests on.
 */
@NullMarked
package dev.pointsman.accel.cost;

import org.jspecify.annotations.NullMarked;
