// SPDX-License-Identifier: Apache-2.0

/**
 * Where the KV of a prefix should come from, and where it should be kept: by time. What each tier and link can do, how long it is
 * busy, and how fast a prefix is read again come in. Choices leave, each with the times it was made by, and tables of the number of
 * tokens from which loading beats recomputing ({@link dev.pointsman.core.tier.Crossovers}).
 */
@NullMarked
package dev.pointsman.core.tier;

import org.jspecify.annotations.NullMarked;
