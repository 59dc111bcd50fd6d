// SPDX-License-Identifier: Apache-2.0

/**
 * Prefix caches without time: the LRU that a simulated endpoint has, the block pool of an engine that knows which requests
 * are running, and the clairvoyant one that no cache can beat. Engines hand in the block ids of one prompt after another.
 * Hit runs, evictions and residents leave.
 */
@NullMarked
package dev.pointsman.replay.cache;

import org.jspecify.annotations.NullMarked;
