// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.ExtraKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint's engine blocks as blocks of the index, where the two have different sizes; neither needs to divide the
 * other.
 *
 * <p>A block of the index, a <i>span</i> here, is held in a tier exactly while all engine blocks that it has tokens of are:
 * as soon as one is removed, the span is (as llm-d does), and when it is stored again, so is the span. Tokens at the end
 * that fill no span wait for the engine blocks after them. An engine block of several spans makes a prompt that leaves it
 * midway match up to there, by less than an engine block too much. Where neither size divides the other, a span may be
 * missed while the engine blocks before it are spread over tiers.
 *
 * <p>The index wants a block's predecessor held when it is stored. A span whose predecessor is not, because of a hole,
 * waits until it is; it would not count before anyway. A span's handle in the index is its own hash.
 *
 * <p>An engine block is remembered while it is held or a later one is, so that a hole finds its place again. At most
 * {@value #MOST_COPIES} copies of an engine block in one tier are counted.
 *
 * <p><b>Multimodal items.</b> Engines say which items reach into their blocks, and where each begins, but not where it
 * ends. Where several engine blocks make a span nothing more is needed. Where one makes several, an item is taken to end
 * with the last of the equal tokens from its first on, or with its block if it reaches into the next. An engine whose
 * placeholders vary within an item then has spans that no prompt meets: a miss, never a false match.
 *
 * <p><b>Bounds.</b> No more than a set number of engine blocks are remembered; the rest of a store that brings more is
 * refused. What the index refuses for want of memory is counted, and what it evicts is noticed when something is to follow
 * it: that waits then, as behind a hole.
 *
 * <p>Not thread-safe. Time in the tokens of a store, and in the spans that an engine block is part of; about 220 bytes per
 * engine block.
 */
final class BlockTranslation {
    private static final int MOST_COPIES = 8;
    private static final Tier[] TIERS = Tier.values();
    private static final int[] NO_TOKENS = {};

    /** A block of the index. */
    private static final class Span {
        final long hash;
        final @Nullable Span previous;
        final EngineBlock[] parts;
        final int[] heldParts = new int[TIERS.length];
        final boolean[] stored = new boolean[TIERS.length];
        final List<Span> next = new ArrayList<>(1);

        Span(long hash, @Nullable Span previous, EngineBlock[] parts) {
            this.hash = hash;
            this.previous = previous;
            this.parts = parts;
        }

        boolean complete(int tier) {
            return heldParts[tier] == parts.length;
        }

        boolean storedAnywhere() {
            for (boolean each : stored) {
                if (each) {
                    return true;
                }
            }
            return false;
        }

        void forgetStored() {
            Arrays.fill(stored, false);
        }
    }

    private static final class EngineBlock {
        final long name;
        final @Nullable EngineBlock parent;

        /** Tokens from the prompt's first one to this block's last. */
        final long end;

        /** The last span that ends at or before this block's end, and the hash to go on from. */
        final @Nullable Span last;

        final long chain;

        /** Its tokens after that span, and what it depends on besides if there are any. */
        final int[] openTokens;

        final List<ExtraKey> openKeys;
        final List<Span> spans = new ArrayList<>(1);
        final byte[] copies = new byte[TIERS.length];
        int children;

        EngineBlock(
                long name,
                @Nullable EngineBlock parent,
                long end,
                @Nullable Span last,
                long chain,
                int[] openTokens,
                List<ExtraKey> openKeys) {
            this.name = name;
            this.parent = parent;
            this.end = end;
            this.last = last;
            this.chain = chain;
            this.openTokens = openTokens;
            this.openKeys = openKeys;
        }

        boolean held() {
            for (byte each : copies) {
                if (each > 0) {
                    return true;
                }
            }
            return false;
        }
    }

    private final TieredPrefixIndex index;
    private final int slot;
    private final BlockHasher hasher;
    private final int engineSize;
    private final int size;
    private final Map<Long, EngineBlock> blocks = new HashMap<>();
    private final Deque<Span> ready = new ArrayDeque<>();
    private final long[] oneHash = new long[1];
    private final int maxBlocks;
    private int refused;

    BlockTranslation(TieredPrefixIndex index, int slot, BlockHasher hasher, int engineSize, int maxBlocks) {
        this.maxBlocks = maxBlocks;
        this.index = index;
        this.slot = slot;
        this.hasher = hasher;
        this.engineSize = engineSize;
        this.size = hasher.blockSize();
    }

    /** Tells whether an engine block is held in any tier. */
    boolean knows(long name) {
        EngineBlock block = blocks.get(name);
        return block != null && block.held();
    }

    /** Returns how many spans the index did not note, for want of memory, since this was last asked. */
    int takeRefused() {
        int since = refused;
        refused = 0;
        return since;
    }

    /**
     * Notes engine blocks, from the first token of the event on.
     *
     * @param follows whether they follow the event's parent
     * @param root what the first block of a prompt follows
     * @return how many, or {@link TieredPrefixIndex#UNKNOWN_PARENT}
     */
    int store(BlockStored event, Tier tier, boolean follows, long root) {
        EngineBlock parent = null;
        if (follows) {
            parent = blocks.get(event.parent());
            if (parent == null || !parent.held()) {
                return TieredPrefixIndex.UNKNOWN_PARENT;
            }
        }
        long from = parent == null ? 0 : parent.end;
        int open = (int) (from % size);
        List<EngineBlock> openBlocks = openBlocks(parent, open);
        int[] tokens = new int[open + event.blocks() * engineSize];
        int filled = 0;
        for (EngineBlock block : openBlocks) {
            System.arraycopy(block.openTokens, 0, tokens, filled, block.openTokens.length);
            filled += block.openTokens.length;
        }
        System.arraycopy(event.tokens(), 0, tokens, open, tokens.length - open);
        long chain = parent == null ? root : parent.chain;
        long[] hashes = new long[tokens.length / size];
        long[] items = items(event, openBlocks, open, tokens, hashes.length);
        hasher.hashTokens(tokens, 0, tokens.length, chain, items, hashes);

        EngineBlock last = parent;
        long opened = from - open;
        for (int i = 0; i < event.blocks(); i++) {
            EngineBlock block = blocks.get(event.hashes()[i]);
            if (block == null) {
                if (blocks.size() >= maxBlocks) {
                    return i;
                }
                block = add(event, i, last, from, opened, root, tokens, hashes);
            }
            hold(block, tier.ordinal());
            last = block;
        }
        return event.blocks();
    }

    /** Notes another tier of an engine block that is held; returns false if it is not. */
    boolean copy(long name, Tier tier) {
        EngineBlock block = blocks.get(name);
        if (block == null || !block.held()) {
            return false;
        }
        hold(block, tier.ordinal());
        return true;
    }

    /** Forgets a copy of an engine block; returns false if there was none. */
    boolean remove(long name, Tier tier) {
        EngineBlock block = blocks.get(name);
        int t = tier.ordinal();
        if (block == null || block.copies[t] == 0) {
            return false;
        }
        if (--block.copies[t] == 0) {
            for (Span span : block.spans) {
                if (span.stored[t]) {
                    span.stored[t] = false;
                    index.removeEngine(slot, tier, span.hash);
                }
                span.heldParts[t]--;
            }
            forgetUnneeded(block);
        }
        return true;
    }

    /** Returns the engine blocks, in order, that hold the last tokens up to a block's end. */
    private static List<EngineBlock> openBlocks(@Nullable EngineBlock last, int tokens) {
        List<EngineBlock> found = new ArrayList<>();
        int missing = tokens;
        for (EngineBlock block = last; missing > 0 && block != null; block = block.parent) {
            found.add(0, block);
            missing -= block.openTokens.length;
        }
        return found;
    }

    private EngineBlock add(
            BlockStored event,
            int position,
            @Nullable EngineBlock parent,
            long from,
            long opened,
            long root,
            int[] tokens,
            long[] hashes) {
        long begin = from + (long) position * engineSize;
        long end = begin + engineSize;
        int complete = (int) ((end - opened) / size);
        Span last = parent == null ? null : parent.last;
        List<Span> completed = new ArrayList<>();
        List<EngineBlock> ancestors = new ArrayList<>();
        for (EngineBlock each = parent; each != null && each.end > begin - begin % size; each = each.parent) {
            ancestors.add(0, each);
        }
        // The block itself is part of its spans too, but is made after them: its place is left free.
        for (int i = (int) ((begin - opened) / size); i < complete; i++) {
            boolean first = opened + (long) i * size < begin;
            EngineBlock[] parts = new EngineBlock[1 + (first ? ancestors.size() : 0)];
            for (int j = 0; j < parts.length - 1; j++) {
                parts[j] = ancestors.get(j);
            }
            last = new Span(hashes[i], last, parts);
            completed.add(last);
        }
        long chain = complete > 0 ? hashes[complete - 1] : parent == null ? root : parent.chain;
        long lastEnd = opened + (long) complete * size;
        int openFrom = (int) (Math.max(lastEnd, begin) - opened);
        int openTo = (int) (end - opened);
        int[] openTokens = openFrom < openTo ? Arrays.copyOfRange(tokens, openFrom, openTo) : NO_TOKENS;
        EngineBlock block = new EngineBlock(
                event.hashes()[position],
                parent,
                end,
                last,
                chain,
                openTokens,
                openTokens.length > 0
                        ? keysFrom(openFrom, event, position, (int) (begin - opened), tokens)
                        : List.of());
        for (Span span : completed) {
            span.parts[span.parts.length - 1] = block;
            for (EngineBlock part : span.parts) {
                part.spans.add(span);
                for (int t = 0; t < TIERS.length; t++) {
                    span.heldParts[t] += part.copies[t] > 0 ? 1 : 0;
                }
            }
            if (span.previous != null) {
                span.previous.next.add(span);
            }
        }
        if (parent != null) {
            parent.children++;
        }
        blocks.put(block.name, block);
        return block;
    }

    private void hold(EngineBlock block, int tier) {
        if (block.copies[tier] < MOST_COPIES && ++block.copies[tier] == 1) {
            for (Span span : block.spans) {
                span.heldParts[tier]++;
                if (span.complete(tier)) {
                    ready.add(span);
                }
            }
            storeReady();
        }
    }

    /** Stores complete spans, and those that waited for them. */
    private void storeReady() {
        for (Span span = ready.poll(); span != null; span = ready.poll()) {
            forgetIfEvicted(span);
            boolean wasStored = span.storedAnywhere();
            Span previous = span.previous;
            if (previous != null) {
                refused += forgetIfEvicted(previous) ? 1 : 0;
                if (!previous.storedAnywhere()) {
                    continue;
                }
            }
            for (int t = 0; t < TIERS.length; t++) {
                if (span.complete(t) && !span.stored[t]) {
                    oneHash[0] = span.hash;
                    int stored = previous == null
                            ? index.storeFirst(slot, TIERS[t], oneHash, oneHash, 1)
                            : index.storeAfter(slot, TIERS[t], previous.hash, oneHash, oneHash, 1);
                    span.stored[t] = stored == 1;
                    refused += stored == 1 ? 0 : 1;
                }
            }
            if (!wasStored && span.storedAnywhere()) {
                ready.addAll(span.next);
            }
        }
    }

    /** Tells whether the index was told of a span and has lost it since; then it waits to be stored again. */
    private boolean forgetIfEvicted(Span span) {
        if (!span.storedAnywhere() || index.knows(slot, span.hash)) {
            return false;
        }
        span.forgetStored();
        return true;
    }

    /** Forgets an engine block that is not held, nor any after it, and those before it that were kept for its sake. */
    private void forgetUnneeded(EngineBlock removed) {
        EngineBlock block = removed;
        while (block != null && block.children == 0 && !block.held()) {
            blocks.remove(block.name);
            for (int i = block.spans.size() - 1; i >= 0; i--) {
                Span span = block.spans.get(i);
                for (EngineBlock part : span.parts) {
                    if (part != block) {
                        part.spans.remove(span);
                    }
                }
                if (span.previous != null) {
                    span.previous.next.remove(span);
                }
            }
            block = block.parent;
            if (block != null) {
                block.children--;
            }
        }
    }

    /** Folds what spans depend on beside their tokens, as prompts fold their multimodal items; null if nothing. */
    private long @Nullable [] items(
            BlockStored event, List<EngineBlock> openBlocks, int open, int[] tokens, int spans) {
        boolean any = event.hasExtraKeys();
        for (EngineBlock block : openBlocks) {
            any |= !block.openKeys.isEmpty();
        }
        if (!any) {
            return null;
        }
        long[] items = new long[spans];
        int count = openBlocks.size();
        for (int i = 0; i < count + event.blocks(); i++) {
            List<ExtraKey> keys = i < count ? openBlocks.get(i).openKeys : event.extraKeys(i - count);
            List<ExtraKey> following = i + 1 < count
                    ? openBlocks.get(i + 1).openKeys
                    : i + 1 < count + event.blocks() ? event.extraKeys(i + 1 - count) : List.of();
            // The first open block may have begun before the first token.
            int begin = open + (i - count) * engineSize;
            for (int k = 0; k < keys.size(); k++) {
                place(keys.get(k), begin, keys, k, following, tokens, items);
            }
        }
        return items;
    }

    private void place(
            ExtraKey key,
            int begin,
            List<ExtraKey> keys,
            int position,
            List<ExtraKey> following,
            int[] tokens,
            long[] items) {
        String name = KvEventFeed.itemName(key);
        if (name == null) {
            return;
        }
        int firstSpan = Math.floorDiv(begin + offset(key), size);
        // What reaches in from the engine block before is folded in there, if that is of the same span.
        if (key instanceof ExtraKey.Media media && media.offset() < 0 && begin > 0 && begin % size != 0) {
            firstSpan++;
        }
        int lastSpan = Math.floorDiv(end(keys, position, begin, following, tokens) - 1, size);
        for (int span = Math.max(0, firstSpan); span <= lastSpan && span < items.length; span++) {
            items[span] = BlockHasher.withItem(items[span], hasher.item(name));
        }
    }

    /** Returns those of an engine block's keys that matter from a token on. */
    private List<ExtraKey> keysFrom(int token, BlockStored event, int position, int begin, int[] tokens) {
        List<ExtraKey> keys = event.extraKeys(position);
        List<ExtraKey> following = event.extraKeys(position + 1);
        List<ExtraKey> found = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            if (end(keys, i, begin, following, tokens) > token) {
                found.add(keys.get(i));
            }
        }
        return found;
    }

    /** Returns where in its engine block a key begins to matter. */
    private int offset(ExtraKey key) {
        return key instanceof ExtraKey.Media media ? (int) Math.min(engineSize - 1, Math.max(0, media.offset())) : 0;
    }

    /** Returns where a key ceases to matter: the position after its last token, at most the end of its engine block. */
    private int end(List<ExtraKey> keys, int position, int begin, List<ExtraKey> following, int[] tokens) {
        int end = begin + engineSize;
        if (!(keys.get(position) instanceof ExtraKey.Media media) || continues(media, following)) {
            return end;
        }
        for (int i = position + 1; i < keys.size(); i++) {
            if (keys.get(i) instanceof ExtraKey.Media next && next.offset() > 0) {
                end = begin + offset(next);
                break;
            }
        }
        return endOfEqual(tokens, Math.max(0, begin + offset(media)), end);
    }

    /** Tells whether an item reaches into the engine block after its own, which tells of it from there. */
    private boolean continues(ExtraKey.Media item, List<ExtraKey> following) {
        for (ExtraKey key : following) {
            if (key instanceof ExtraKey.Media media
                    && media.offset() == item.offset() - engineSize
                    && media.id().equals(item.id())) {
                return true;
            }
        }
        return false;
    }

    private static int endOfEqual(int[] tokens, int from, int to) {
        int end = from + 1;
        while (end < to && end < tokens.length && tokens[end] == tokens[from]) {
            end++;
        }
        return end;
    }
}
