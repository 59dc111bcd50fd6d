// SPDX-License-Identifier: Apache-2.0

/**
 * What narrows the fleet for one request before anything else looks at it. The request's headers and the endpoints' addresses
 * and labels come in. The endpoints that may serve it leave, and headers by which later phases stay with the choice.
 */
@NullMarked
package dev.pointsman.core.screener;

import org.jspecify.annotations.NullMarked;
