// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.fleet.Endpoint;

/**
 * The endpoint from which the KV of a request's prompt is best pulled.
 *
 * @param endpoint the endpoint
 * @param cachedTokens tokens of the prompt's prefix that it can give, at least 1
 */
public record KvSource(Endpoint endpoint, long cachedTokens) {
    /** Checks that there is something to pull. */
    public KvSource {
        requireNonNull(endpoint, "endpoint");
        if (cachedTokens < 1) {
            throw new IllegalArgumentException("cachedTokens: must be at least 1, but was " + cachedTokens
                    + ".\nMaybe there is no source; then write none.");
        }
    }

    /**
     * Names the attribute under which a producer writes it.
     *
     * @param producer the producer's name
     */
    public static AttributeKey<KvSource> of(String producer) {
        return new AttributeKey<>("kv-source", producer, KvSource.class);
    }
}
