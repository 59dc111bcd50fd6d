// SPDX-License-Identifier: Apache-2.0

/**
 * What a request's headers say of it, and which model it is for: who asks, how urgently, by when, and whether only a cached
 * prompt will do. Requests and a host's settings come in. Requests with their objectives filled leave, for the engine to schedule.
 */
@NullMarked
package dev.pointsman.core.request;

import org.jspecify.annotations.NullMarked;
