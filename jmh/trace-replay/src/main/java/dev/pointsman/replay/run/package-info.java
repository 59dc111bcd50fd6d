// SPDX-License-Identifier: Apache-2.0

/**
 * Replays of one trace by one policy: the engines, their settings, and the results that every table and report reads. A
 * {@link dev.pointsman.replay.trace.TraceSource} and a policy come in. A {@link dev.pointsman.replay.run.ReplayResult}
 * leaves; it keeps no reference to the trace or to the engine.
 */
@NullMarked
package dev.pointsman.replay.run;

import org.jspecify.annotations.NullMarked;
