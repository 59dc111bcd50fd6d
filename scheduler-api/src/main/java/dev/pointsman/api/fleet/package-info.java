// SPDX-License-Identifier: Apache-2.0

/**
 * What may serve: endpoints, what was last heard of each of them, and one immutable view of them all. Hosts and scrapers
 * bring {@link dev.pointsman.api.fleet.Endpoint endpoints} and {@link dev.pointsman.api.fleet.EndpointMetrics metrics}
 * in; the scheduler and its plugins read them through a {@link dev.pointsman.api.fleet.FleetSnapshot}. Times are
 * nanoseconds of the scheduler's own clock, so that ages can be told without reading another one.
 */
@NullMarked
package dev.pointsman.api.fleet;

import org.jspecify.annotations.NullMarked;
