// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Tells the adapter, the salt and the items of a store apart. Engines that list untagged texts leave that to the reader:
 * one is the adapter's name, one in a prompt's first block is the salt, and what is left makes a difference, whatever it
 * is, so it counts as an item of its block.
 */
final class EventNamespace {
    private EventNamespace() {}

    /** The adapter's name; its number if it has no name, so that its blocks are at least not the plain model's. */
    static @Nullable String lora(BlockStored event) {
        String name = event.loraName();
        if (name != null && !name.isEmpty()) {
            return name;
        }
        OptionalLong id = event.loraId();
        return id.isPresent() && id.getAsLong() != 0 ? Long.toString(id.getAsLong()) : null;
    }

    /**
     * The salt in its own field, or else the first text among the first block's keys that is not the adapter's name. A
     * store that names the last blocks of a longer span only says nothing of the first block.
     */
    static @Nullable String salt(BlockStored event, @Nullable String lora) {
        String salt = event.cacheSalt();
        if (salt != null && !salt.isEmpty()) {
            return salt;
        }
        if (namesTailOnly(event)) {
            return null;
        }
        List<ExtraKey> keys = event.extraKeys(0);
        for (int i = 0; i < keys.size(); i++) {
            if (keys.get(i) instanceof ExtraKey.Text text
                    && !text.value().isEmpty()
                    && !text.value().equals(lora)) {
                return text.value();
            }
        }
        return null;
    }

    /**
     * Returns the store with the texts that are neither the adapter's name nor the salt as items of their blocks; the
     * store as it is if it has none. After a parent no text is taken for the salt, because the salt has had its effect
     * there: an older vLLM's multimodal items are texts too.
     */
    static BlockStored withItems(BlockStored event, @Nullable String lora, @Nullable String salt) {
        if (!event.hasExtraKeys()) {
            return event;
        }
        String known = event.hasParent() ? event.cacheSalt() : salt;
        List<List<ExtraKey>> told = null;
        for (int block = 0; block < event.blocks(); block++) {
            List<ExtraKey> keys = event.extraKeys(block);
            for (int i = 0; i < keys.size(); i++) {
                if (!isItem(keys.get(i), lora, known)) {
                    continue;
                }
                if (told == null) {
                    told = copy(event);
                }
                told.get(block).set(i, new ExtraKey.Media(((ExtraKey.Text) keys.get(i)).value(), 0));
            }
        }
        return told == null ? event : event.toBuilder().extraKeys(told).build();
    }

    private static boolean isItem(ExtraKey key, @Nullable String lora, @Nullable String salt) {
        return key instanceof ExtraKey.Text text
                && !text.value().isEmpty()
                && !text.value().equals(lora)
                && !text.value().equals(salt);
    }

    private static List<List<ExtraKey>> copy(BlockStored event) {
        List<List<ExtraKey>> copy = new ArrayList<>(event.blocks());
        for (int block = 0; block < event.blocks(); block++) {
            copy.add(new ArrayList<>(event.extraKeys(block)));
        }
        return copy;
    }

    private static boolean namesTailOnly(BlockStored event) {
        return event.tokens().length > (long) event.blocks() * event.blockSize();
    }
}
