// SPDX-License-Identifier: Apache-2.0

/**
 * What comes out: a dispatch that holds a decision and the load it reserved, or a rejection that says why not. The host
 * sends the request where the decision says and reports its progress to the {@link
 * dev.pointsman.api.decision.Dispatch}; observers hear of the same events. Values here are immutable; only the dispatch
 * is a handle that must be ended.
 */
@NullMarked
package dev.pointsman.api.decision;

import org.jspecify.annotations.NullMarked;
