// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.prompt;

import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.api.request.TokenView;
import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.PrefixMatches;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Working memory for one prefix question at a time: what hashes a prompt, and room for what matches. Not thread-safe. */
public final class PrefixQuery {
    private final PrefixMatches matches = new PrefixMatches();
    private final PromptTokens tokens = new PromptTokens();
    private final PromptBytes bytes = new PromptBytes();
    private BlockHasher hasher = new BlockHasher(1);
    private long[] blockItems = {};

    /**
     * Tells whether a prompt in tokens has items of which it is not known where they stand: as we name such a prompt's blocks,
     * no engine's events do.
     */
    public static boolean hasUnplacedItems(InferenceRequest request, Prompt.Tokens prompt) {
        List<MultimodalItem> items = request.multimodalItems();
        for (int i = 0; i < items.size(); i++) {
            if (isUnplaced(items.get(i), prompt.view().size())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isUnplaced(MultimodalItem item, int tokens) {
        return item.tokenCount() == 0 || item.firstToken() >= tokens;
    }

    /** Returns where an index writes what matches. */
    public PrefixMatches matches() {
        return matches;
    }

    /**
     * Hashes the full blocks of a request's prompt.
     *
     * @param request the request
     * @param blockSize tokens in a block; for a prompt of block hashes, its own
     * @param maxBlocks how many blocks to hash at most, at least 0
     * @param into where the hashes go
     */
    public void hash(InferenceRequest request, int blockSize, int maxBlocks, PromptHashes into) {
        Prompt prompt = request.prompt();
        if (prompt instanceof Prompt.Tokens tokenized) {
            hashTokens(request, tokenized.view(), blockSize, maxBlocks, into);
        } else if (prompt instanceof Prompt.Text text) {
            hashText(request, text, blockSize, maxBlocks, into);
        } else if (prompt instanceof Prompt.Blocks blocks) {
            mixBlocks(request, blocks, maxBlocks, into);
        }
    }

    private void hashTokens(InferenceRequest request, TokenView view, int blockSize, int maxBlocks, PromptHashes into) {
        useBlockSize(blockSize);
        int limit = (int) Math.min(view.size(), (long) maxBlocks * blockSize);
        long[] hashes = into.start(blockSize, hasher.blocksOfTokens(limit));
        long namespace = namespace(request, view.size());
        long[] items = placedItems(request.multimodalItems(), into.count());
        tokens.turnTo(view, limit);
        hasher.hashTokens(tokens, namespace, items, hashes);
        tokens.forget();
    }

    private void hashText(InferenceRequest request, Prompt.Text text, int blockSize, int maxBlocks, PromptHashes into) {
        useBlockSize(blockSize);
        int limit = (int) Math.min(text.byteCount(), (long) Integer.BYTES * maxBlocks * blockSize);
        long[] hashes = into.start(blockSize, hasher.blocksOfText(limit));
        bytes.turnTo(text, limit);
        hasher.hashText(bytes, namespace(request, 0), hashes);
        bytes.forget();
    }

    private void mixBlocks(InferenceRequest request, Prompt.Blocks blocks, int maxBlocks, PromptHashes into) {
        int full = Math.min(blocks.blockCount(), blocks.tokenCount() / blocks.blockSize());
        long[] hashes = into.start(blocks.blockSize(), Math.min(full, maxBlocks));
        long namespace = namespace(request, 0);
        for (int i = 0; i < into.count(); i++) {
            hashes[i] = mix(blocks.hash(i) ^ namespace);
        }
    }

    private void useBlockSize(int size) {
        if (hasher.blockSize() != size) {
            hasher = new BlockHasher(size);
        }
    }

    /** The finalizer of MurmurHash3: one to one, so different hashes stay different within a namespace. */
    private static long mix(long bits) {
        long a = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
        long b = (a ^ (a >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return b ^ (b >>> 33);
    }

    /**
     * Names all that a KV cache depends on beside the tokens.
     *
     * @param tokens prompt tokens among which items with a place there are hashed; such items are not named here
     */
    private long namespace(InferenceRequest request, int tokens) {
        List<MultimodalItem> items = request.multimodalItems();
        List<String> unplaced = List.of();
        if (!items.isEmpty()) {
            unplaced = new ArrayList<>();
            for (MultimodalItem item : items) {
                if (isUnplaced(item, tokens)) {
                    unplaced.add(item.contentHash());
                }
            }
        }
        return hasher.namespace(request.model(), request.loraAdapter(), request.cacheSalt(), unplaced);
    }

    /**
     * Returns, for each block, the items with a place that reach into it, as an engine's events tell them too; null if
     * there are none.
     */
    private long @Nullable [] placedItems(List<MultimodalItem> items, int blocks) {
        if (items.isEmpty()) {
            return null;
        }
        if (blockItems.length < blocks) {
            blockItems = new long[Math.max(blocks, 2 * blockItems.length)];
        }
        Arrays.fill(blockItems, 0, blocks, BlockHasher.NO_ITEMS);
        for (int i = 0; i < items.size(); i++) {
            MultimodalItem item = items.get(i);
            hasher.placeItem(item.contentHash(), item.firstToken(), item.tokenCount(), blockItems, blocks);
        }
        return blockItems;
    }
}
