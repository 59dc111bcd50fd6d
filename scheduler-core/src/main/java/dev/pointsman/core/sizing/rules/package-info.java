// SPDX-License-Identifier: Apache-2.0

/**
 * How others size fleets and scale them, as they say it, to compare with: Dynamo's planner, llm-d's workload variant autoscaler, the
 * rate matching of aiconfigurator, llm-d's tuning wizard and flow control, Melange. Numbers come in. Numbers of replicas, rates and
 * ceilings leave, their flaws included; what we do ourselves is in {@link dev.pointsman.core.sizing.FleetSolver}.
 */
@NullMarked
package dev.pointsman.core.sizing.rules;

import org.jspecify.annotations.NullMarked;
