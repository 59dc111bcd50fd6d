// SPDX-License-Identifier: Apache-2.0

/**
 * How one request is decided. Schedulers of a few small plugins come in. What leaves is a dispatch, a refusal or an
 * evaluation, and the tests hold what each of them chose, reserved and explained.
 */
@NullMarked
package dev.pointsman.core.decision;

import org.jspecify.annotations.NullMarked;
