// SPDX-License-Identifier: Apache-2.0

/**
 * What the radix prefix index is made of: runs of blocks, their holders, the holders' names for them, in primitive
 * arrays. Only {@link dev.pointsman.kvcache.RadixPrefixIndex} comes in, with hashes, engines' names and the slots of one
 * {@link dev.pointsman.kvcache.internal.radix.Lane}. Answers leave in the caller's {@link
 * dev.pointsman.kvcache.internal.radix.Walk}.
 */
@NullMarked
package dev.pointsman.kvcache.internal.radix;

import org.jspecify.annotations.NullMarked;
