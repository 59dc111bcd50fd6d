// SPDX-License-Identifier: Apache-2.0

/**
 * How an endpoint's KV events reach an index in order, once each, and how much the index may be trusted about that
 * endpoint. Batches come in from any transport, with their sequence numbers, to a {@link
 * dev.pointsman.kvcache.feed.KvEventChannel}; it starts no thread, opens nothing and reads no clock. What leaves are
 * writes to a {@link dev.pointsman.kvcache.TieredPrefixIndex}, requests for a replay, each endpoint's {@link
 * dev.pointsman.kvcache.feed.EndpointHealth health}, and words that say why a prompt found nothing.
 */
@NullMarked
package dev.pointsman.kvcache.feed;

import org.jspecify.annotations.NullMarked;
