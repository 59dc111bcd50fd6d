// SPDX-License-Identifier: Apache-2.0

/**
 * What the built-in plugins' packages share: how their factories are written down, how they count time, hash, rank and scale
 * numbers and use working memory again, and what they call the numbers of endpoints. What a type is called, takes and makes comes in from each
 * of those packages. Factories leave for the engine to register, and checked nanoseconds, scaled numbers and lent memory for
 * plugins.
 */
@NullMarked
package dev.pointsman.core.internal.builtin;

import org.jspecify.annotations.NullMarked;
