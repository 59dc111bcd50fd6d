// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static dev.pointsman.kvcache.event.wire.MsgpackReader.ARRAY;
import static dev.pointsman.kvcache.event.wire.MsgpackReader.BYTES;
import static dev.pointsman.kvcache.event.wire.MsgpackReader.INTEGER;
import static dev.pointsman.kvcache.event.wire.MsgpackReader.MAP;
import static dev.pointsman.kvcache.event.wire.MsgpackReader.NIL;
import static dev.pointsman.kvcache.event.wire.MsgpackReader.TEXT;

import dev.pointsman.kvcache.event.ExtraKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what else a block's KV depends on: a list per block, or nil. vLLM's keys are untagged; the tagged ones that it
 * hashes are understood as well, in case it publishes them one day. A key of a shape that is not known is kept as its
 * bytes: it makes a difference, whatever it is.
 */
final class ExtraKeyReader {
    /** A batch with more keys is hostile: a key takes far more memory than bytes. */
    private static final int MAX_KEYS = 1 << 18;

    /** The most bytes of a key of unknown shape. */
    private static final int MAX_RAW = 1 << 10;

    private final MsgpackReader reader;
    private int read;

    ExtraKeyReader(MsgpackReader reader) {
        this.reader = reader;
    }

    /** Begins a batch. */
    void begin() {
        read = 0;
    }

    /** Reads {@code extra_keys}; empty if no block has any. */
    List<List<ExtraKey>> read() throws KvEventFormatException {
        int blocks = reader.array();
        List<List<ExtraKey>> perBlock = new ArrayList<>(Math.min(blocks, 64));
        boolean any = false;
        for (int i = 0; i < blocks; i++) {
            List<ExtraKey> keys = block();
            any |= !keys.isEmpty();
            perBlock.add(keys);
        }
        return any ? perBlock : List.of();
    }

    private List<ExtraKey> block() throws KvEventFormatException {
        if (reader.type() != ARRAY) {
            ExtraKey key = key();
            return key == null ? List.of() : List.of(key);
        }
        int count = reader.array();
        if (count == 0) {
            return List.of();
        }
        List<ExtraKey> keys = new ArrayList<>(Math.min(count, 4));
        for (int i = 0; i < count; i++) {
            ExtraKey key = key();
            if (key != null) {
                keys.add(key);
            }
        }
        return keys;
    }

    private @Nullable ExtraKey key() throws KvEventFormatException {
        int type = reader.type();
        if (type == NIL) {
            reader.skip();
            return null;
        }
        count();
        int from = reader.position();
        ExtraKey key = null;
        if (type == TEXT) {
            key = new ExtraKey.Text(reader.text());
        } else if (type == INTEGER) {
            key = new ExtraKey.Numeric(reader.integer());
        } else if (type == BYTES) {
            key = new ExtraKey.Digest(reader.hex());
        } else if (type == ARRAY) {
            key = tuple();
        }
        return key == null ? raw(from) : key;
    }

    /** Reads a multimodal item or a tagged key; null if it is neither, and then the cursor stands anywhere in it. */
    private @Nullable ExtraKey tuple() throws KvEventFormatException {
        int elements = reader.array();
        if (elements < 2 || reader.type() != TEXT) {
            return null;
        }
        String first = reader.text();
        int second = reader.type();
        if (elements == 2 && second == INTEGER) {
            return new ExtraKey.Media(first, reader.integer());
        }
        if (elements == 2 && second == BYTES && first.equals("prompt_embeds")) {
            return new ExtraKey.Digest(reader.hex());
        }
        if (second != TEXT) {
            return null;
        }
        String value = reader.text();
        if (elements == 2 && first.equals("cache_salt")) {
            return new ExtraKey.Text(value);
        }
        if (elements == 3 && first.equals("mm") && reader.type() == INTEGER) {
            return new ExtraKey.Media(value, reader.integer());
        }
        if (elements == 3 && first.equals("lora")) {
            reader.skip();
            return new ExtraKey.Text(value);
        }
        return null;
    }

