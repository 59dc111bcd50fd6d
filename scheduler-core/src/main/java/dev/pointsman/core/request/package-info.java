// SPDX-License-Identifier: Apache-2.0
/** What happens to a request around its scheduling: who asks, for which model, whether it may run at all, and which endpoints are open to it. Requests and their headers come in; attributes, rewritten requests and refusals leave. Everything here is pure. */
@NullMarked
package dev.pointsman.core.request;

import org.jspecify.annotations.NullMarked;
