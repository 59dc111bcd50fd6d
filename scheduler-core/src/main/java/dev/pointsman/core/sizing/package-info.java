// SPDX-License-Identifier: Apache-2.0

/**
 * How many replicas of which kind a fleet needs. Traffic, objectives, and what a replica of each kind can do and costs come in: stated,
 * or worked out from accelerator profiles ({@link dev.pointsman.core.sizing.ReplicaCapacities}). The cheapest plan leaves ({@link
 * dev.pointsman.core.sizing.FleetSolver}), with what it beat and what would change it ({@link
 * dev.pointsman.core.sizing.PlanExplanation}).
 *
 * <p>Nothing here runs by itself or knows the engine. When to run the plan is the business of {@code scaling}, how long queues take of {@code
 * queueing}, how others do it of {@code rules}.
 */
@NullMarked
package dev.pointsman.core.sizing;

import org.jspecify.annotations.NullMarked;
