// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static dev.pointsman.kvcache.event.wire.MsgpackReader.ARRAY;
import static dev.pointsman.kvcache.event.wire.MsgpackReader.INTEGER;
import static dev.pointsman.kvcache.event.wire.MsgpackReader.MAP;
import static dev.pointsman.kvcache.event.wire.MsgpackReader.NIL;
import static dev.pointsman.kvcache.event.wire.MsgpackReader.TEXT;

import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.ExtraKey;
import java.util.List;

/** Reads one stored event, of which the versions of engines have made the most; {@link KvEventDecoder} says how. */
final class StoredReader {
    private final BlockStored.Builder builder = BlockStored.builder(0);
    private final MsgpackReader reader;
    private final ExtraKeyReader keys;
    private boolean hashesRead;
    private boolean tokensRead;
    private boolean blockSizeRead;
    private boolean named;
    private boolean grouped;
    private List<List<ExtraKey>> extraKeys = List.of();
    private List<List<ExtraKey>> media = List.of();

    StoredReader(MsgpackReader reader, ExtraKeyReader keys) {
        this.reader = reader;
        this.keys = keys;
    }

    /** Reads what begins an array after its tag: hashes, parent, tokens and block size. */
    void arrayHead() throws KvEventFormatException {
        builder.hashes(reader.hashes());
        parent();
        tokens();
        blockSize();
    }

    /** Tells whether a map had all that a store must have. */
    boolean complete() {
        return hashesRead && tokensRead && blockSizeRead;
    }

    /** Makes the event. */
    BlockStored build() {
        List<List<ExtraKey>> all = media.isEmpty() ? extraKeys : ExtraKeyReader.joined(extraKeys, media);
        if (!all.isEmpty()) {
            builder.extraKeys(all);
        }
        return builder.build();
    }

    private void parent() throws KvEventFormatException {
        if (!reader.nil()) {
            builder.parent(reader.hash());
        }
    }

    /** Reads the block size; an offload that has nothing to say of it may say nil. */
    private void blockSize() throws KvEventFormatException {
        builder.blockSize(reader.nil() ? 0 : reader.count("a block size"));
    }

    /** Reads the tokens; an offload that has nothing to say of them may say nil. */
    private void tokens() throws KvEventFormatException {
        if (reader.nil()) {
            return;
        }
        int[] tokens = new int[reader.array()];
        if (tokens.length > 0 && reader.type() == ARRAY) {
            int[] nextTokens = new int[tokens.length];
            for (int i = 0; i < tokens.length; i++) {
                int from = reader.position();
                if (reader.array() != 2) {
                    throw missing(from, "a pair of tokens");
                }
                tokens[i] = reader.token();
                nextTokens[i] = reader.token();
            }
            builder.bigrams(tokens, nextTokens);
        } else {
            reader.tokens(tokens);
            builder.tokens(tokens);
        }
    }

    /** Reads the adapter's number; there are engines whose number is a text. */
    private void loraId() throws KvEventFormatException {
        if (reader.type() == TEXT) {
            String text = reader.text();
            if (!named) {
                builder.loraName(text);
            }
        } else if (!reader.nil()) {
            builder.loraId(reader.integer());
        }
    }

    private void loraName() throws KvEventFormatException {
        String name = reader.textOrNil();
        if (name != null) {
            builder.loraName(name);
            named = true;
        }
    }

    /** Reads an element of the array form from the sixth on, and returns which slot comes next. */
    int arrayTail(int slot) throws KvEventFormatException {
        switch (reader.type()) {
            case NIL:
                reader.skip();
                return slot + 1;
            case INTEGER:
                return number(slot);
            case TEXT:
                return text(slot);
            case ARRAY:
                return array(slot);
            case MAP:
                // SGLang's, where vLLM has the adapter's name.
                int entries = reader.map();
                for (int i = 0; i < entries; i++) {
                    metadata(reader.key());
                }
                return Math.max(8, slot + 1);
            default:
                reader.skip();
                return slot + 1;
        }
    }

    private int number(int slot) throws KvEventFormatException {
        if (slot == 5) {
            loraId();
            return 6;
        }
        if ((slot == 9 || slot == 10) && !grouped) {
            builder.group(reader.countOrNone("a group"));
            grouped = true;
            return 10;
        }
        if (slot >= 10 && slot <= 12) {
            builder.window(reader.countOrNone("a sliding window"));
            return 12;
        }
        reader.skip();
        return slot + 1;
    }

