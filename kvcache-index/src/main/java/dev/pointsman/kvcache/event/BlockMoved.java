// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A block that the engine holds went from one medium to another; TensorRT-LLM says so when it offloads a block and when
 * it brings it back.
 *
 * @param hash the engine's name of the block
 * @param from the medium where it lay
 * @param to the medium where it lies now
 */
public record BlockMoved(long hash, String from, String to) implements KvEvent {
    /** Checks that nothing is null. */
    public BlockMoved {
        requireNonNull(from, "from");
        requireNonNull(to, "to");
    }

    @Override
    public @Nullable String ownership() {
        return null;
    }
}
