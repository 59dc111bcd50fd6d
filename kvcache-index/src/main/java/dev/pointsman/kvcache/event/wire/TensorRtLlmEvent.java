// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pointsman.kvcache.event.BlockMoved;
import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.ExtraKey;
import dev.pointsman.kvcache.event.KvEvent;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The {@code data} of one event of TensorRT-LLM. Fields come in any order, so everything is gathered first. Each value
 * is read to its end whatever is in it, so that a flaw costs this event only.
 */
final class TensorRtLlmEvent {
    private static final String MAYBE = "Maybe the engine is newer than this version knows.";

    private final int tokensPerBlock;

    private @Nullable String type;
    private @Nullable String problem;
    private @Nullable Long parent;
    private @Nullable List<Block> blocks;
    private long @Nullable [] removed;
    private @Nullable Long moved;
    private @Nullable Long from;
    private @Nullable Long to;

    TensorRtLlmEvent(int tokensPerBlock) {
        this.tokensPerBlock = tokensPerBlock;
    }

    /** One block of a store. */
    private static final class Block {
        @Nullable
        Long hash;

        int[] tokens = {};

        @Nullable
        Long loraId;

        @Nullable
        Long level;

        @Nullable
        String salt;

        final List<ExtraKey> keys = new ArrayList<>(0);

        /** Tells whether it can be told of in one event with another. */
        boolean continues(Block before) {
            return Objects.equals(loraId, before.loraId)
                    && Objects.equals(level, before.level)
                    && Objects.equals(salt, before.salt);
        }
    }

    /** Returns what is wrong, or null. */
    @Nullable
    String problem() {
        if (problem == null) {
            String missing = missing();
            problem = missing == null ? null : "expected " + missing + ", but found none.\n" + MAYBE;
        }
        return problem;
    }

    private @Nullable String missing() {
        if (type == null) {
            return "a type in data";
        }
        return switch (type) {
            case "stored" -> blocks == null ? "blocks" : null;
            case "removed" -> removed == null ? "block_hashes" : null;
            case "updated" -> moved == null ? "block_hash" : null;
            default -> null;
        };
    }

    /** Tells whether it is a store for certain. */
    boolean isStore() {
        return "stored".equals(type);
    }

    /** Tells whether the type is none that is known. */
    boolean isUnknown() {
        return type != null
                && switch (type) {
                    case "created", "stored", "removed", "updated" -> false;
                    default -> true;
                };
    }

    /**
     * Adds what it says, which may be nothing.
     *
     * @param lesserWindow the attention window if it is not the rank's largest, else negative
     */
    void addTo(List<KvEvent> events, long lesserWindow) {
        String kind = lesserWindow < 0 ? null : "sliding_window";
        if ("stored".equals(type) && blocks != null) {
            addStores(events, blocks, kind, lesserWindow);
        } else if ("removed".equals(type) && removed != null) {
            events.add(BlockRemoved.builder(removed).everyMedium().kind(kind).build());
        } else if (kind == null && moved != null && from != null && to != null && !from.equals(to)) {
            events.add(new BlockMoved(moved, medium(from), medium(to)));
        }
    }

    /** A store says where each block lies and for which adapter; this makes one event of each stretch that agrees. */
    private void addStores(List<KvEvent> events, List<Block> blocks, @Nullable String kind, long window) {
        Long before = parent;
        int begin = 0;
        while (begin < blocks.size()) {
            Block first = blocks.get(begin);
            int end = begin + 1;
            // A block that is not full stands alone: it cannot be used, and shall not take the others with it.
            while (end < blocks.size()
                    && isFull(first)
                    && isFull(blocks.get(end))
                    && blocks.get(end).continues(first)) {
                end++;
            }
            events.add(store(blocks.subList(begin, end), before, kind, window));
            before = blocks.get(end - 1).hash;
            begin = end;
        }
    }

    private boolean isFull(Block block) {
        return block.tokens.length == tokensPerBlock;
    }

    private BlockStored store(List<Block> blocks, @Nullable Long before, @Nullable String kind, long window) {
        int count = blocks.size();
        long[] hashes = new long[count];
        int length = 0;
        for (Block block : blocks) {
            length += block.tokens.length;
        }
        int[] tokens = new int[length];
        List<List<ExtraKey>> keys = new ArrayList<>(count);
        int at = 0;
        for (int i = 0; i < count; i++) {
            Block block = blocks.get(i);
            hashes[i] = Objects.requireNonNull(block.hash);
            System.arraycopy(block.tokens, 0, tokens, at, block.tokens.length);
            at += block.tokens.length;
            keys.add(block.keys);
        }
        Block first = blocks.get(0);
        BlockStored.Builder stored = BlockStored.builder(tokensPerBlock, hashes)
                .tokens(tokens)
                .medium(first.level == null ? null : medium(first.level))
                .cacheSalt(first.salt)
                .extraKeys(keys)
                .kind(kind)
                .window((int) window);
        if (before != null) {
            stored.parent(before);
        }
        if (first.loraId != null) {
            stored.loraId(first.loraId);
        }
        return stored.build();
    }

    private static String medium(long level) {
        if (level == 0) {
            return "GPU";
        }
        return level == 1 ? "CPU" : "level " + level;
    }

    // Reading

