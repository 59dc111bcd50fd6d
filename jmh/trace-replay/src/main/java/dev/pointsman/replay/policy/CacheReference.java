// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.policy;

import static java.util.Objects.requireNonNull;

/**
 * Not a way to place requests but a single cache to hold policies against. Only a replay without time can run it.
 *
 * @param kind which cache
 * @param name the name
 * @param description one sentence on what it is
 */
public record CacheReference(Kind kind, String name, String description) implements PolicyDefinition {
    public CacheReference {
        requireNonNull(kind, "kind");
        requireNonNull(name, "name");
        requireNonNull(description, "description");
    }

    /** The reference caches. */
    public enum Kind {
        /** One cache that never evicts: an upper bound for every policy. */
        INFINITE,
        /** One LRU as large as all endpoints' caches together. Not a bound: partitioned LRUs can beat it. */
        POOLED_LRU,
        /** One clairvoyant cache as large as one endpoint's: an upper bound for one endpoint that serves all. */
        BELADY,
        /** One clairvoyant cache as large as all endpoints' caches together: an upper bound for every policy. */
        POOLED_BELADY
    }
}
