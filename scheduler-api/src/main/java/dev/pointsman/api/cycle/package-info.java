// SPDX-License-Identifier: Apache-2.0

/**
 * What a plugin sees while one request is being scheduled: the request, the snapshot of the fleet, the candidates still in
 * the running, data that producers wrote, and the draw that stands in for chance. The engine owns and reuses all of it; a
 * plugin must not keep any of it after its call returns. Nothing here is safe for use by other threads than the calling
 * one.
 */
@NullMarked
package dev.pointsman.api.cycle;

import org.jspecify.annotations.NullMarked;
