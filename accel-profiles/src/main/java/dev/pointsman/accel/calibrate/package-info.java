// SPDX-License-Identifier: Apache-2.0

/**
 * Learns from a deployment that runs how its times differ from what was predicted. Observed times come in, one request or step
 * at a time. A predictor leaves that has the deployment's own coefficients and band, and so does a state to keep over a restart.
 */
@NullMarked
package dev.pointsman.accel.calibrate;

import org.jspecify.annotations.NullMarked;
