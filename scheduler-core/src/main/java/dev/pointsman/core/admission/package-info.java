// SPDX-License-Identifier: Apache-2.0

/**
 * What decides whether a request may be scheduled at all. The request and what is known of the endpoints open to it come in.
 * Nothing leaves if it is admitted, and a typed refusal if it is not.
 */
@NullMarked
package dev.pointsman.core.admission;

import org.jspecify.annotations.NullMarked;
