// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event;

import static java.util.Objects.requireNonNull;

import dev.pointsman.kvcache.Tier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an index may believe of a {@link KvEvent}: what changed for the rank that sent it, and in which tier. */
public sealed interface KvOperation permits KvOperation.Store, KvOperation.Remove, KvOperation.Move, KvOperation.Clear {
    /**
     * The rank holds blocks. Their number, at least 1, is {@code event.blocks()}; their tokens are {@code event.tokens()}
     * from {@link #firstToken()} on, {@code event.blockSize()} for each, and no more; or none at all, if the host lets
     * names alone through.
     *
     * <p>A store with a parent continues whatever the parent is part of: the adapter and the salt are those of the
     * parent's chain, whether or not the event repeats them, and a chained hash that is made from the parent's has them
     * in it already. So they matter only where there is no parent, and nobody needs to remember them per block.
     *
     * <p>The tokens before {@link #firstToken()} follow the parent too, so the blocks' chained hashes are made over all
     * of {@code event.tokens()}, in blocks of the event's size; only the last {@code event.blocks()} of these are held.
     *
     * @param event what the engine said
     * @param tier where the blocks lie
     * @param loraAdapter the adapter's name, its number in decimal if the engine gives no name, or null for the plain
     *     model or if the event does not say
     * @param cacheSalt the salt, or null for none or if the event does not say
     */
    record Store(
            BlockStored event,
            Tier tier,
            @Nullable String loraAdapter,
            @Nullable String cacheSalt) implements KvOperation {
        /** Checks what must be there. */
        public Store {
            requireNonNull(event, "event");
            requireNonNull(tier, "tier");
        }

        /**
         * Returns the position in the event's tokens of the first token of the first block: 0, but for an engine that
         * names only the last blocks of a longer span, as one may whose layers are all sliding windows.
         */
        public int firstToken() {
            return Math.max(0, event.tokens().length - event.blocks() * event.blockSize());
        }

        /**
         * Returns what a block's KV depends on beside tokens, adapter and salt: multimodal items and prompt embeddings,
         * in the engine's order.
         *
         * @param block from 0 to {@code event.blocks() - 1}
         */
        public List<ExtraKey> contentKeys(int block) {
            List<ExtraKey> keys = event.extraKeys(block);
            if (keys.isEmpty()) {
                return keys;
            }
            List<ExtraKey> content = new ArrayList<>(keys.size());
            for (ExtraKey key : keys) {
                if (!(key instanceof ExtraKey.Text)) {
                    content.add(key);
                }
            }
            return content;
        }
    }

    /**
     * The rank no longer holds blocks, named by {@code event.hashes()}.
     *
     * @param event what the engine said
     * @param tier where they lay, or null if they are gone from every tier
     */
    record Remove(BlockRemoved event, @Nullable Tier tier) implements KvOperation {
        /** Checks what must be there. */
        public Remove {
            requireNonNull(event, "event");
        }
    }

    /**
     * A block that the rank holds lies in another tier now.
     *
     * @param hash the engine's name of it
     * @param from where it lay
     * @param to where it lies
     */
    record Move(long hash, Tier from, Tier to) implements KvOperation {
        /** Checks what must be there. */
        public Move {
            requireNonNull(from, "from");
            requireNonNull(to, "to");
        }
    }

    /** The rank holds nothing any more, in no tier. */
    record Clear() implements KvOperation {}
}
