// SPDX-License-Identifier: Apache-2.0

/**
 * How engines and other routers name blocks: each class computes the block hashes of one of them bit for bit. A host that
 * checks an engine's events, emulates an engine or shares an index with such a router comes in with token ids and what
 * else that scheme hashes. Hashes leave as that scheme writes them; matching never needs them, for the index names
 * blocks by hashes of its own ({@link dev.pointsman.kvcache.BlockHasher}).
 */
@NullMarked
package dev.pointsman.kvcache.hash;

import org.jspecify.annotations.NullMarked;
