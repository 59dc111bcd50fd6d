// SPDX-License-Identifier: Apache-2.0

/**
 * What a trace is like: how its requests arrive, how long they are, and how much of their prompts could be reused. A {@link
 * dev.pointsman.replay.trace.TraceSource} comes in and is read once. A {@link dev.pointsman.replay.shape.TraceShape}
 * leaves.
 */
@NullMarked
package dev.pointsman.replay.shape;

import org.jspecify.annotations.NullMarked;