    /** Reads the value of {@code data}, at whose first token the parser stands, to its last. */
    void read(JsonParser parser) throws IOException {
        if (!isObject(parser, "data")) {
            return;
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "type" -> type = text(parser);
                case "parent_hash" -> parent = wide(parser, name);
                case "blocks" -> blocks = blocks(parser);
                case "block_hashes" -> removed = hashes(parser);
                case "block_hash" -> moved = wide(parser, name);
                case "cache_level" -> levels(parser);
                default -> parser.skipChildren();
            }
        }
    }

    private List<Block> blocks(JsonParser parser) throws IOException {
        List<Block> blocks = new ArrayList<>();
        if (isArray(parser, "blocks")) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                blocks.add(block(parser));
            }
        }
        return blocks;
    }

    private Block block(JsonParser parser) throws IOException {
        Block block = new Block();
        if (!isObject(parser, "a block")) {
            return block;
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "block_hash" -> block.hash = wide(parser, name);
                case "tokens" -> tokens(parser, block);
                case "lora_id" -> block.loraId = wide(parser, name);
                case "cache_level" -> block.level = wide(parser, name);
                case "cache_salt" -> block.salt = salt(parser);
                case "mm_keys" -> media(parser, block);
                default -> parser.skipChildren();
            }
        }
        if (block.hash == null) {
            flaw(parser, "a block_hash in the block before");
        }
        return block;
    }

    private void tokens(JsonParser parser, Block block) throws IOException {
        if (!isArray(parser, "tokens")) {
            return;
        }
        int[] tokens = new int[32];
        int count = 0;
        long extra = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Long id = null;
            if (parser.currentToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    switch (name) {
                        case "token_id" -> id = wide(parser, name);
                        case "token_extra_id" -> extra = 31 * extra + orZero(wide(parser, name));
                        default -> parser.skipChildren();
                    }
                }
            } else {
                id = wide(parser, "a token");
            }
            if (id == null || id < 0 || id > 0xffffffffL) {
                flaw(parser, "a token_id from 0 to 2^32 - 1");
                id = 0L;
            }
            if (count == tokens.length) {
                tokens = Arrays.copyOf(tokens, 2 * count);
            }
            tokens[count++] = (int) (long) id;
        }
        block.tokens = Arrays.copyOf(tokens, count);
        if (extra != 0) {
            // Equal tokens with other extra ids (prompt tables, images) are other content.
            block.keys.add(new ExtraKey.Numeric(extra));
        }
    }

    private void media(JsonParser parser, Block block) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL || !isArray(parser, "mm_keys")) {
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (!isObject(parser, "a multimodal key")) {
                continue;
            }
            String hash = null;
            long offset = 0;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "hash" -> hash = text(parser);
                    case "start_offset" -> offset = orZero(wide(parser, name));
                    default -> parser.skipChildren();
                }
            }
            if (hash == null) {
                flaw(parser, "a hash in the multimodal key before");
            } else {
                block.keys.add(new ExtraKey.Media(hash, offset));
            }
        }
    }

    private long[] hashes(JsonParser parser) throws IOException {
        if (!isArray(parser, "block_hashes")) {
            return new long[0];
        }
        long[] hashes = new long[8];
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Long hash = wide(parser, "a block hash");
            if (hash == null) {
                flaw(parser, "a block hash");
                continue;
            }
            if (count == hashes.length) {
                hashes = Arrays.copyOf(hashes, 2 * count);
            }
            hashes[count++] = hash;
        }
        return Arrays.copyOf(hashes, count);
    }

    /** Reads the old and the new level of an update. */
    private void levels(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL || !isObject(parser, "cache_level")) {
            return;
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "old_value" -> from = wide(parser, name);
                case "new_value" -> to = wide(parser, name);
                default -> parser.skipChildren();
            }
        }
    }

    /** Reads an integer of up to 64 bits, signed or unsigned; null for null. */
    private @Nullable Long wide(JsonParser parser, String what) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (token == JsonToken.VALUE_NUMBER_INT) {
            if (parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
                return parser.getLongValue();
            }
            BigInteger value = parser.getBigIntegerValue();
            if (value.signum() > 0 && value.bitLength() <= Long.SIZE) {
                return value.longValue();
            }
        }
        flaw(parser, what + " of 64 bits");
        parser.skipChildren();
        return null;
    }

    private static long orZero(@Nullable Long value) {
        return value == null ? 0 : value;
    }

    private @Nullable String salt(JsonParser parser) throws IOException {
        return parser.currentToken() == JsonToken.VALUE_NUMBER_INT ? parser.getText() : text(parser);
    }

    private @Nullable String text(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        if (parser.currentToken() != JsonToken.VALUE_NULL) {
            flaw(parser, "a text");
            parser.skipChildren();
        }
        return null;
    }

    private boolean isObject(JsonParser parser, String what) throws IOException {
        return is(parser, JsonToken.START_OBJECT, what);
    }

    private boolean isArray(JsonParser parser, String what) throws IOException {
        return is(parser, JsonToken.START_ARRAY, what);
    }

    /** Tells whether this is the first token of a value of a kind; if not, notes that and reads over the value. */
    private boolean is(JsonParser parser, JsonToken first, String what) throws IOException {
        if (parser.currentToken() == first) {
            return true;
        }
        flaw(parser, what);
        parser.skipChildren();
        return false;
    }

    private void flaw(JsonParser parser, String expected) {
        if (problem == null) {
            problem = "character " + parser.currentTokenLocation().getCharOffset() + ": expected " + expected
                    + ", but found " + parser.currentToken() + ".\n" + MAYBE;
        }
    }
}
