// SPDX-License-Identifier: Apache-2.0

/**
 * The scheduler's metrics. What a scheduler, an index or a scaling loop tells a {@link
 * dev.pointsman.api.plugin.SchedulingObserver} comes in through {@link dev.pointsman.micrometer.MicrometerObserver}; meters of a
 * registry of the host's choice leave.
 *
 * <p>Nothing here keeps anything for a request: what it takes to time one, its dispatch knows. What grows is the meters, and they
 * are bounded, whatever names requests come with.
 */
@NullMarked
package dev.pointsman.micrometer;

import org.jspecify.annotations.NullMarked;
