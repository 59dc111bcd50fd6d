// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.decision;

/**
 * What scheduling a request came to: a {@link Dispatch} under way or a {@link Rejection}.
 *
 * <pre>{@code
 * if (pointsman.schedule(request) instanceof Dispatch dispatch) {
 *     ...
 * }
 * }</pre>
 */
public sealed interface SchedulingOutcome permits Dispatch, Rejection {}
