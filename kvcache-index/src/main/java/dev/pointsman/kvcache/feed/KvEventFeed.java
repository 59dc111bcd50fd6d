// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import static java.util.Objects.requireNonNull;

import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.DropCounts;
import dev.pointsman.kvcache.event.DropReason;
import dev.pointsman.kvcache.event.ExtraKey;
import dev.pointsman.kvcache.event.KvOperation;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Applies what one endpoint's rank says of its cache to an index, in the order in which it is called.
 *
 * <p>The engine's hashes are handles only: they find the parent and what is removed. A block gets our own hash, made from
 * the tokens that the engine sends and the parent's own hash, or for the first block of a prompt from the model, the LoRA
 * adapter and the salt; that is how prompts are hashed, so they meet. A parent that the endpoint does not hold leaves
 * nothing to go on from, and the whole store is dropped and counted.
 *
 * <p>An engine whose blocks have another size than the index's is translated ({@link BlockTranslation}); that takes about
 * 220 bytes of heap per engine block, beside the index's bound on memory, so an index does best in the block size of most
 * engines. How many an endpoint may have is bounded; those beyond are dropped and counted. The size is learned from the
 * first store to the accelerator and holds until the next clear; stores in another size are dropped and counted. What was
 * stored in other tiers before is forgotten if it has another size.
 *
 * <p>A store without tokens, such as of an offload to the host's memory, says nothing of what the blocks are; if the
 * endpoint holds them in another tier, that is known. Pairs of tokens (EAGLE) are taken by their first tokens. A parent 0 that the endpoint does not
 * hold is none: some engines say that at the beginning of a prompt.
 *
 * <p>Not thread-safe, except for what explains: {@link #engineBlockSize}, {@link #stores}, {@link #blocksStored}, {@link
 * #blocksRemoved}, {@link #blocksHeld}, {@link #namespaces}. Takes time in the tokens of a store, and allocates only to grow.
 */
public final class KvEventFeed {
    /** How many engine blocks of another size than the index's an endpoint may have; about 115 MB of heap. */
    public static final int DEFAULT_TRANSLATED_BLOCKS = 1 << 19;

    /** How many namespaces are remembered for explanations. */
    private static final int REMEMBERED_NAMESPACES = 16;

    private static final Tier[] TIERS = Tier.values();

    /**
     * What beside the tokens a prompt's blocks were stored under.
     *
     * @param loraAdapter the LoRA adapter, or null for the plain model
     * @param cacheSalt the salt, or null for none
     * @param hash what it is in our hashes
     */
    public record Namespace(
            @Nullable String loraAdapter, @Nullable String cacheSalt, long hash) {
        private boolean is(@Nullable String lora, @Nullable String salt) {
            return Objects.equals(loraAdapter, lora) && Objects.equals(cacheSalt, salt);
        }
    }

    private final TieredPrefixIndex index;
    private final int slot;
    private final String model;
    private final BlockHasher hasher;
    private final DropCounts drops;
    private final KvIndexListener listener;
    private final int maxTranslatedBlocks;

    private @Nullable BlockTranslation translation;

    /** Whether the engine's block size was said of its accelerator, and so is not just that of a connector. */
    private boolean sizeIsCertain;

    private long[] hashes = new long[64];
    private long[] items = new long[64];
    private final long[] oneName = new long[1];
    private final long[] oneHash = new long[1];

    private volatile int engineBlockSize;
    private volatile long stores;
    private volatile long blocksStored;
    private volatile long blocksRemoved;
    private volatile long blocksHeld;
    private volatile List<Namespace> namespaces = List.of();

    /**
     * Makes a feed of an endpoint that holds nothing yet.
     *
     * @param index where to write; nobody else writes to this slot
     * @param slot the endpoint, at least 0
     * @param model the model's name, as requests have it
     * @param blockSize tokens in a block of the index: the size in which prompts are hashed
     * @param drops where drops are counted
     * @param listener hears what happens
     */
    public KvEventFeed(
            TieredPrefixIndex index,
            int slot,
            String model,
            int blockSize,
            DropCounts drops,
            KvIndexListener listener) {
        this(index, slot, model, blockSize, drops, listener, DEFAULT_TRANSLATED_BLOCKS);
    }

    /**
     * Makes a feed of an endpoint that holds nothing yet.
     *
     * @param index where to write; nobody else writes to this slot
     * @param slot the endpoint, at least 0
     * @param model the model's name, as requests have it
     * @param blockSize tokens in a block of the index: the size in which prompts are hashed
     * @param drops where drops are counted
     * @param listener hears what happens
     * @param maxTranslatedBlocks how many engine blocks of another size than the index's may be known, at least 1
     * @throws IllegalArgumentException if the last is out of its range
     */
    public KvEventFeed(
            TieredPrefixIndex index,
            int slot,
            String model,
            int blockSize,
            DropCounts drops,
            KvIndexListener listener,
            int maxTranslatedBlocks) {
        if (maxTranslatedBlocks < 1) {
            throw new IllegalArgumentException("maxTranslatedBlocks: must be at least 1, but was " + maxTranslatedBlocks
                    + ".\nMaybe take the engine's block size for the index, so that nothing is translated.");
        }
        this.maxTranslatedBlocks = maxTranslatedBlocks;
        this.index = requireNonNull(index, "index");
        this.slot = slot;
        this.model = requireNonNull(model, "model");
        this.hasher = new BlockHasher(blockSize);
        this.drops = requireNonNull(drops, "drops");
        this.listener = requireNonNull(listener, "listener");
    }

    /** Returns the tokens in a block of the engine, or 0 before its first store. Any thread. */
    public int engineBlockSize() {
        return engineBlockSize;
    }

    /** Returns how many stores of the engine were applied. Any thread. */
    public long stores() {
        return stores;
    }

    /** Returns how many blocks, in the engine's size, were stored. Any thread. */
    public long blocksStored() {
        return blocksStored;
    }

    /** Returns how many blocks, in the engine's size, were removed again, not counting clears. Any thread. */
    public long blocksRemoved() {
        return blocksRemoved;
    }

    /** Returns how many blocks, in the engine's size and with copies, the endpoint holds in all tiers. Any thread. */
    public long blocksHeld() {
        return blocksHeld;
    }

    /** Returns the namespaces that prompts were stored under last, the latest first. Any thread. */
    public List<Namespace> namespaces() {
        return namespaces;
    }

    /** Returns the tokens in a block of the index. */
    public int blockSize() {
        return hasher.blockSize();
    }

    /** Returns the model's name. */
    public String model() {
        return model;
    }

    /**
     * Applies operations.
     *
     * @param operations what the engine said, in order
     */
    public void apply(List<KvOperation> operations) {
        for (int i = 0; i < operations.size(); i++) {
            KvOperation operation = operations.get(i);
            if (operation instanceof KvOperation.Store store) {
                store(store);
            } else if (operation instanceof KvOperation.Remove remove) {
                remove(remove);
            } else if (operation instanceof KvOperation.Move move) {
                move(move);
            } else {
                clear();
            }
        }
    }

    /** Forgets all that the endpoint holds. */
    public void clear() {
        index.clear(slot);
        translation = null;
        engineBlockSize = 0;
        sizeIsCertain = false;
        blocksHeld = 0;
        listener.cleared(slot);
    }

    /** The endpoint's blocks were loaded, in the index's own size: so many. */
    void resume(long blocks) {
        blocksHeld = blocks;
        if (blocks > 0) {
            engineBlockSize = blockSize();
            sizeIsCertain = true;
        }
    }

    private void store(KvOperation.Store store) {
        BlockStored event = store.event();
        if (event.tokens().length == 0) {
            storeKnown(event, store.tier());
            return;
        }
        learnBlockSize(event.blockSize(), store.tier());
        boolean translated = engineBlockSize != blockSize();
        if (event.blockSize() != engineBlockSize || (translated && store.firstToken() > 0)) {
            drop(DropReason.BLOCK_SIZE_MISMATCH, 1);
            return;
        }
        boolean follows = event.hasParent() && (event.parent() != 0 || knows(0));
        int stored = translated ? translate(store, follows) : storeDirectly(store, follows);
        if (stored == TieredPrefixIndex.UNKNOWN_PARENT) {
            drop(DropReason.UNKNOWN_PARENT, 1);
            return;
        }
        if (stored < event.blocks()) {
            drop(DropReason.INDEX_FULL, event.blocks() - (long) stored);
        }
        noteStored(store.tier(), stored);
    }

    /** Notes the size of the engine's blocks; a connector may name the accelerator's blocks in chunks of its own. */
    private void learnBlockSize(int size, Tier tier) {
        if (sizeIsCertain || (engineBlockSize != 0 && tier != Tier.ACCELERATOR)) {
            return;
        }
        if (engineBlockSize != 0 && engineBlockSize != size) {
            drop(DropReason.BLOCK_SIZE_MISMATCH, 1);
            clear();
        }
        engineBlockSize = size;
        sizeIsCertain = tier == Tier.ACCELERATOR;
    }

    private boolean knows(long name) {
        BlockTranslation now = translation;
        return now != null ? now.knows(name) : index.knows(slot, name);
    }

    /**
     * Finds our own hash of a block; false if the endpoint does not hold it, or no longer: another endpoint's store may
     * make the index forget it at any time.
     */
    private boolean find(long name) {
        if (!index.knows(slot, name)) {
            return false;
        }
        try {
            oneHash[0] = index.blockHash(slot, name);
            return true;
        } catch (NoSuchElementException evicted) {
            return false;
        }
    }

    private int storeDirectly(KvOperation.Store store, boolean follows) {
        BlockStored event = store.event();
        if (follows && !find(event.parent())) {
            return TieredPrefixIndex.UNKNOWN_PARENT;
        }
        long parent = follows ? oneHash[0] : namespace(store.loraAdapter(), store.cacheSalt());
        int[] tokens = event.tokens();
        int count = event.blocks();
        int total = tokens.length / event.blockSize();
        if (hashes.length < total) {
            hashes = new long[Math.max(total, 2 * hashes.length)];
        }
        int unnamed = total - count;
        long @Nullable [] content = event.hasExtraKeys() ? items(event, unnamed, total) : null;
        hasher.hashTokens(tokens, 0, total * event.blockSize(), parent, content, hashes);
        if (unnamed > 0) {
            return storeBehind(store, follows, unnamed, total);
        }
        return follows
                ? index.storeAfter(slot, store.tier(), event.parent(), event.hashes(), hashes, count)
                : index.storeFirst(slot, store.tier(), event.hashes(), hashes, count);
    }

    /** Stores the last blocks of a span only, with our own hashes of the others to lead the index there. */
    private int storeBehind(KvOperation.Store store, boolean follows, int unnamed, int total) {
        BlockStored event = store.event();
        long[] names = new long[total];
        System.arraycopy(event.hashes(), 0, names, unnamed, total - unnamed);
        return follows
                ? index.storeAfter(slot, store.tier(), event.parent(), names, hashes, unnamed, total)
                : index.store(slot, store.tier(), names, hashes, unnamed, total);
    }

    /** Folds what else each block depends on, as prompts fold their multimodal items. */
    private long[] items(BlockStored event, int unnamed, int total) {
        if (items.length < total) {
            items = new long[Math.max(total, 2 * items.length)];
        }
        Arrays.fill(items, 0, total, BlockHasher.NO_ITEMS);
        for (int block = unnamed; block < total; block++) {
            List<ExtraKey> keys = event.extraKeys(block - unnamed);
            for (int i = 0; i < keys.size(); i++) {
                String name = itemName(keys.get(i));
                if (name != null) {
                    items[block] = BlockHasher.withItem(items[block], hasher.item(name));
                }
            }
        }
        return items;
    }

    /** Returns what names the content of an extra key, or null for a text: that is in the namespace already. */
    static @Nullable String itemName(ExtraKey key) {
        if (key instanceof ExtraKey.Media media) {
            return media.id();
        }
        if (key instanceof ExtraKey.Text) {
            return null;
        }
        // No prompt has items of such names: such blocks match nothing, rather than what merely has the same tokens.
        return key.toString();
    }

    private int translate(KvOperation.Store store, boolean follows) {
        BlockStored event = store.event();
        BlockTranslation now = translation;
        if (now == null) {
            now = new BlockTranslation(index, slot, hasher, event.blockSize(), maxTranslatedBlocks);
            translation = now;
        }
        long root = follows ? 0 : namespace(store.loraAdapter(), store.cacheSalt());
        int stored = now.store(event, store.tier(), follows, root);
        reportRefused(now);
        return stored;
    }

    private void reportRefused(BlockTranslation translating) {
        int refused = translating.takeRefused();
        if (refused > 0) {
            drop(DropReason.INDEX_FULL, refused);
        }
    }

    /** Stores blocks of which nothing is said but their names, if they are known from another tier. */
    private void storeKnown(BlockStored event, Tier tier) {
        long[] names = event.hashes();
        int known = 0;
        for (long name : names) {
            known += copy(name, tier) ? 1 : 0;
        }
        if (known < names.length) {
            drop(DropReason.UNKNOWN_BLOCK, names.length - (long) known);
        }
        noteStored(tier, known);
    }

    private boolean copy(long name, Tier tier) {
        BlockTranslation now = translation;
        if (now != null) {
            boolean copied = now.copy(name, tier);
            reportRefused(now);
            return copied;
        }
        if (!find(name)) {
            return false;
        }
        oneName[0] = name;
        return index.storeFirst(slot, tier, oneName, oneHash, 1) == 1;
    }

    private void remove(KvOperation.Remove remove) {
        long[] names = remove.event().hashes();
        Tier tier = remove.tier();
        int unknown = 0;
        if (tier != null) {
            for (long name : names) {
                unknown += removed(name, tier) ? 0 : 1;
            }
            noteRemoved(tier, names.length - unknown);
        } else {
            for (long name : names) {
                boolean any = false;
                for (Tier each : TIERS) {
                    boolean here = removed(name, each);
                    noteRemoved(each, here ? 1 : 0);
                    any |= here;
                }
                unknown += any ? 0 : 1;
            }
        }
        if (unknown > 0) {
            drop(DropReason.UNKNOWN_BLOCK, unknown);
        }
    }

    private boolean removed(long name, Tier tier) {
        return translation == null ? index.removeEngine(slot, tier, name) : translation.remove(name, tier);
    }

    private void move(KvOperation.Move move) {
        if (!copy(move.hash(), move.to())) {
            drop(DropReason.UNKNOWN_BLOCK, 1);
            return;
        }
        noteStored(move.to(), 1);
        if (removed(move.hash(), move.from())) {
            noteRemoved(move.from(), 1);
        }
    }

    private long namespace(@Nullable String lora, @Nullable String salt) {
        List<Namespace> known = namespaces;
        for (int i = 0; i < known.size(); i++) {
            Namespace each = known.get(i);
            if (each.is(lora, salt)) {
                if (i > 0) {
                    remember(each, i);
                }
                return each.hash();
            }
        }
        Namespace added = new Namespace(lora, salt, hasher.namespace(model, lora, salt, List.of()));
        remember(added, Math.min(known.size(), REMEMBERED_NAMESPACES - 1));
        return added.hash();
    }

    /** Puts a namespace first, in place of the one at a position, or else as one more. */
    private void remember(Namespace latest, int position) {
        List<Namespace> known = namespaces;
        Namespace[] next = new Namespace[Math.max(known.size(), position + 1)];
        next[0] = latest;
        for (int i = 1; i < next.length; i++) {
            next[i] = known.get(i <= position ? i - 1 : i);
        }
        namespaces = List.of(next);
    }

    // Written by one thread only, so that reading and writing need not be one step.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void noteStored(Tier tier, int blocks) {
        stores++;
        if (blocks > 0) {
            blocksStored += blocks;
            blocksHeld += blocks;
            listener.stored(slot, tier, blocks);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // As above.
    private void noteRemoved(Tier tier, int blocks) {
        if (blocks > 0) {
            blocksRemoved += blocks;
            blocksHeld -= blocks;
            listener.removed(slot, tier, blocks);
        }
    }

    private void drop(DropReason reason, long count) {
        drops.add(reason, count);
        listener.dropped(slot, reason, count);
    }
}
