// SPDX-License-Identifier: Apache-2.0

/**
 * What a prefix match is worth: formulas over matched blocks, without state. Counts of blocks come in, as {@link
 * dev.pointsman.kvcache.PrefixMatches} or as plain numbers. Weighted blocks, tokens left to compute and costs in blocks leave,
 * for schedulers to compare endpoints by.
 */
@NullMarked
package dev.pointsman.kvcache.score;

import org.jspecify.annotations.NullMarked;
