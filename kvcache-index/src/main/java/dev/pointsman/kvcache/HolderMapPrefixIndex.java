// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The plain prefix index: a map from each block to the set of slots that hold it. It is exact and easy to see through,
 * which makes it the measure for faster ones.
 *
 * <p><b>How it answers.</b> The holders of the first block are alive. Each further block keeps alive those who hold it
 * as well, and those who do not leave with the number of blocks before it. So a slot's count is its run from the first
 * block on, and what it holds after a gap counts for nothing, also while another slot holds the block in the gap.
 *
 * <p><b>How it is safe.</b> The map is a {@link ConcurrentHashMap} and a set of holders never changes; a write replaces
 * it within the map's own lock of that entry, so no update is lost and the set of a block is always one that it really
 * had. A read sees, for each block, its holders at one moment between the beginning and the end of the call, and a
 * later moment for each later block. Hence:
 * <ul>
 *   <li>A block is counted for a slot only if the slot held it at a moment of the call. A store not yet seen makes the
 *       count smaller, never larger.
 *   <li>Let a slot's blocks be stored from the first on and removed from the last on, as {@link RoutingHistory} does
 *       it. Then whoever holds a block holds all before it, and the moment of the last block that was counted is one at
 *       which the slot held them all. Without that order (an engine may evict the middle of a chain), the counted
 *       blocks were held during the call, but perhaps not all at once.
 *   <li>{@link #clear} removes a slot's blocks in no special order. A racing read counts blocks from before it, which
 *       were all held when the clearing began. Slots are recycled after {@code clear}, or {@link RoutingHistory#forget},
 *       has returned, and whoever reads a fleet that has the new endpoint in the slot asks later still; so none of the old endpoint's blocks are counted
 *       for the new one. (A read on behalf of an older fleet may count the new one's blocks for the endpoint that has
 *       left.)
 * </ul>
 *
 * <p><b>What it costs.</b> A question takes O(blocks * words), where words is the span of the first block's holders
 * divided by 64, and stops when nobody is left; it allocates nothing, for its working memory and its look-up key lie in
 * the caller's {@link PrefixMatches}. A store or removal takes O(words) a block and copies that much. {@code clear}
 * looks at every block of everybody, so whoever knows a slot's blocks removes them instead. A block takes about 110 bytes while its holders lie in one word, and 8 more for each further
 * word. There is no limit on the number of slots; 10,000 span 157 words.
 */
public final class HolderMapPrefixIndex implements PrefixIndex {
    private final Map<BlockKey, Holders> holdersByBlock = new ConcurrentHashMap<>();
    private final LongAdder size = new LongAdder();

    /** Makes an empty index. */
    public HolderMapPrefixIndex() {}

    @Override
    public void match(long[] hashes, int count, PrefixMatches into) {
        Objects.checkFromIndexSize(0, count, hashes.length);
        into.forget();
        if (count == 0) {
            return;
        }
        Holders first = holdersByBlock.get(into.probe(hashes[0]));
        if (first == null) {
            return;
        }
        int base = first.base;
        int words = first.length();
        long[] alive = into.bits(words);
        for (int i = 0; i < words; i++) {
            alive[i] = first.word(base + i);
        }
        for (int block = 1; block < count; block++) {
            Holders holders = holdersByBlock.get(into.probe(hashes[block]));
            long left = 0;
            for (int i = 0; i < words; i++) {
                long stay = holders == null ? 0 : alive[i] & holders.word(base + i);
                add(alive[i] & ~stay, base + i, block, into);
                alive[i] = stay;
                left |= stay;
            }
            if (left == 0) {
                return;
            }
        }
        for (int i = 0; i < words; i++) {
            add(alive[i], base + i, count, into);
        }
    }

    private static void add(long slots, int word, int matched, PrefixMatches into) {
        for (long rest = slots; rest != 0; rest &= rest - 1) {
            into.add((word << 6) + Long.numberOfTrailingZeros(rest), matched);
        }
    }

    @Override
    public void store(int slot, long[] hashes, int from, int to) {
        Slots.check(slot);
        Objects.checkFromToIndex(from, to, hashes.length);
        for (int i = from; i < to; i++) {
            BlockKey block = new BlockKey(hashes[i]);
            Holders known = holdersByBlock.get(block);
            // Most stores repeat a prefix that is known already: those take no lock.
            if (known == null || !known.contains(slot)) {
                holdersByBlock.compute(block, (key, holders) -> joined(holders, slot));
            }
        }
    }

    @Override
    public void remove(int slot, long hash) {
        Slots.check(slot);
        holdersByBlock.computeIfPresent(new BlockKey(hash), (key, holders) -> left(holders, slot));
    }

    @Override
    public void clear(int slot) {
        Slots.check(slot);
        holdersByBlock.forEach((block, holders) -> {
            if (holders.contains(slot)) {
                remove(slot, block.hash);
            }
        });
    }

    @Override
    public boolean holds(int slot, long hash) {
        Holders holders = holdersByBlock.get(new BlockKey(hash));
        return holders != null && holders.contains(slot);
    }

    @Override
    public long size() {
        return size.sum();
    }

    /** Returns the number of different blocks that anybody holds; exact while nobody writes. */
    public int blocks() {
        return holdersByBlock.size();
    }

    private Holders joined(@Nullable Holders holders, int slot) {
        if (holders != null && holders.contains(slot)) {
            return holders;
        }
        size.increment();
        return holders == null ? Holders.of(slot) : holders.with(slot);
    }

    private @Nullable Holders left(Holders holders, int slot) {
        if (!holders.contains(slot)) {
            return holders;
        }
        size.decrement();
        return holders.without(slot);
    }
}
