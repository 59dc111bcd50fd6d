// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.pointsman.kvcache.event.BlockMoved;
import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.ExtraKey;
import dev.pointsman.kvcache.event.KvEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.List;
import java.util.OptionalInt;

/**
 * Writes events as TensorRT-LLM does, for test doubles and simulated engines. Numbers them from 0 on, so there is one
 * encoder for a rank. Not thread-safe.
 */
public final class TensorRtLlmEncoder {
    private static final JsonFactory JSON = new JsonFactory();

    private final OptionalInt rank;
    private final int windowSize;
    private long nextId;

    /**
     * Makes an encoder.
     *
     * @param rank the rank, or absent
     * @param windowSize the attention window in tokens, which every event says
     */
    public TensorRtLlmEncoder(OptionalInt rank, int windowSize) {
        this.rank = rank;
        this.windowSize = windowSize;
    }

    /** Returns the number that the next event gets. */
    public long nextId() {
        return nextId;
    }

    /** Passes over numbers, as an engine whose buffer overflowed does. */
    public void lose(int events) {
        nextId += events;
    }

    /**
     * Writes what an engine says when it has made its cache.
     *
     * @param blocks how many blocks it has in each level
     */
    public byte[] created(int... blocks) {
        return array(json -> {
            json.writeStringField("type", "created");
            json.writeArrayFieldStart("num_blocks_per_cache_level");
            for (int count : blocks) {
                json.writeNumber(count);
            }
            json.writeEndArray();
        });
    }

    /**
     * Writes events, one array for all.
     *
     * @param events the events
     * @throws IllegalArgumentException if there is one that TensorRT-LLM cannot say: that all blocks are gone, or a
     *     medium other than {@code GPU} and {@code CPU}
     */
    public byte[] encode(List<KvEvent> events) {
        Data[] data = new Data[events.size()];
        for (int i = 0; i < data.length; i++) {
            data[i] = data(events.get(i));
        }
        return array(data);
    }

    /** Writes the fields of {@code data}. */
    private interface Data {
        void write(JsonGenerator json) throws IOException;
    }

    private static Data data(KvEvent event) {
        if (event instanceof BlockStored stored) {
            String medium = stored.medium();
            int level = medium == null ? 0 : level(medium);
            return json -> stored(json, stored, level);
        }
        if (event instanceof BlockRemoved removed) {
            return json -> {
                json.writeStringField("type", "removed");
                json.writeArrayFieldStart("block_hashes");
                for (long hash : removed.hashes()) {
                    json.writeNumber(unsigned(hash));
                }
                json.writeEndArray();
            };
        }
        if (event instanceof BlockMoved moved) {
            int from = level(moved.from());
            int to = level(moved.to());
            return json -> {
                json.writeStringField("type", "updated");
                json.writeFieldName("block_hash");
                json.writeNumber(unsigned(moved.hash()));
                json.writeObjectFieldStart("cache_level");
                json.writeStringField("type", "event_diff");
                json.writeNumberField("old_value", from);
                json.writeNumberField("new_value", to);
                json.writeEndObject();
                json.writeNullField("priority");
            };
        }
        throw new IllegalArgumentException("event: must be one that TensorRT-LLM can say, but was " + event
                + ".\nMaybe write a removal that names every block.");
    }

    private static void stored(JsonGenerator json, BlockStored event, int level) throws IOException {
        json.writeStringField("type", "stored");
        json.writeFieldName("parent_hash");
        if (event.hasParent()) {
            json.writeNumber(unsigned(event.parent()));
        } else {
            json.writeNull();
        }
        json.writeArrayFieldStart("blocks");
        for (int i = 0; i < event.blocks(); i++) {
            json.writeStartObject();
            json.writeStringField("type", "stored_block");
            json.writeFieldName("block_hash");
            json.writeNumber(unsigned(event.hashes()[i]));
            json.writeArrayFieldStart("tokens");
            int end = Math.min(event.tokens().length, (i + 1) * event.blockSize());
            for (int j = i * event.blockSize(); j < end; j++) {
                json.writeStartObject();
                json.writeStringField("type", "unique_token");
                json.writeNumberField("token_id", Integer.toUnsignedLong(event.tokens()[j]));
                json.writeNumberField("token_extra_id", 0);
                json.writeEndObject();
            }
            json.writeEndArray();
            if (event.loraId().isPresent()) {
                json.writeNumberField("lora_id", event.loraId().getAsLong());
            } else {
                json.writeNullField("lora_id");
            }
            json.writeNumberField("cache_level", level);
            json.writeNumberField("priority", 35);
            json.writeArrayFieldStart("mm_keys");
            for (ExtraKey key : event.extraKeys(i)) {
                if (key instanceof ExtraKey.Media media) {
                    json.writeStartObject();
                    json.writeStringField("type", "mm_key");
                    json.writeStringField("hash", media.id());
                    json.writeNumberField("start_offset", media.offset());
                    json.writeEndObject();
                }
            }
            json.writeEndArray();
            json.writeStringField("cache_salt", event.cacheSalt());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static int level(String medium) {
        return switch (medium) {
            case "GPU" -> 0;
            case "CPU" -> 1;
            default ->
                throw new IllegalArgumentException(
                        "medium: must be GPU or CPU, but was " + medium + ".\nMaybe simulate another engine.");
        };
    }

    private static BigInteger unsigned(long hash) {
        return new BigInteger(Long.toUnsignedString(hash));
    }

    private byte[] array(Data... events) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartArray();
            for (Data event : events) {
                json.writeStartObject();
                json.writeNumberField("event_id", nextId++);
                json.writeObjectFieldStart("data");
                event.write(json);
                json.writeEndObject();
                json.writeNumberField("window_size", windowSize);
                if (rank.isPresent()) {
                    json.writeNumberField("attention_dp_rank", rank.getAsInt());
                } else {
                    json.writeNullField("attention_dp_rank");
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
