// SPDX-License-Identifier: Apache-2.0

/**
 * Scorers that compare endpoints' labels with what a request asks for: a value in a header, a length, nearness to the endpoint
 * that an earlier stage chose. The request and the labels come in. One score in [0, 1] a candidate leaves, as for any scorer.
 */
@NullMarked
package dev.pointsman.core.scorer.label;

import org.jspecify.annotations.NullMarked;
