// SPDX-License-Identifier: Apache-2.0

/**
 * How long bytes take from one memory to another: KV to another replica, or back from a lower tier, and activations between the
 * chips of one replica. A deployment and a named path come in. Times leave, each between what the data sheet allows and what
 * public measurements make likely.
 */
@NullMarked
package dev.pointsman.accel.transfer;

import org.jspecify.annotations.NullMarked;
