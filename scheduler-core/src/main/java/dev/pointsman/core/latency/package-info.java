// SPDX-License-Identifier: Apache-2.0

/**
 * How long a request would take on each endpoint, and decisions by it: admission, filters, scores and costs. Endpoints come in
 * as deployments that a cost model can predict ({@link dev.pointsman.core.latency.EndpointDeployments}), with the request, what
 * is cached of it and the load in flight. Predicted times, headrooms and dollars leave as columns ({@link
 * dev.pointsman.core.latency.PredictedLatency}), and candidates filtered, scored or priced by them.
 */
@NullMarked
package dev.pointsman.core.latency;

import org.jspecify.annotations.NullMarked;
