// SPDX-License-Identifier: Apache-2.0

/**
 * A queueing replay of fleets whose replicas read prompts, decode, or do both. A trace, a fleet and a configuration of the scheduler
 * come in; the real scheduler places each request, and servers with queues, batches, caches and shared links work it off by virtual
 * time ({@link dev.pointsman.replay.stages.StageReplay}). Times to the first token and per token, shares and utilizations leave
 * ({@link dev.pointsman.replay.stages.StageResult}).
 */
@NullMarked
package dev.pointsman.replay.stages;

import org.jspecify.annotations.NullMarked;
