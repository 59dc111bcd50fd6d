// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static java.util.Objects.requireNonNull;

import dev.pointsman.kvcache.event.AllBlocksCleared;
import dev.pointsman.kvcache.event.BlockMoved;
import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.ExtraKey;
import dev.pointsman.kvcache.event.KvEvent;
import dev.pointsman.kvcache.event.KvEventBatch;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches as an engine would, for test doubles and simulated engines. What a form has no place for is left out;
 * trailing fields without a value are omitted, as engines omit them. Not thread-safe.
 */
public final class KvEventEncoder {
    private static final int DIGEST_BYTES = 32;

    private final WireForm form;
    private final MsgpackWriter writer = new MsgpackWriter();

    /**
     * Makes an encoder.
     *
     * @param form the engine and version to write like
     */
    public KvEventEncoder(WireForm form) {
        this.form = requireNonNull(form, "form");
    }

    /** Returns the form that it writes. */
    public WireForm form() {
        return form;
    }

    /**
     * Writes a batch.
     *
     * @param batch the batch; a timestamp of NaN is written as nil
     * @throws IllegalArgumentException if it has a {@link BlockMoved}, which none of these engines can say
     */
    public byte[] encode(KvEventBatch batch) {
        writer.array(batch.rank().isPresent() ? 3 : 2);
        if (Double.isNaN(batch.timestamp())) {
            writer.nil();
        } else {
            writer.number(batch.timestamp());
        }
        writer.array(batch.events().size());
        for (KvEvent event : batch.events()) {
            encode(event);
        }
        if (batch.rank().isPresent()) {
            writer.integer(batch.rank().getAsInt());
        }
        return writer.take();
    }

    private void encode(KvEvent event) {
        if (event instanceof BlockStored stored) {
            if (form.isMap()) {
                storedMap(stored);
            } else {
                storedArray(stored);
            }
        } else if (event instanceof BlockRemoved removed) {
            if (form.isMap()) {
                removedMap(removed);
            } else {
                removedArray(removed);
            }
        } else if (event instanceof AllBlocksCleared cleared) {
            cleared(cleared);
        } else {
            writer.take();
            throw new IllegalArgumentException("event: must be one that " + form + " can say, but was " + event
                    + ".\nMaybe write a store in the new medium and a removal from the old one.");
        }
    }

    private void storedArray(BlockStored event) {
        int elements = form.elements;
        while (elements > 6 && !has(event, elements - 1)) {
            elements--;
        }
        writer.array(elements);
        writer.text("BlockStored");
        hashes(event.hashes());
        parent(event);
        tokens(event);
        writer.integer(event.blockSize());
        if (event.loraId().isPresent()) {
            writer.integer(event.loraId().getAsLong());
        } else {
            writer.nil();
        }
        for (int slot = 6; slot < elements; slot++) {
            switch (slot) {
                case 6 -> writer.text(event.medium());
                case 7 -> adapterOrMetadata(event);
                case 8 -> extraKeys(event);
                case 9 -> count(event.group());
                case 10 -> writer.text(event.kind());
                case 11 -> count(event.window());
                case 12 -> writer.text(event.locality());
                case 13 -> writer.text(event.ownership());
                default -> writer.text(event.sessionId());
            }
        }
    }

    /** Tells whether an element of the array form, from the seventh on, has a value. */
    private boolean has(BlockStored event, int slot) {
        return switch (slot) {
            case 6 -> event.medium() != null;
            case 7 ->
                form == WireForm.SGLANG_METADATA
                        ? event.cacheSalt() != null || event.sessionId() != null
                        : event.loraName() != null;
            case 8 -> event.hasExtraKeys();
            case 9 -> event.group() >= 0;
            case 10 -> event.kind() != null;
            case 11 -> event.window() >= 0;
            case 12 -> event.locality() != null;
            case 13 -> event.ownership() != null;
            default -> event.sessionId() != null;
        };
    }

    private void adapterOrMetadata(BlockStored event) {
        if (form != WireForm.SGLANG_METADATA) {
            writer.text(event.loraName());
            return;
        }
        String salt = event.cacheSalt();
        String session = event.sessionId();
        if (salt == null && session == null) {
            writer.nil();
            return;
        }
        writer.map((salt == null ? 0 : 1) + (session == null ? 0 : 1));
        entry("cache_salt", salt);
        entry("session_id", session);
    }

    private void storedMap(BlockStored event) {
        boolean vllm = !form.isSglang();
        int entries = 4
                + (event.hasParent() ? 1 : 0)
                + (event.loraId().isPresent() ? 1 : 0)
                + (event.medium() == null ? 0 : 1)
                + (event.sessionId() == null ? 0 : 1);
        if (vllm) {
            entries += (event.loraName() == null ? 0 : 1)
                    + (event.hasExtraKeys() ? 1 : 0)
                    + (event.group() < 0 ? 0 : 1)
                    + (event.kind() == null ? 0 : 1)
                    + (event.window() < 0 ? 0 : 1)
                    + (event.locality() == null ? 0 : 1)
                    + (event.ownership() == null ? 0 : 1);
        } else {
            entries += event.cacheSalt() == null ? 0 : 1;
        }
        writer.map(entries);
        entry("type", "BlockStored");
        writer.text("block_hashes");
        hashes(event.hashes());
        if (event.hasParent()) {
            writer.text("parent_block_hash");
            hash(event.parent());
        }
        writer.text("token_ids");
        tokens(event);
        writer.text("block_size");
        writer.integer(event.blockSize());
        if (event.loraId().isPresent()) {
            writer.text("lora_id");
            writer.integer(event.loraId().getAsLong());
        }
        entry("medium", event.medium());
        if (vllm) {
            entry("lora_name", event.loraName());
            if (event.hasExtraKeys()) {
                writer.text("extra_keys");
                extraKeys(event);
            }
            entry("group_idx", event.group());
            entry("kv_cache_spec_kind", event.kind());
            entry("kv_cache_spec_sliding_window", event.window());
            entry("locality", event.locality());
            entry("ownership", event.ownership());
        } else {
            entry("cache_salt", event.cacheSalt());
        }
        entry("session_id", event.sessionId());
    }

