// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import dev.pointsman.kvcache.event.AllBlocksCleared;
import dev.pointsman.kvcache.event.BlockMoved;
import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.ExtraKey;
import dev.pointsman.kvcache.event.KvEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compares an event with what a case says of it, field by field. */
final class EventCheck {
    private EventCheck() {}

    static void require(Case expected, KvEvent actual) {
        Map<String, @Nullable Object> fields = fields(actual);
        for (String name : expected.names()) {
            if (!fields.containsKey(ourName(name))) {
                throw new Mismatch(expected.path() + "." + name + ": is not known to this runner");
            }
            Object value = fields.get(ourName(name));
            Mismatch.require(expected.path() + "." + name, same(ourName(name), expected.raw(name)), value);
        }
    }

    /** Returns our name of a field; engines and case files have several for some. */
    private static String ourName(String name) {
        return switch (name) {
            case "hashes", "block_hashes" -> "blockHashes";
            case "parentBlockHash", "parentHash", "parent_block_hash" -> "parent";
            case "tokenIds", "token_ids" -> "tokens";
            case "block_size" -> "blockSize";
            case "lora_id" -> "loraId";
            case "lora_name", "lora" -> "loraName";
            case "cache_salt", "salt" -> "cacheSalt";
            case "session_id" -> "sessionId";
            case "extra_keys" -> "extraKeys";
            case "groupIdx", "group_idx" -> "group";
            case "kvCacheSpecKind", "kv_cache_spec_kind", "specKind" -> "kind";
            case "slidingWindow", "kvCacheSpecSlidingWindow", "kv_cache_spec_sliding_window", "sliding_window" ->
                "window";
            default -> name;
        };
    }

    private static Map<String, @Nullable Object> fields(KvEvent event) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("type", event.getClass().getSimpleName());
        fields.put("ownership", event.ownership());
        if (event instanceof BlockStored stored) {
            stored(stored, fields);
        } else if (event instanceof BlockRemoved removed) {
            fields.put("blockHashes", hashes(removed.hashes()));
            fields.put("medium", removed.medium());
            fields.put("group", number(removed.group()));
            fields.put("kind", removed.kind());
            fields.put("locality", removed.locality());
        } else if (event instanceof BlockMoved moved) {
            fields.put("hash", moved.hash());
            fields.put("from", moved.from());
            fields.put("to", moved.to());
        } else if (!(event instanceof AllBlocksCleared)) {
            throw new Mismatch(event + ": is not known to this runner");
        }
        return fields;
    }

    private static void stored(BlockStored event, Map<String, @Nullable Object> fields) {
        fields.put("blockHashes", hashes(event.hashes()));
        fields.put("parent", event.hasParent() ? (Object) event.parent() : null);
        fields.put("tokens", tokens(event.tokens()));
        fields.put("blockSize", (long) event.blockSize());
        fields.put("medium", event.medium());
        fields.put(
                "loraId", event.loraId().isPresent() ? (Object) event.loraId().getAsLong() : null);
        fields.put("loraName", event.loraName());
        fields.put("cacheSalt", event.cacheSalt());
        fields.put("sessionId", event.sessionId());
        fields.put("extraKeys", event.hasExtraKeys() ? extraKeys(event) : null);
        fields.put("group", number(event.group()));
        fields.put("kind", event.kind());
        fields.put("window", number(event.window()));
        fields.put("locality", event.locality());
        fields.put("bigrams", event.bigrams());
        fields.put("nextTokens", tokens(event.nextTokens()));
    }

    private static @Nullable Object number(int value) {
        return value == BlockStored.NO_GROUP ? null : (Object) (long) value;
    }

    private static List<Long> hashes(long[] hashes) {
        return Arrays.stream(hashes).boxed().toList();
    }

    private static List<Long> tokens(int[] tokens) {
        return Arrays.stream(tokens).mapToObj(Integer::toUnsignedLong).toList();
    }

    private static List<Object> extraKeys(BlockStored event) {
        List<Object> perBlock = new ArrayList<>();
        for (int block = 0; block < event.blocks(); block++) {
            List<Object> keys = new ArrayList<>();
            for (ExtraKey key : event.extraKeys(block)) {
                if (key instanceof ExtraKey.Text text) {
                    keys.add(text.value());
                } else if (key instanceof ExtraKey.Media media) {
                    keys.add(List.of(media.id(), media.offset()));
                } else if (key instanceof ExtraKey.Digest digest) {
                    keys.add(digest.hex());
                } else if (key instanceof ExtraKey.Numeric numeric) {
                    keys.add(String.valueOf(numeric.value()));
                }
            }
            perBlock.add(keys);
        }
        return perBlock;
    }

    /** Brings an expected value to the form in which ours are. */
    private static @Nullable Object same(String name, @Nullable Object expected) {
        return switch (name) {
            case "blockHashes" ->
                expected == null
                        ? null
                        : ((List<?>) expected).stream().map(Case::bits).toList();
            case "parent", "hash" -> expected == null ? null : (Object) Case.bits(expected);
            case "extraKeys" ->
                expected == null || ((List<?>) expected).stream().allMatch(EventCheck::isEmpty)
                        ? null
                        : ((List<?>) expected).stream().map(EventCheck::keys).toList();
            default -> expected;
        };
    }

    private static boolean isEmpty(@Nullable Object keys) {
        return keys == null || (keys instanceof List<?> list && list.isEmpty());
    }

    private static List<Object> keys(@Nullable Object keys) {
        List<Object> told = new ArrayList<>();
        if (keys instanceof List<?> list) {
            for (Object key : list) {
                if (key instanceof Map<?, ?> media && media.containsKey("offset")) {
                    Object id = media.containsKey("identifier") ? media.get("identifier") : media.get("id");
                    told.add(List.of(String.valueOf(id), Case.integer("offset", media.get("offset"))));
                } else if (key instanceof Map<?, ?> single && single.size() == 1) {
                    told.add(String.valueOf(single.values().iterator().next()));
                } else {
                    told.add(key instanceof Long ? String.valueOf(key) : key);
                }
            }
        }
        return told;
    }
}
