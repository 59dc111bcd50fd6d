// SPDX-License-Identifier: Apache-2.0

/**
 * What the predicted-latency producer keeps of endpoints and of requests under way. Deployments come in, and what observers hear
 * of dispatches. What runs on an endpoint now leaves for predictions, and measured prefills and decode steps for calibration.
 */
@NullMarked
package dev.pointsman.core.internal.latency;

import org.jspecify.annotations.NullMarked;
