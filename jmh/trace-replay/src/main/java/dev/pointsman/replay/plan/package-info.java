// SPDX-License-Identifier: Apache-2.0

/**
 * Plans fleets for recorded or stated traffic. A trace becomes classes of like requests ({@link
 * dev.pointsman.replay.plan.TrafficReader}); these, targets, chips and prices become a sizing problem that the scheduler's solver
 * answers ({@link dev.pointsman.replay.plan.FleetPlanning}). The plan leaves as text, JSON or a page, after a replay by stages has
 * judged it if that was asked for ({@link dev.pointsman.replay.plan.Verification}).
 */
@NullMarked
package dev.pointsman.replay.plan;

import org.jspecify.annotations.NullMarked;
