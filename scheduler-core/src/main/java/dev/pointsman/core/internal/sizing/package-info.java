// SPDX-License-Identifier: Apache-2.0

/**
 * Solves the integer programs behind fleet sizing. A program of costs and rows comes in ({@link
 * dev.pointsman.core.internal.sizing.CoveringProgram}), whoever made it. The cheapest solution leaves, with a proof: a lower bound,
 * or that there is none.
 */
@NullMarked
package dev.pointsman.core.internal.sizing;

import org.jspecify.annotations.NullMarked;