    private int text(int slot) throws KvEventFormatException {
        if (slot == 5) {
            loraId();
            return 6;
        }
        if (slot == 7) {
            loraName();
            return 8;
        }
        String text = reader.text();
        if (slot == 6) {
            builder.medium(text);
            return 7;
        }
        if (slot == 14) {
            builder.sessionId(text);
            return 15;
        }
        // A known word says what it is wherever it stands.
        if (isKind(text)) {
            builder.kind(text);
            return 11;
        }
        if (isLocality(text)) {
            builder.locality(text);
            return 13;
        }
        if (isOwner(text)) {
            builder.ownership(text);
            return 14;
        }
        // A kind that is not known is no main one. Any other word is passed over: dynamo has one of its own, of where
        // it
        // had the event from, in place of the locality.
        if (slot <= 10) {
            builder.kind(text);
            return 11;
        }
        if (slot == 13) {
            builder.ownership(text);
        }
        return slot + 1;
    }

    /** Reads extra keys; a later list is dynamo's of multimodal items, an earlier one SGLang's of layers. */
    private int array(int slot) throws KvEventFormatException {
        if (slot == 8) {
            extraKeys = keys.read();
            return 9;
        }
        if (slot == 9) {
            media = keys.readMedia();
            return 9;
        }
        reader.skip();
        return slot + 1;
    }

    private void metadata(String key) throws KvEventFormatException {
        switch (key) {
            case "cache_salt" -> builder.cacheSalt(reader.textOrNil());
            case "session_id" -> sessionId();
            case "lora_name" -> loraName();
            default -> reader.skip();
        }
    }

    private void sessionId() throws KvEventFormatException {
        if (reader.type() == TEXT) {
            builder.sessionId(reader.text());
        } else {
            reader.skip();
        }
    }

    /** Reads the value under a key of the map form. */
    void entry(String key) throws KvEventFormatException {
        switch (key) {
            case "block_hashes":
                builder.hashes(reader.hashes());
                hashesRead = true;
                break;
            case "parent_block_hash":
                parent();
                break;
            case "token_ids":
                tokens();
                tokensRead = true;
                break;
            case "block_size":
                blockSize();
                blockSizeRead = true;
                break;
            case "lora_id":
                loraId();
                break;
            case "medium":
                builder.medium(reader.textOrNil());
                break;
            case "extra_keys":
                extraKeys = reader.nil() ? List.of() : keys.read();
                break;
            case "block_mm_infos":
                media = reader.nil() ? List.of() : keys.readMedia();
                break;
            case "group_idx":
                builder.group(reader.countOrNone("a group"));
                break;
            case "kv_cache_spec_kind":
                builder.kind(reader.textOrNil());
                break;
            case "kv_cache_spec_sliding_window":
                builder.window(reader.countOrNone("a sliding window"));
                break;
            case "locality":
                builder.locality(reader.textOrNil());
                break;
            case "ownership":
                builder.ownership(reader.textOrNil());
                break;
            default:
                metadata(key);
                break;
        }
    }

    /** Tells whether a word is a kind of attention, in any version. */
    static boolean isKind(String text) {
        return switch (text) {
            case "full_attention",
                    "mla_attention",
                    "sink_full_attention",
                    "sliding_window",
                    "sliding_window_mla",
                    "mamba",
                    "chunked_local_attention",
                    "encoder_only_attention",
                    "cross_attention",
                    "unknown" -> true;
            default -> false;
        };
    }

    /** Tells whether a word is a locality. */
    static boolean isLocality(String text) {
        return text.equalsIgnoreCase("LOCAL") || text.equalsIgnoreCase("REMOTE");
    }

    /** Tells whether a word is an owner other than the engine. */
    static boolean isOwner(String text) {
        return text.equalsIgnoreCase("kvcr");
    }

    /** What to say of an event, at a position, that lacks something. */
    static KvEventFormatException missing(int from, String what) {
        return new KvEventFormatException("byte " + from + ": expected " + what
                + ", but found no such thing.\nMaybe the engine is newer than this version knows.");
    }
}
