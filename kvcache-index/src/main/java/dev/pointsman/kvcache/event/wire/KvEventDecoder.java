// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static dev.pointsman.kvcache.event.wire.MsgpackReader.ARRAY;
import static dev.pointsman.kvcache.event.wire.MsgpackReader.FLOAT;
import static dev.pointsman.kvcache.event.wire.MsgpackReader.INTEGER;
import static dev.pointsman.kvcache.event.wire.MsgpackReader.MAP;
import static dev.pointsman.kvcache.event.wire.MsgpackReader.TEXT;
import static dev.pointsman.kvcache.event.wire.StoredReader.missing;

import dev.pointsman.kvcache.event.AllBlocksCleared;
import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.KvEvent;
import dev.pointsman.kvcache.event.KvEventBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Reads the batches that vLLM and SGLang publish, {@code [timestamp, [events...], rank?]} in MessagePack, whatever the
 * engine's version.
 *
 * <p>An event is an array with its tag first (until mid-2026) or a map with its tag under {@code type}; each event of a
 * batch may be either. Maps are read by name. Of arrays, the first five elements never changed; what follows them did,
 * so it is told apart by its type, then by its value (kinds of attention, {@code LOCAL} and {@code REMOTE} and {@code
 * kvcr} are known words), and only then by its place. What is not known is passed over.
 *
 * <p>Hashes, tokens and a block size that are nil are none, and so is a group or a window below 0: offloads have nothing
 * to say of these. An event with a missing or unreadable field is left out and {@linkplain KvEventBatch#malformed
 * counted}; the rest of its batch is read as long as it is clear where the next event begins, and no more than 1,024 are
 * so. Bytes that are not a batch are refused.
 *
 * <p>No bytes make it throw anything else, recurse, or take memory for more than is there. A batch has at most an eighth
 * as many block hashes as {@code maxBytes} has bytes, since a real one takes 9 at least, or 65,536 if that is more; and at
 * most 262,144 extra keys. Reading a batch allocates less than 64 times its bytes, and less than 32 times beside 32 MiB for
 * extra keys; so the bound on a batch is what to lower where memory is scarce.
 *
 * <p>Not thread-safe. Takes time in the number of bytes; allocates the events and little else.
 */
public final class KvEventDecoder {
    /**
     * The most bytes that a batch may have unless the host says otherwise: 8 MiB, which holds a prompt of a million
     * tokens in blocks of 16 with whole digests.
     */
    public static final int DEFAULT_MAX_BYTES = 8 << 20;

    /** So many block hashes a batch may have whatever its bound. */
    private static final int MIN_HASHES = 1 << 16;

    /** A batch with more unreadable events is not worth the time that finding out about each takes. */
    private static final int MAX_MALFORMED = 1 << 10;

    private final int maxBytes;
    private final MsgpackReader reader;
    private final ExtraKeyReader keys;

    /** Whether the event that is being read is known to be a store. */
    private boolean storing;

    /** Makes a decoder that refuses batches of more than {@value #DEFAULT_MAX_BYTES} bytes. */
    public KvEventDecoder() {
        this(DEFAULT_MAX_BYTES);
    }

