// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import dev.pointsman.kvcache.event.AllBlocksCleared;
import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.ExtraKey;
import dev.pointsman.kvcache.event.KvEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes an event of what a case says of one. What it does not say is as if an engine had one group and one medium. */
final class EventSpec {
    private static final int USUAL_BLOCK_SIZE = 4;

    private static final String[] STORE = {"store", "stored", "storeHash"};
    private static final String[] REMOVE = {"remove", "removed", "removeHash"};
    private static final String[] HASHES = {"hashes", "blockHashes", "block_hashes", "hash", "blocks"};

    private EventSpec() {}

    static KvEvent event(Case spec) {
        String type = spec.text(spec.either("type", "op", "event"), "")
                .toLowerCase(Locale.ROOT)
                .replace("_", "");
        if (type.endsWith("cleared") || type.equals("clear") || spec.flag("clear", false)) {
            return new AllBlocksCleared(spec.text("ownership", null));
        }
        if (type.endsWith("removed") || type.equals("remove") || spec.hasAny(REMOVE)) {
            return removed(spec);
        }
        if (type.isEmpty() || type.endsWith("stored") || type.equals("store")) {
            return stored(spec);
        }
        throw new Mismatch(spec.path() + ": is an event of a kind not known to this runner: " + type);
    }

    private static KvEvent removed(Case spec) {
        return BlockRemoved.builder(hashes(spec, REMOVE))
                .medium(spec.text(spec.either("medium", "tier"), null))
                .group((int) spec.integer(spec.either("group", "groupIdx", "group_idx"), BlockStored.NO_GROUP))
                .kind(spec.text(spec.either("kind", "kvCacheSpecKind", "kv_cache_spec_kind"), null))
                .locality(spec.text("locality", null))
                .ownership(spec.text("ownership", null))
                .build();
    }

    private static KvEvent stored(Case spec) {
        long[] hashes = hashes(spec, STORE);
        int blockSize = (int) spec.integer(spec.either("blockSize", "block_size"), USUAL_BLOCK_SIZE);
        BlockStored.Builder event = BlockStored.builder(blockSize, hashes)
                .tokens(tokens(spec, hashes, blockSize))
                .medium(spec.text(spec.either("medium", "tier"), null))
                .loraName(spec.text(spec.either("lora", "loraName", "lora_name"), null))
                .cacheSalt(spec.text(spec.either("salt", "cacheSalt", "cache_salt"), null))
                .extraKeys(extraKeys(spec))
                .group((int) spec.integer(spec.either("group", "groupIdx", "group_idx"), BlockStored.NO_GROUP))
                .kind(spec.text(spec.either("kind", "kvCacheSpecKind", "kv_cache_spec_kind"), null))
                .window((int) spec.integer(spec.either("window", "slidingWindow"), BlockStored.NO_GROUP))
                .locality(spec.text("locality", null))
                .ownership(spec.text("ownership", null));
        Object parent = spec.raw(spec.either("parent", "parentHash", "parent_block_hash"));
        if (parent != null) {
            event.parent(Case.bits(parent));
        }
        Object loraId = spec.raw(spec.either("loraId", "lora_id"));
        if (loraId != null) {
            event.loraId(Case.bits(loraId));
        }
        return event.build();
    }

    private static long[] hashes(Case spec, String[] alternatives) {
        String field = spec.hasAny(alternatives) ? spec.either(alternatives) : spec.either(HASHES);
        return spec.list(field).stream().mapToLong(Case::bits).toArray();
    }

    /** Token ids if the case lists them, as many as it counts, or else as many as its blocks have. */
    private static int[] tokens(Case spec, long[] hashes, int blockSize) {
        String field = spec.either("tokens", "tokenIds", "token_ids");
        Object given = spec.raw(field);
        if (given instanceof List<?>) {
            return spec.tokens(field);
        }
        int count = given == null ? hashes.length * Math.max(0, blockSize) : (int) spec.integer(field);
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++) {
            // Made of the block's hash, so that equal blocks have equal tokens and others have others.
            long hash = hashes.length == 0 ? 0 : hashes[Math.min(hashes.length - 1, i / Math.max(1, blockSize))];
            tokens[i] = (int) (hash * 31 + i % Math.max(1, blockSize));
        }
        return tokens;
    }

    private static List<List<ExtraKey>> extraKeys(Case spec) {
        List<List<ExtraKey>> perBlock = new ArrayList<>();
        for (Object keys : spec.list(spec.either("extraKeys", "extra_keys"))) {
            List<ExtraKey> block = new ArrayList<>();
            if (keys instanceof List<?> list) {
                list.forEach(key -> block.add(extraKey(key)));
            } else if (keys != null) {
                block.add(extraKey(keys));
            }
            perBlock.add(block);
        }
        return perBlock;
    }

    private static ExtraKey extraKey(@Nullable Object key) {
        if (key instanceof String text) {
            return new ExtraKey.Text(text);
        }
        if (key instanceof Long number) {
            return new ExtraKey.Numeric(number);
        }
        if (key instanceof List<?> pair && pair.size() == 2 && pair.get(0) instanceof String id) {
            return new ExtraKey.Media(id, Case.integer("offset of " + id, pair.get(1)));
        }
        if (key instanceof Map<?, ?> media && media.get("identifier") instanceof String id) {
            return new ExtraKey.Media(id, Case.integer("offset of " + id, media.get("offset")));
        }
        throw new Mismatch("extra key " + JsonTree.write(key) + ": is not known to this runner");
    }
}
