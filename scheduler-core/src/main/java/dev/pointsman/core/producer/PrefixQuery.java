// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.api.request.TokenView;
import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.ByteSource;
import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.TokenSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Working memory for one prefix question at a time: what hashes a prompt, and room for what matches. Not thread-safe. */
final class PrefixQuery {
    private final PrefixMatches matches = new PrefixMatches();
    private final PromptTokens tokens = new PromptTokens();
    private final PromptBytes bytes = new PromptBytes();
    private BlockHasher hasher = new BlockHasher(1);

    /** Returns where an index writes what matches. */
    PrefixMatches matches() {
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
    void hash(InferenceRequest request, int blockSize, int maxBlocks, PromptHashes into) {
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
        tokens.read(view, limit, request.multimodalItems(), hasher);
        hasher.hashTokens(tokens, namespace(request, view.size()), hashes);
        tokens.release();
    }

    private void hashText(InferenceRequest request, Prompt.Text text, int blockSize, int maxBlocks, PromptHashes into) {
        useBlockSize(blockSize);
        bytes.text = text;
        bytes.size = (int) Math.min(text.byteCount(), (long) Integer.BYTES * maxBlocks * blockSize);
        long[] hashes = into.start(blockSize, hasher.blocksOfText(bytes.size));
        hasher.hashText(bytes, namespace(request, 0), hashes);
        bytes.text = null;
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
                if (item.tokenCount() == 0 || item.firstToken() >= tokens) {
                    unplaced.add(item.contentHash());
                }
            }
        }
        return hasher.namespace(request.model(), request.loraAdapter(), request.cacheSalt(), unplaced);
    }

    /**
     * The head of a prompt with each placeholder of a multimodal item replaced by a number made of the item's content, so that
     * prompts differ from the place on where their images do.
     */
    private static final class PromptTokens implements TokenSource {
        private @Nullable TokenView view;
        private int size;
        private List<MultimodalItem> items = List.of();
        private long[] itemHashes = {};
        private int next;

        void read(TokenView view, int size, List<MultimodalItem> items, BlockHasher hasher) {
            this.view = view;
            this.size = size;
            this.items = items;
            this.next = 0;
            if (itemHashes.length < items.size()) {
                itemHashes = new long[items.size()];
            }
            for (int i = 0; i < items.size(); i++) {
                itemHashes[i] = hasher.namespace(items.get(i).contentHash(), null, null, List.of());
            }
        }

        void release() {
            view = null;
            items = List.of();
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public int token(int index) {
            // Items stand in prompt order and tokens are read in order, so no item before the next one is looked at
            // again.
            while (next < items.size()
                    && index - items.get(next).firstToken() >= items.get(next).tokenCount()) {
                next++;
            }
            if (next < items.size() && index >= items.get(next).firstToken()) {
                return (int) mix(itemHashes[next] + index - items.get(next).firstToken());
            }
            return requireNonNull(view).token(index);
        }
    }

    private static final class PromptBytes implements ByteSource {
        private Prompt.@Nullable Text text;
        private int size;

        @Override
        public int size() {
            return size;
        }

        @Override
        public void copyTo(int from, byte[] into, int at, int count) {
            requireNonNull(text).copyTo(from, into, at, count);
        }
    }
}
