// SPDX-License-Identifier: Apache-2.0

/**
 * What engines say about their KV caches, in one set of types whatever the engine and its version, and the rules that
 * make of it what an index may believe. {@link dev.pointsman.kvcache.event.wire} brings {@link
 * dev.pointsman.kvcache.event.KvEventBatch batches} of {@link dev.pointsman.kvcache.event.KvEvent events} in. A {@link
 * dev.pointsman.kvcache.event.KvEventNormalizer} lets {@link dev.pointsman.kvcache.event.KvOperation operations} out,
 * and counts what it drops by {@link dev.pointsman.kvcache.event.DropReason reason}.
 */
@NullMarked
package dev.pointsman.kvcache.event;

import org.jspecify.annotations.NullMarked;
