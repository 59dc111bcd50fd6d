// SPDX-License-Identifier: Apache-2.0

/**
 * The load that dispatches put on endpoints, counted so that it cannot be wrong: one cell for each life of an endpoint,
 * reservations that are released exactly once, leases for dispatches that hosts lose. The engine reserves here and reads
 * loads before it scores. Dispatches leave, and hold the very cells that they reserved.
 */
@NullMarked
package dev.pointsman.core.internal.inflight;

import org.jspecify.annotations.NullMarked;
