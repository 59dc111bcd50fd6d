// SPDX-License-Identifier: Apache-2.0

/**
 * Scorers of numbers that somebody reports about each endpoint under a name: the host, a metric source or a producer. A name
 * and a scale come in once, the numbers with each request. One score in [0, 1] a candidate leaves, as for any scorer.
 */
@NullMarked
package dev.pointsman.core.scorer.attribute;

import org.jspecify.annotations.NullMarked;
