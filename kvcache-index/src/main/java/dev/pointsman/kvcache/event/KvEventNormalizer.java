// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event;

import dev.pointsman.kvcache.Tier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Makes of what one rank of an engine says what an index may believe, and counts the rest by reason.
 *
 * <p>The rules, in their order (most are SMG's, {@code crates/engine_servicer/src/kv_wire.rs}):
 *
 * <ol>
 *   <li>Only what the engine manages itself counts, not what a residency agent does.
 *   <li>Only what is local counts; no locality means local.
 *   <li>The medium must have a {@linkplain #tier tier}. No medium is the accelerator; an unknown one is dropped, because
 *       a guess is a false hit.
 *   <li>Where an engine has several groups of layers, only those count that {@linkplain #isMainKind attend to the whole
 *       prefix}: the others hold the same hashes for a while only. The kinds are learned, from a whole batch before any
 *       of its events, since an engine may name the lesser group first, and kept; a group of which no kind was ever said
 *       counts as a main one, as that of an engine with one group is.
 *   <li>A store must name blocks and tokens, a whole block of them for each hash, and no block twice.
 *   <li>Texts among the extra keys are the adapter's name, the salt in the prompt's first block, or else items of their
 *       blocks.
 *   <li>A parent of 0 is none, as llm-d has it, unless the rank has stored a block of that name.
 *   <li>A move to an unknown medium is a removal, or the block would count where it no longer is.
 * </ol>
 *
 * <p>A rank whose only groups are sliding windows has nothing to show then. {@code windowOnlyRanks} lets its stores
 * through until a main group turns up; then a {@link KvOperation.Clear} takes them back. Such a rank may name fewer
 * blocks than its tokens make: the last ones.
 *
 * <p>Engines that offload blocks to the host name them again without their tokens, in chunks that may name a block several
 * times. By the rules that is nothing to index; with {@code namesOnly} such a store goes through with each name once, for
 * an index that knows the names from when the blocks were stored with their tokens.
 *
 * <p>Stores and removals go through one for one: an engine may hold copies of a block and remove them one by one, and
 * counting them is up to the index.
 *
 * <p>Not thread-safe, but for {@link #drops()}. What it remembers is two bits a group, and two more.
 */
public final class KvEventNormalizer {
    /** Groups from this on are judged by what each event says only. */
    private static final int LEARNED_GROUPS = 1 << 12;

    private final boolean windowOnlyRanks;
    private final boolean namesOnly;
    private final DropCounts drops;
    private final BitSet learnedGroups = new BitSet();
    private final BitSet mainGroups = new BitSet();
    private boolean windowStored;

    /** Whether a block named 0 was let through, so that it can be a parent. */
    private boolean zeroNamed;

    private long[] sorted = {};

    /** Makes a normalizer for a rank of which nothing is known, with counts of its own. */
    public KvEventNormalizer() {
        this(false, false, new DropCounts());
    }

    /**
     * Makes a normalizer for a rank of which nothing is known.
     *
     * @param windowOnlyRanks whether stores of sliding windows count for a rank that has nothing else
     * @param namesOnly whether stores that name blocks without their tokens go through
     * @param drops where drops are counted
     */
    public KvEventNormalizer(boolean windowOnlyRanks, boolean namesOnly, DropCounts drops) {
        this.windowOnlyRanks = windowOnlyRanks;
        this.namesOnly = namesOnly;
        this.drops = drops;
    }

    /** Returns the counts of what was dropped. */
    public DropCounts drops() {
        return drops;
    }

    /** Forgets what was learned of the rank, as is right when its engine starts anew; the counts go on. */
    public void reset() {
        learnedGroups.clear();
        mainGroups.clear();
        windowStored = false;
        zeroNamed = false;
    }

    /**
     * Returns what to apply, in order. Takes time in the size of the batch.
     *
     * @param batch the next batch of the rank
     */
    public List<KvOperation> normalize(KvEventBatch batch) {
        drop(DropReason.MALFORMED_EVENT, batch.malformed());
        drop(DropReason.UNKNOWN_EVENT, batch.unknown());
        List<KvEvent> events = batch.events();
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i) instanceof BlockStored stored) {
                learn(stored);
            }
        }
        List<KvOperation> operations = new ArrayList<>(events.size() + 1);
        if (windowStored && !mainGroups.isEmpty()) {
            windowStored = false;
            operations.add(new KvOperation.Clear());
        }
        for (int i = 0; i < events.size(); i++) {
            KvOperation operation = normalize(events.get(i));
            if (operation != null) {
                operations.add(operation);
            }
        }
        return operations;
    }

    private @Nullable KvOperation normalize(KvEvent event) {
        if ("kvcr".equalsIgnoreCase(event.ownership())) {
            return drop(DropReason.FOREIGN_OWNER, 1);
        }
        if (event instanceof BlockStored stored) {
            return store(stored);
        }
        if (event instanceof BlockRemoved removed) {
            return remove(removed);
        }
        if (event instanceof BlockMoved moved) {
            return move(moved);
        }
        windowStored = false;
        return new KvOperation.Clear();
    }

    private @Nullable KvOperation store(BlockStored event) {
        if (!isLocal(event.locality())) {
            return drop(DropReason.NOT_LOCAL, 1);
        }
        Tier tier = tier(event.medium());
        if (tier == null) {
            return drop(DropReason.UNKNOWN_MEDIUM, 1);
        }
        boolean main = isMain(event.group(), event.kind());
        if (!main && !windowCounts()) {
            return drop(DropReason.NOT_MAIN_GROUP, 1);
        }
        BlockStored meant = meant(event);
        DropReason flaw = flaw(meant, main);
        if (flaw != null) {
            return drop(flaw, 1);
        }
        windowStored |= !main;
        zeroNamed = zeroNamed || names(meant, 0);
        String lora = EventNamespace.lora(meant);
        String salt = EventNamespace.salt(meant, lora);
        return new KvOperation.Store(EventNamespace.withItems(meant, lora, salt), tier, lora, salt);
    }

    /** Returns the store without a parent that is none, and without names that it repeats where that is no flaw. */
    private BlockStored meant(BlockStored event) {
        BlockStored meant = event;
        if (meant.hasParent() && meant.parent() == 0 && !zeroNamed) {
            meant = meant.toBuilder().noParent().build();
        }
        if (namesOnly && meant.tokens().length == 0 && namesTwice(meant)) {
            long[] once = Arrays.stream(meant.hashes()).distinct().toArray();
            meant = meant.toBuilder().hashes(once).noParent().build();
        }
        return meant;
    }

    private @Nullable KvOperation move(BlockMoved event) {
        Tier from = tier(event.from());
        Tier to = tier(event.to());
        if (from != null && to != null) {
            return new KvOperation.Move(event.hash(), from, to);
        }
        drop(DropReason.UNKNOWN_MEDIUM, 1);
        return from == null
                ? null
                : new KvOperation.Remove(
                        BlockRemoved.builder(event.hash()).medium(event.from()).build(), from);
    }

    private @Nullable KvOperation remove(BlockRemoved event) {
        if (!isLocal(event.locality())) {
            return drop(DropReason.NOT_LOCAL, 1);
        }
        Tier tier = tier(event.medium());
        if (tier == null) {
            return drop(DropReason.UNKNOWN_MEDIUM, 1);
        }
        if (!isMain(event.group(), event.kind()) && !windowCounts()) {
            return drop(DropReason.NOT_MAIN_GROUP, 1);
        }
        return new KvOperation.Remove(event, event.everyMedium() ? null : tier);
    }

    private @Nullable KvOperation drop(DropReason reason, int count) {
        if (count > 0) {
            drops.add(reason, count);
        }
        return null;
    }

    /**
     * Returns the tier that a medium is, in whatever case: vLLM's, SGLang's and TensorRT-LLM's words are known.
     *
     * @param medium the engine's word, or null if it says none, which is the accelerator
     * @return the tier, or null for an unknown medium
     */
    public static @Nullable Tier tier(@Nullable String medium) {
        if (medium == null || medium.equals("GPU")) {
            return Tier.ACCELERATOR;
        }
        return switch (medium.toUpperCase(Locale.ROOT)) {
            case "GPU", "DEVICE" -> Tier.ACCELERATOR;
            case "CPU", "CPU_PINNED", "CPU_TIER1" -> Tier.HOST;
            case "CPU_TIER2", "DISK", "NVME", "STORAGE", "FS", "OBJ" -> Tier.STORAGE;
            case "EXTERNAL", "NETWORK", "REMOTE", "SHARED" -> Tier.REMOTE;
            default -> null;
        };
    }

    /**
     * Tells whether holding a block of layers of this kind means that its prefix can be used: so it is for {@code
     * full_attention}, {@code mla_attention} and {@code sink_full_attention} only.
     */
    public static boolean isMainKind(String kind) {
        return switch (kind) {
            case "full_attention", "mla_attention", "sink_full_attention" -> true;
            default -> false;
        };
    }

    private static boolean isLocal(@Nullable String locality) {
        return locality == null || locality.equalsIgnoreCase("LOCAL");
    }

    private void learn(BlockStored event) {
        int group = event.group();
        String kind = event.kind();
        if (group >= 0 && group < LEARNED_GROUPS && kind != null) {
            learnedGroups.set(group);
            mainGroups.set(group, isMainKind(kind));
        }
    }

    private boolean isMain(int group, @Nullable String kind) {
        if (kind != null) {
            return isMainKind(kind);
        }
        return group < 0 || !learnedGroups.get(group) || mainGroups.get(group);
    }

    private boolean windowCounts() {
        return windowOnlyRanks && mainGroups.isEmpty();
    }

    /** Returns why a store cannot be indexed, or null. */
    private @Nullable DropReason flaw(BlockStored event, boolean main) {
        int blocks = event.blocks();
        int tokens = event.tokens().length;
        if (blocks == 0 || (tokens == 0 && !namesOnly)) {
            return DropReason.PLACEHOLDER;
        }
        if (tokens == 0) {
            return null;
        }
        int blockSize = event.blockSize();
        long named = (long) blocks * blockSize;
        if (blockSize <= 0 || tokens % blockSize != 0 || (main ? named != tokens : named > tokens)) {
            return DropReason.UNALIGNED;
        }
        return namesTwice(event) ? DropReason.SELF_REFERENCE : null;
    }

    private static boolean names(BlockStored event, long name) {
        for (long hash : event.hashes()) {
            if (hash == name) {
                return true;
            }
        }
        return false;
    }

    /** Looks for a hash that occurs twice, counting the parent's; no choice of hashes makes it slower than a sort. */
    private boolean namesTwice(BlockStored event) {
        long[] hashes = event.hashes();
        int count = hashes.length;
        if (event.hasParent() && names(event, event.parent())) {
            return true;
        }
        if (count <= 16) {
            for (int i = 1; i < count; i++) {
                for (int j = 0; j < i; j++) {
                    if (hashes[i] == hashes[j]) {
                        return true;
                    }
                }
            }
            return false;
        }
        if (sorted.length < count) {
            sorted = new long[count];
        }
        System.arraycopy(hashes, 0, sorted, 0, count);
        Arrays.sort(sorted, 0, count);
        for (int i = 1; i < count; i++) {
            if (sorted[i] == sorted[i - 1]) {
                return true;
            }
        }
        return false;
    }
}
