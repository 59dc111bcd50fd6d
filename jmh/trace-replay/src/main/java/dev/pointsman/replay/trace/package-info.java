// SPDX-License-Identifier: Apache-2.0

/**
 * Recorded traffic: the request of a trace, and readers for the formats that public traces come in. A file, a stream or a
 * generated list comes in as a {@link dev.pointsman.replay.trace.TraceSource}. Requests leave one by one, in arrival
 * order, or a {@link dev.pointsman.replay.trace.TraceFormatException} that names the line.
 */
@NullMarked
package dev.pointsman.replay.trace;

import org.jspecify.annotations.NullMarked;