    private ExtraKey raw(int from) throws KvEventFormatException {
        reader.position(from);
        reader.skip();
        int length = reader.position() - from;
        if (length > MAX_RAW) {
            throw new KvEventFormatException("byte " + from + ": expected an extra key, but found " + length
                    + " bytes of no known shape.\nMaybe the engine is newer than this version knows.");
        }
        return new ExtraKey.Digest(reader.hex(from, length));
    }

    private void count() throws KvEventFormatException {
        if (++read > MAX_KEYS) {
            throw new KvEventFormatException("byte " + reader.position() + ": expected at most " + MAX_KEYS
                    + " extra keys in a batch, but found more.\nMaybe the message is hostile.");
        }
    }

    /**
     * Reads {@code block_mm_infos}, dynamo's way to say which multimodal items reach into each block: nil, or {@code
     * {mm_objects: [{mm_hash, offsets: [[from, to], ...]}, ...]}}. What is not of that shape is passed over.
     */
    List<List<ExtraKey>> readMedia() throws KvEventFormatException {
        int blocks = reader.array();
        List<List<ExtraKey>> perBlock = new ArrayList<>(Math.min(blocks, 64));
        boolean any = false;
        for (int i = 0; i < blocks; i++) {
            List<ExtraKey> items = List.of();
            int entries = mapOrSkip();
            for (int j = 0; j < entries; j++) {
                if (isKey("mm_objects") && reader.type() == ARRAY) {
                    items = items();
                } else {
                    reader.skip();
                }
            }
            any |= !items.isEmpty();
            perBlock.add(items);
        }
        return any ? perBlock : List.of();
    }

    private List<ExtraKey> items() throws KvEventFormatException {
        int count = reader.array();
        List<ExtraKey> items = new ArrayList<>(Math.min(count, 4));
        for (int i = 0; i < count; i++) {
            String id = null;
            long offset = 0;
            int entries = mapOrSkip();
            for (int j = 0; j < entries; j++) {
                int from = reader.position();
                if (isKey("mm_hash")) {
                    id = id();
                    continue;
                }
                reader.position(from);
                if (isKey("offsets") && reader.type() == ARRAY) {
                    offset = firstOffset();
                } else {
                    reader.skip();
                }
            }
            if (id != null) {
                count();
                items.add(new ExtraKey.Media(id, offset));
            }
        }
        return items;
    }

    private @Nullable String id() throws KvEventFormatException {
        int type = reader.type();
        if (type == INTEGER) {
            return Long.toUnsignedString(reader.integer());
        }
        if (type == TEXT) {
            return reader.text();
        }
        reader.skip();
        return null;
    }

    private long firstOffset() throws KvEventFormatException {
        long offset = 0;
        int ranges = reader.array();
        for (int i = 0; i < ranges; i++) {
            if (i > 0 || reader.type() != ARRAY) {
                reader.skip();
                continue;
            }
            int bounds = reader.array();
            for (int j = 0; j < bounds; j++) {
                if (j == 0 && reader.type() == INTEGER) {
                    offset = reader.integer();
                } else {
                    reader.skip();
                }
            }
        }
        return offset;
    }

    /** Reads the head of a map and returns how many entries follow; reads over what is no map and returns 0. */
    private int mapOrSkip() throws KvEventFormatException {
        if (reader.type() == MAP) {
            return reader.map();
        }
        reader.skip();
        return 0;
    }

    /** Reads the next key, and tells whether it is this one. */
    private boolean isKey(String name) throws KvEventFormatException {
        if (reader.type() == TEXT) {
            return reader.text().equals(name);
        }
        reader.skip();
        return false;
    }

    /** Appends the second list of each block to the first. */
    static List<List<ExtraKey>> joined(List<List<ExtraKey>> first, List<List<ExtraKey>> second) {
        int blocks = Math.max(first.size(), second.size());
        List<List<ExtraKey>> joined = new ArrayList<>(blocks);
        for (int i = 0; i < blocks; i++) {
            List<ExtraKey> keys = new ArrayList<>(i < first.size() ? first.get(i) : List.of());
            keys.addAll(i < second.size() ? second.get(i) : List.of());
            joined.add(keys);
        }
        return joined;
    }
}
