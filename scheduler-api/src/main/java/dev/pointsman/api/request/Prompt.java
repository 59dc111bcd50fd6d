// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.request;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;

/**
 * What the model is to read, in the most exact form that the host has: token ids, UTF-8 text, or block hashes that
 * were computed elsewhere. Immutable and safe to read from several threads.
 */
public sealed interface Prompt permits Prompt.Tokens, Prompt.Text, Prompt.Blocks {
    /** A prompt of no tokens, for requests whose body the host has not read. */
    Prompt EMPTY = new Tokens(TokenView.of());

    /**
     * Returns the prompt's length in tokens: exact for {@link Tokens} and {@link Blocks}, and for {@link Text} a
     * quarter of its UTF-8 bytes, rounded up (the estimate that llm-d's {@code token-producer} makes by default).
     */
    int tokenCount();

    /** Wraps token ids, which are viewed and not copied. */
    static Prompt tokens(int... tokens) {
        return new Tokens(TokenView.of(tokens));
    }

    /** Wraps a view of token ids. */
    static Prompt tokens(TokenView tokens) {
        return new Tokens(tokens);
    }

    /** Encodes text as UTF-8. */
    static Prompt text(String text) {
        return new Text(requireNonNull(text, "text").getBytes(StandardCharsets.UTF_8));
    }

    /** Wraps UTF-8 bytes, which are viewed and not copied; the caller must not change them afterwards. */
    static Prompt utf8(byte[] bytes) {
        return new Text(requireNonNull(bytes, "bytes"));
    }

    /**
     * Wraps chained block hashes, each of which names its block and all before it.
     *
     * @param hashes one hash a block, in prompt order; viewed, not copied
     * @param blockSize tokens in a full block, at least 1
     * @param tokenCount the prompt's length in tokens; a partial last block may have a hash or not, and with no hashes
     *     at all any length is possible
     */
    static Prompt blocks(long[] hashes, int blockSize, int tokenCount) {
        return new Blocks(hashes, blockSize, tokenCount);
    }

    /**
     * A tokenized prompt.
     *
     * @param view the token ids
     */
    record Tokens(TokenView view) implements Prompt {
        public Tokens {
            requireNonNull(view, "view");
        }

        @Override
        public int tokenCount() {
            return view.size();
        }
    }

    /** A prompt as UTF-8 text, for hosts that have no tokenizer. */
    final class Text implements Prompt {
        private final byte[] utf8;

        private Text(byte[] utf8) {
            this.utf8 = utf8;
        }

        /** Returns the number of UTF-8 bytes. */
        public int byteCount() {
            return utf8.length;
        }

        /**
         * Copies a run of bytes into a caller-owned array.
         *
         * @param from position of the first byte
         * @param into destination
         * @param at position of the first byte in the destination
         * @param count number of bytes
         * @throws IndexOutOfBoundsException if either range is outside its array
         */
        public void copyTo(int from, byte[] into, int at, int count) {
            System.arraycopy(utf8, from, into, at, count);
        }

        @Override
        public int tokenCount() {
            return (int) ((utf8.length + 3L) / 4);
        }

        @Override
        public String toString() {
            return "Text[" + utf8.length + " bytes]";
        }
    }

    /** A prompt known only by its block hashes, as in recorded traces. */
    final class Blocks implements Prompt {
        private final long[] hashes;
        private final int blockSize;
        private final int tokenCount;

        private Blocks(long[] hashes, int blockSize, int tokenCount) {
            this.hashes = requireNonNull(hashes, "hashes");
            if (blockSize < 1) {
                throw new IllegalArgumentException("blockSize: must be at least 1 token, but was " + blockSize
                        + ".\nMaybe take it from the engine's configuration; vLLM's default is 16.");
            }
            // The hashes may or may not include a partial last block; engines hash full blocks only.
            long most = hashes.length == 0 ? Integer.MAX_VALUE : (hashes.length + 1L) * blockSize - 1;
            if (tokenCount < 0 || tokenCount > most) {
                throw new IllegalArgumentException("tokenCount: must be between 0 and " + most + " (" + hashes.length
                        + " blocks of " + blockSize + " and less than one more), but was " + tokenCount
                        + ".\nMaybe the hashes were made with another block size.");
            }
            this.blockSize = blockSize;
            this.tokenCount = tokenCount;
        }

        /** Returns the number of blocks, the partial last one included if the hashes include it. */
        public int blockCount() {
            return hashes.length;
        }

        /** Returns the tokens in a full block, at least 1. */
        public int blockSize() {
            return blockSize;
        }

        /**
         * Copies the hashes into a caller-owned array.
         *
         * @param into destination, at least {@link #blockCount()} long
         * @throws IndexOutOfBoundsException if the destination is too short
         */
        public void copyTo(long[] into) {
            System.arraycopy(hashes, 0, into, 0, hashes.length);
        }

        /** Returns the hash of the block at a position from 0 to {@code blockCount() - 1}. */
        public long hash(int index) {
            return hashes[index];
        }

        @Override
        public int tokenCount() {
            return tokenCount;
        }

        @Override
        public String toString() {
            return "Blocks[" + hashes.length + " of " + blockSize + " tokens]";
        }
    }
}
