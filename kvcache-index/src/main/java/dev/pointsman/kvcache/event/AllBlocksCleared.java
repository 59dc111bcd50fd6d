// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event;

import org.jspecify.annotations.Nullable;

/**
 * A rank holds no block any more, in whatever medium.
 *
 * @param ownership who managed the blocks, or null for the engine itself
 */
public record AllBlocksCleared(@Nullable String ownership) implements KvEvent {
    /** The engine's own cache is empty. */
    public AllBlocksCleared() {
        this(null);
    }
}