    /**
     * Makes a decoder.
     *
     * @param maxBytes the most bytes that a batch may have, at least 1
     */
    public KvEventDecoder(int maxBytes) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes: must be at least 1, but was " + maxBytes + ".\nMaybe "
                    + DEFAULT_MAX_BYTES + " will do, the default.");
        }
        this.maxBytes = maxBytes;
        this.reader = new MsgpackReader(Math.max(MIN_HASHES, maxBytes / Long.BYTES));
        this.keys = new ExtraKeyReader(reader);
    }

    /**
     * Reads a batch.
     *
     * @param payload one batch in MessagePack and nothing else; not kept
     * @throws KvEventFormatException if it is not a batch, or too large
     */
    public KvEventBatch decode(byte[] payload) throws KvEventFormatException {
        return decode(payload, 0, payload.length);
    }

    /**
     * Reads a batch from part of an array.
     *
     * @param bytes has one batch in MessagePack in the range, and nothing else there; not kept
     * @param offset where it begins
     * @param length how many bytes it has
     * @throws KvEventFormatException if it is not a batch, or too large
     * @throws IndexOutOfBoundsException if the range is not in the array
     */
    public KvEventBatch decode(byte[] bytes, int offset, int length) throws KvEventFormatException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length > maxBytes) {
            throw new KvEventFormatException("byte " + maxBytes + ": expected the end, but found " + (length - maxBytes)
                    + " more bytes.\nMaybe raise the decoder's maxBytes.");
        }
        reader.over(bytes, offset, length);
        keys.begin();
        try {
            return batch();
        } finally {
            reader.release();
        }
    }

    private KvEventBatch batch() throws KvEventFormatException {
        int elements = reader.array();
        if (elements < 2) {
            throw new KvEventFormatException("byte 0: expected an array of a timestamp and events, but found one of "
                    + elements + ".\nMaybe the message is not a batch of events.");
        }
        double timestamp = timestamp();
        Events events = events();
        OptionalInt rank = elements > 2 ? rank() : OptionalInt.empty();
        reader.skip(Math.max(0, elements - 3));
        if (reader.remaining() > 0) {
            throw new KvEventFormatException("byte " + reader.position() + ": expected the end, but found "
                    + reader.remaining() + " more bytes.\nMaybe two messages were joined.");
        }
        return new KvEventBatch(
                timestamp,
                rank,
                events.readable,
                events.malformed,
                events.malformedStores,
                events.unknown,
                events.problem);
    }

    private double timestamp() throws KvEventFormatException {
        int type = reader.type();
        if (type == INTEGER || type == FLOAT) {
            return reader.number();
        }
        if (!reader.nil()) {
            throw reader.mismatch("a timestamp");
        }
        return Double.NaN;
    }

    private OptionalInt rank() throws KvEventFormatException {
        if (reader.type() != INTEGER) {
            reader.skip();
            return OptionalInt.empty();
        }
        long rank = reader.integer();
        return rank < 0 || rank > Integer.MAX_VALUE ? OptionalInt.empty() : OptionalInt.of((int) rank);
    }

    private Events events() throws KvEventFormatException {
        int count = reader.array();
        Events events = new Events(count);
        for (int i = 0; i < count; i++) {
            int from = reader.position();
            storing = false;
            try {
                KvEvent event = event();
                if (event == null) {
                    events.unknown++;
                } else {
                    events.readable.add(event);
                }
            } catch (KvEventFormatException flaw) {
                // Where the next event begins is known as long as this one is MessagePack at all; if not, this throws.
                reader.position(from);
                reader.skip();
                events.malformed++;
                events.malformedStores += storing ? 1 : 0;
                if (events.problem == null) {
                    events.problem = "events[" + i + "], " + flaw.getMessage();
                }
                if (events.malformed > MAX_MALFORMED) {
                    throw new KvEventFormatException("byte " + from + ": expected at most " + MAX_MALFORMED
                            + " unreadable events, but found more. The first: " + events.problem);
                }
            }
        }
        return events;
    }

    /** Reads one event, or over it and returns null if its kind is not known. */
    private @Nullable KvEvent event() throws KvEventFormatException {
        return switch (reader.type()) {
            case ARRAY -> arrayEvent();
            case MAP -> mapEvent();
            default -> throw reader.mismatch("an event, an array or a map");
        };
    }

    // The array form

    private @Nullable KvEvent arrayEvent() throws KvEventFormatException {
        int from = reader.position();
        int elements = reader.array();
        if (elements == 0) {
            throw missing(from, "an event's tag");
        }
        String tag = reader.text();
        switch (tag) {
            case "BlockStored":
                storing = true;
                if (elements < 5) {
                    throw missing(from, "hashes, parent, tokens and block size after BlockStored");
                }
                return storedArray(elements);
            case "BlockRemoved":
                if (elements < 2) {
                    throw missing(from, "hashes after BlockRemoved");
                }
                return removedArray(elements);
            case "AllBlocksCleared":
                String ownership = elements > 1 && reader.type() == TEXT ? reader.text() : null;
                reader.skip(elements - (ownership == null ? 1 : 2));
                return new AllBlocksCleared(ownership);
            default:
                reader.skip(elements - 1);
                return null;
        }
    }

    private BlockStored storedArray(int elements) throws KvEventFormatException {
        StoredReader stored = new StoredReader(reader, keys);
        stored.arrayHead();
        int slot = 5;
        for (int i = 5; i < elements; i++) {
            slot = stored.arrayTail(slot);
        }
        return stored.build();
    }

    private BlockRemoved removedArray(int elements) throws KvEventFormatException {
        RemovedReader removed = new RemovedReader(reader);
        for (int slot = 2; slot < elements; slot++) {
            removed.arrayTail(slot);
        }
        return removed.build();
    }

    // The map form

    private @Nullable KvEvent mapEvent() throws KvEventFormatException {
        int from = reader.position();
        int entries = reader.map();
        String tag = tag(entries);
        if (tag == null) {
            throw missing(from, "an event's type");
        }
        switch (tag) {
            case "BlockStored":
                storing = true;
                return storedMap(from, entries);
            case "BlockRemoved":
                return removedMap(from, entries);
            case "AllBlocksCleared":
                return clearedMap(entries);
            default:
                reader.skip(2L * entries);
                return null;
        }
    }

    /** Looks for an event's tag, which may stand anywhere in it, and returns to its first entry. */
    private @Nullable String tag(int entries) throws KvEventFormatException {
        int first = reader.position();
        String tag = null;
        for (int i = 0; i < entries && tag == null; i++) {
            if (reader.key().equals("type") && reader.type() == TEXT) {
                tag = reader.text();
            } else {
                reader.skip();
            }
        }
        reader.position(first);
        return tag;
    }

    private BlockStored storedMap(int from, int entries) throws KvEventFormatException {
        StoredReader stored = new StoredReader(reader, keys);
        for (int i = 0; i < entries; i++) {
            stored.entry(reader.key());
        }
        if (!stored.complete()) {
            throw missing(from, "block_hashes, token_ids and block_size in BlockStored");
        }
        return stored.build();
    }

    private BlockRemoved removedMap(int from, int entries) throws KvEventFormatException {
        long[] hashes = null;
        BlockRemoved.Builder removed = BlockRemoved.builder();
        for (int i = 0; i < entries; i++) {
            switch (reader.key()) {
                case "block_hashes" -> hashes = reader.hashes();
                case "medium" -> removed.medium(reader.textOrNil());
                case "group_idx" -> removed.group(reader.countOrNone("a group"));
                case "kv_cache_spec_kind" -> removed.kind(reader.textOrNil());
                case "locality" -> removed.locality(reader.textOrNil());
                case "ownership" -> removed.ownership(reader.textOrNil());
                default -> reader.skip();
            }
        }
        if (hashes == null) {
            throw missing(from, "block_hashes in BlockRemoved");
        }
        return removed.hashes(hashes).build();
    }

    private AllBlocksCleared clearedMap(int entries) throws KvEventFormatException {
        String ownership = null;
        for (int i = 0; i < entries; i++) {
            if (reader.key().equals("ownership")) {
                ownership = reader.textOrNil();
            } else {
                reader.skip();
            }
        }
        return new AllBlocksCleared(ownership);
    }

    /** What has been read of a batch's events. */
    private static final class Events {
        final List<KvEvent> readable;
        int malformed;
        int malformedStores;
        int unknown;

        @Nullable
        String problem;

        Events(int count) {
            this.readable = new ArrayList<>(Math.min(count, 64));
        }
    }

    /**
     * Reads one removal in the array form. After the hashes come medium, group, locality and owner; or medium, group, kind,
     * window, locality and owner, as dynamo has it. Known words say which they are. One that is not known in the place where
     * the two differ is a kind if what follows shows that, and a locality if nothing does; either way it is not of the
     * engine's own whole prefixes.
     */
    private static final class RemovedReader {
        private static final int MEDIUM = 2;
        private static final int GROUP = 3;
        private static final int KIND_OR_LOCALITY = 4;
        private static final int WINDOW_OR_OWNER = 5;

        private final BlockRemoved.Builder builder;
        private final MsgpackReader reader;
        private @Nullable String unknown;

        /** Reads the hashes. */
        RemovedReader(MsgpackReader reader) throws KvEventFormatException {
            this.reader = reader;
            this.builder = BlockRemoved.builder(reader.hashes());
        }

        /** Reads an element of the array form, which stands at a position from 2 on. */
        void arrayTail(int slot) throws KvEventFormatException {
            int type = reader.type();
            if (type == TEXT) {
                text(slot, reader.text());
            } else if (type == INTEGER && slot <= GROUP) {
                builder.group(reader.countOrNone("a group"));
            } else {
                reader.skip();
                if (slot >= WINDOW_OR_OWNER) {
                    unknownIsKind();
                }
            }
        }

        private void text(int slot, String text) {
            if (slot == MEDIUM) {
                builder.medium(text);
            } else if (StoredReader.isKind(text)) {
                builder.kind(text);
            } else if (StoredReader.isOwner(text)) {
                builder.ownership(text);
            } else if (StoredReader.isLocality(text)) {
                unknownIsKind();
                builder.locality(text);
            } else if (slot == KIND_OR_LOCALITY) {
                unknown = text;
            } else if (slot == WINDOW_OR_OWNER) {
                builder.ownership(text);
            }
        }

        private void unknownIsKind() {
            if (unknown != null) {
                builder.kind(unknown);
                unknown = null;
            }
        }

        /** Makes the event. */
        BlockRemoved build() {
            return (unknown == null ? builder : builder.locality(unknown)).build();
        }
    }
}
