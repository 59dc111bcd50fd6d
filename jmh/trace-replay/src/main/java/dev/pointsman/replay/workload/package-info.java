// SPDX-License-Identifier: Apache-2.0

/**
 * Made-up traffic whose prompts share prefixes, for when no recorded trace is at hand or a single property is to be varied.
 * Parameters and a seed come in. A {@link dev.pointsman.replay.trace.TraceSource} leaves that gives the same requests
 * on every machine.
 */
@NullMarked
package dev.pointsman.replay.workload;

import org.jspecify.annotations.NullMarked;
