// SPDX-License-Identifier: Apache-2.0

/**
 * Waiting times of queues: closed forms ({@link dev.pointsman.core.sizing.queueing.Queueing}), servers that share a queue of unlike
 * requests ({@link dev.pointsman.core.sizing.queueing.SharedQueue}), and a batch that serves at a rate of its own for each number in
 * it ({@link dev.pointsman.core.sizing.queueing.BatchStation}). Rates and service times come in. Mean times,
 * quantiles and the largest rates that meet a target leave.
 */
@NullMarked
package dev.pointsman.core.sizing.queueing;

import org.jspecify.annotations.NullMarked;
