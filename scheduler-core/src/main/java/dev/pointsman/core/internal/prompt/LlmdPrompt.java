// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.prompt;

import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.api.request.TokenView;
import dev.pointsman.kvcache.hash.LlmdRouterHasher;
import java.util.Arrays;
import java.util.List;

/**
 * A prompt's blocks as llm-d's router names them, and the memory for the next prompt's. Model and salt are in the hashes; a LoRA
 * adapter is not, but for its being the model's name. Placeholders of images whose place is known are replaced by the low 32 bits
 * of the hash of what names the image, as the default tokens of that router are; images without a place count with the salt. Block
 * hashes that the host made stand for their blocks' content. Not thread-safe.
 */
public final class LlmdPrompt {
    private final PromptHashes hashes = new PromptHashes();
    private final NamedItems tokens = new NamedItems();
    private final PromptBytes bytes = new PromptBytes();
    private LlmdRouterHasher hasher = new LlmdRouterHasher(1);

    /**
     * Hashes a request's prompt.
     *
     * @param blockSize tokens in a block; a prompt of block hashes has its own
     * @param maxBlocks how many blocks to hash at most
     */
    public void hash(InferenceRequest request, int blockSize, int maxBlocks) {
        Prompt prompt = request.prompt();
        useBlockSize(prompt instanceof Prompt.Blocks blocks ? blocks.blockSize() : blockSize);
        if (prompt instanceof Prompt.Tokens tokenized) {
            TokenView view = tokenized.view();
            long[] into = start(hasher.blocksOfTokens(view.size()), maxBlocks);
            tokens.turnTo(view, view.size());
            tokens.name(request.multimodalItems(), hasher);
            hasher.hashTokens(tokens, root(request, view.size()), into, count());
            tokens.forget();
        } else if (prompt instanceof Prompt.Text text) {
            long[] into = start(hasher.blocksOfText(text.byteCount()), maxBlocks);
            bytes.turnTo(text, text.byteCount());
            hasher.hashText(bytes, root(request, 0), into, count());
            bytes.forget();
        } else if (prompt instanceof Prompt.Blocks blocks) {
            long[] into = start(blocks.blockCount(), maxBlocks);
            long last = root(request, 0);
            for (int i = 0; i < count(); i++) {
                last = hasher.next(last, blocks.hash(i));
                into[i] = last;
            }
        }
    }

    /** Returns the hashes, of which only the first {@link #count} count. */
    public long[] hashes() {
        return hashes.array();
    }

    /** Returns how many blocks were hashed. */
    public int count() {
        return hashes.count();
    }

    /** Returns the tokens in a block. */
    public int blockSize() {
        return hasher.blockSize();
    }

    private void useBlockSize(int size) {
        if (hasher.blockSize() != size) {
            hasher = new LlmdRouterHasher(size);
        }
    }

    private long[] start(int blocks, int maxBlocks) {
        return hashes.start(hasher.blockSize(), Math.min(maxBlocks, blocks));
    }

    private long root(InferenceRequest request, int tokenCount) {
        List<MultimodalItem> items = request.multimodalItems();
        String salt = request.cacheSalt();
        StringBuilder salted = null;
        for (int i = 0; i < items.size(); i++) {
            if (!placed(items.get(i), tokenCount)) {
                salted = salted == null ? new StringBuilder(salt == null ? "" : salt) : salted;
                salted.append(items.get(i).contentHash());
            }
        }
        return hasher.root(request.model(), salted == null ? salt : salted.toString());
    }

    private static boolean placed(MultimodalItem item, int tokenCount) {
        return item.tokenCount() > 0 && item.firstToken() < tokenCount;
    }

    /** The tokens of a prompt, with images named where they stand; of two in one place the later one counts. */
    private static final class NamedItems extends PromptTokens {
        private List<MultimodalItem> items = List.of();
        private int[] names = {};

        void name(List<MultimodalItem> newItems, LlmdRouterHasher hasher) {
            items = newItems;
            if (names.length < items.size()) {
                names = new int[items.size()];
            }
            for (int i = 0; i < items.size(); i++) {
                names[i] = (int) hasher.content(items.get(i).contentHash());
            }
        }

        @Override
        void forget() {
            super.forget();
            items = List.of();
        }

        @Override
        public int token(int index) {
            int[] one = new int[1];
            copyTo(index, one, 0, 1);
            return one[0];
        }

        @Override
        public void copyTo(int from, int[] into, int at, int count) {
            super.copyTo(from, into, at, count);
            // Item by item, and not token by token: there may be many of both.
            for (int i = 0; i < items.size(); i++) {
                MultimodalItem item = items.get(i);
                long first = Math.max(from, item.firstToken());
                long end = Math.min((long) from + count, (long) item.firstToken() + item.tokenCount());
                if (first < end) {
                    Arrays.fill(into, (int) (at + first - from), (int) (at + end - from), names[i]);
                }
            }
        }
    }
}
