// SPDX-License-Identifier: Apache-2.0

/**
 * When to run more or fewer replicas, as functions that the host calls. Forecasts and what pools do now come in ({@link
 * dev.pointsman.core.sizing.scaling.PoolState}). Floors and signals for an autoscaler leave ({@link
 * dev.pointsman.core.sizing.scaling.ScalingSignals}), to be read or reported to an observer.
 */
@NullMarked
package dev.pointsman.core.sizing.scaling;

import org.jspecify.annotations.NullMarked;
