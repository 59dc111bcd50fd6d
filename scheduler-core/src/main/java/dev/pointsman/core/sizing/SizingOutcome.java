// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

/** What comes of sizing a fleet: a plan, or why there is none. */
public sealed interface SizingOutcome permits FleetPlan, Infeasible {}
