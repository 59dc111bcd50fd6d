// SPDX-License-Identifier: Apache-2.0

/**
 * Which endpoint a conversation belongs to, for the scorer that prefers that endpoint and the filters that insist on it. What
 * a client sends or what a session was bound to before comes in, and parameters by which the way of knowing is chosen. The
 * slot of the endpoint leaves, and the token that leads a client back to it.
 */
@NullMarked
package dev.pointsman.core.internal.session;

import org.jspecify.annotations.NullMarked;