    private void removedArray(BlockRemoved event) {
        int used = 2;
        if (form.elements >= 7 && event.medium() != null) {
            used = 3;
        }
        if (form.elements >= 10 && event.group() >= 0) {
            used = 4;
        }
        if (form.elements >= 13 && event.locality() != null) {
            used = 5;
        }
        if (form.elements >= 14 && event.ownership() != null) {
            used = 6;
        }
        writer.array(used);
        writer.text("BlockRemoved");
        hashes(event.hashes());
        for (int slot = 2; slot < used; slot++) {
            switch (slot) {
                case 2 -> writer.text(event.medium());
                case 3 -> count(event.group());
                case 4 -> writer.text(event.locality());
                default -> writer.text(event.ownership());
            }
        }
    }

    private void removedMap(BlockRemoved event) {
        boolean vllm = !form.isSglang();
        int entries = 2 + (event.medium() == null ? 0 : 1);
        if (vllm) {
            entries += (event.group() < 0 ? 0 : 1)
                    + (event.locality() == null ? 0 : 1)
                    + (event.ownership() == null ? 0 : 1);
        }
        writer.map(entries);
        entry("type", "BlockRemoved");
        writer.text("block_hashes");
        hashes(event.hashes());
        entry("medium", event.medium());
        if (vllm) {
            entry("group_idx", event.group());
            entry("locality", event.locality());
            entry("ownership", event.ownership());
        }
    }

    private void cleared(AllBlocksCleared event) {
        if (!form.isMap()) {
            writer.array(1);
            writer.text("AllBlocksCleared");
            return;
        }
        String ownership = form.isSglang() ? null : event.ownership();
        writer.map(ownership == null ? 1 : 2);
        entry("type", "AllBlocksCleared");
        entry("ownership", ownership);
    }

    private void entry(String key, @Nullable String value) {
        if (value != null) {
            writer.text(key);
            writer.text(value);
        }
    }

    private void entry(String key, int value) {
        if (value >= 0) {
            writer.text(key);
            writer.integer(value);
        }
    }

    private void count(int value) {
        if (value < 0) {
            writer.nil();
        } else {
            writer.integer(value);
        }
    }

    private void parent(BlockStored event) {
        if (event.hasParent()) {
            hash(event.parent());
        } else {
            writer.nil();
        }
    }

    private void hashes(long[] hashes) {
        writer.array(hashes.length);
        for (long hash : hashes) {
            hash(hash);
        }
    }

    private void hash(long hash) {
        switch (form.hashes) {
            case UNSIGNED -> writer.unsigned(hash);
            case SIGNED -> writer.integer(hash);
            default -> {
                // What matters is the end; the bytes before it stand for the rest of a digest.
                ByteBuffer digest = ByteBuffer.allocate(DIGEST_BYTES);
                for (int i = 1; i < DIGEST_BYTES / Long.BYTES; i++) {
                    digest.putLong(hash * i);
                }
                writer.bytes(digest.putLong(hash).array());
            }
        }
    }

    private void tokens(BlockStored event) {
        int[] tokens = event.tokens();
        writer.array(tokens.length);
        for (int i = 0; i < tokens.length; i++) {
            if (event.bigrams()) {
                writer.array(2);
                writer.unsigned(Integer.toUnsignedLong(tokens[i]));
                writer.unsigned(Integer.toUnsignedLong(event.nextTokens()[i]));
            } else {
                writer.unsigned(Integer.toUnsignedLong(tokens[i]));
            }
        }
    }

    private void extraKeys(BlockStored event) {
        if (!event.hasExtraKeys()) {
            writer.nil();
            return;
        }
        List<List<ExtraKey>> perBlock = event.extraKeys();
        writer.array(perBlock.size());
        for (List<ExtraKey> keys : perBlock) {
            if (keys.isEmpty()) {
                writer.nil();
                continue;
            }
            writer.array(keys.size());
            for (ExtraKey key : keys) {
                extraKey(key);
            }
        }
    }

    private void extraKey(ExtraKey key) {
        if (key instanceof ExtraKey.Text text) {
            writer.text(text.value());
        } else if (key instanceof ExtraKey.Media media) {
            writer.array(2);
            writer.text(media.id());
            writer.integer(media.offset());
        } else if (key instanceof ExtraKey.Digest digest) {
            writer.hex(digest.hex());
        } else if (key instanceof ExtraKey.Numeric number) {
            writer.integer(number.value());
        }
    }
}
