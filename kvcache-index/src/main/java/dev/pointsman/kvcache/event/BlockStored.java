// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive blocks, or copies of them, that an engine now holds. Immutable, but for the arrays, which are handed out
 * as they are: an engine may say this thousands of times a second.
 */
public final class BlockStored implements KvEvent {
    /** The {@link #group} and the {@link #window} of an event that has none. */
    public static final int NO_GROUP = -1;

    private static final int[] NO_TOKENS = {};

    private final long[] hashes;
    private final boolean hasParent;
    private final long parent;
    private final int[] tokens;
    private final int[] nextTokens;
    private final int blockSize;
    private final @Nullable String medium;
    private final boolean hasLoraId;
    private final long loraId;
    private final @Nullable String loraName;
    private final @Nullable String cacheSalt;
    private final @Nullable String sessionId;
    private final List<List<ExtraKey>> extraKeys;
    private final int group;
    private final @Nullable String kind;
    private final int window;
    private final @Nullable String locality;
    private final @Nullable String ownership;

    private BlockStored(Builder builder) {
        this.hashes = builder.hashes;
        this.hasParent = builder.hasParent;
        this.parent = builder.parent;
        this.tokens = builder.tokens;
        this.nextTokens = builder.nextTokens;
        this.blockSize = builder.blockSize;
        this.medium = builder.medium;
        this.hasLoraId = builder.hasLoraId;
        this.loraId = builder.loraId;
        this.loraName = builder.loraName;
        this.cacheSalt = builder.cacheSalt;
        this.sessionId = builder.sessionId;
        this.extraKeys = builder.extraKeys;
        this.group = builder.group;
        this.kind = builder.kind;
        this.window = builder.window;
        this.locality = builder.locality;
        this.ownership = builder.ownership;
    }

    /**
     * Begins a store of blocks.
     *
     * @param blockSize tokens in a block
     * @param hashes the engine's names of the blocks; not copied, and not to be changed from here on
     */
    public static Builder builder(int blockSize, long... hashes) {
        return new Builder().blockSize(blockSize).hashes(hashes);
    }

    /** Begins another store that says the same. */
    Builder toBuilder() {
        return new Builder(this);
    }

    /** Returns the engine's names of the blocks, in prompt order; not to be changed. */
    public long[] hashes() {
        return hashes;
    }

    /** Returns the number of blocks that are named, at least 0. */
    public int blocks() {
        return hashes.length;
    }

    /**
     * Tells whether the event names a block that these follow; if not, they begin a prompt. What it names may be 0, by
     * which some mean none: {@link KvEventNormalizer} takes such a parent away if the rank has stored no block called 0.
     */
    public boolean hasParent() {
        return hasParent;
    }

    /** Returns the engine's name of the block before the tokens; 0 if there is none. */
    public long parent() {
        return parent;
    }

    /** Returns the token ids, 32 bits unsigned each, in prompt order; not to be changed. */
    public int[] tokens() {
        return tokens;
    }

    /**
     * Tells whether the engine speculates (EAGLE) and so caches pairs of a token and the next one. {@link #tokens} are
     * the first of each pair, and a block's hash of our own is made of these alone: prompts are tokens, not pairs. So a
     * block whose last pair looks ahead to another next token is the same block to us, which can make a match one engine
     * block too long.
     */
    public boolean bigrams() {
        return nextTokens.length > 0;
    }

    /** Returns the second token of each pair, or an empty array if these are no {@link #bigrams}; not to be changed. */
    public int[] nextTokens() {
        return nextTokens;
    }

    /** Returns the tokens in a block, in the engine's words; can be 0 or less if the engine has nothing to say. */
    public int blockSize() {
        return blockSize;
    }

    /** Returns where the blocks lie, in the engine's words, or null if it does not say. */
    public @Nullable String medium() {
        return medium;
    }

    /** Returns the number of the LoRA adapter, or empty if the engine does not say. */
    public OptionalLong loraId() {
        return hasLoraId ? OptionalLong.of(loraId) : OptionalLong.empty();
    }

    /** Returns the name of the LoRA adapter, or null if the engine does not say. */
    public @Nullable String loraName() {
        return loraName;
    }

    /** Returns the salt that keeps tenants apart, or null if there is none in a field of its own. */
    public @Nullable String cacheSalt() {
        return cacheSalt;
    }

    /** Returns the session that the blocks were made for, or null if the engine does not say. */
    public @Nullable String sessionId() {
        return sessionId;
    }

    /** Tells whether any block has {@linkplain #extraKeys(int) extra keys}. */
    public boolean hasExtraKeys() {
        return !extraKeys.isEmpty();
    }

    /**
     * Returns what else a block's KV depends on, in the engine's order; empty if nothing.
     *
     * @param block the position in {@link #hashes}, at least 0
     */
    public List<ExtraKey> extraKeys(int block) {
        return block < extraKeys.size() ? extraKeys.get(block) : List.of();
    }

    /** Returns the extra keys of all blocks; empty if none has any, and maybe shorter or longer than the blocks. */
    public List<List<ExtraKey>> extraKeys() {
        return extraKeys;
    }

    /** Returns the group of layers that the blocks are of, at least 0, or {@link #NO_GROUP}. */
    public int group() {
        return group;
    }

    /** Returns the kind of attention of the group, such as {@code full_attention}, or null if not said. */
    public @Nullable String kind() {
        return kind;
    }

    /** Returns the group's sliding window in tokens, at least 0, or {@link #NO_GROUP}. */
    public int window() {
        return window;
    }

    /** Returns whose cache the blocks are in, {@code LOCAL} or {@code REMOTE}, or null if the engine does not say. */
    public @Nullable String locality() {
        return locality;
    }

    @Override
    public @Nullable String ownership() {
        return ownership;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BlockStored that
                && Arrays.equals(hashes, that.hashes)
                && hasParent == that.hasParent
                && parent == that.parent
                && Arrays.equals(tokens, that.tokens)
                && Arrays.equals(nextTokens, that.nextTokens)
                && blockSize == that.blockSize
                && Objects.equals(medium, that.medium)
                && hasLoraId == that.hasLoraId
                && loraId == that.loraId
                && Objects.equals(loraName, that.loraName)
                && Objects.equals(cacheSalt, that.cacheSalt)
                && Objects.equals(sessionId, that.sessionId)
                && extraKeys.equals(that.extraKeys)
                && group == that.group
                && Objects.equals(kind, that.kind)
                && window == that.window
                && Objects.equals(locality, that.locality)
                && Objects.equals(ownership, that.ownership);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(hashes) + Arrays.hashCode(tokens);
    }

    @Override
    public String toString() {
        return "BlockStored[hashes=" + Arrays.toString(hashes) + ", parent=" + (hasParent ? parent : "none")
                + ", tokens=" + Arrays.toString(tokens) + ", nextTokens=" + Arrays.toString(nextTokens) + ", blockSize="
                + blockSize + ", medium=" + medium + ", loraId=" + (hasLoraId ? loraId : "none") + ", loraName="
                + loraName + ", cacheSalt=" + cacheSalt + ", sessionId=" + sessionId + ", extraKeys=" + extraKeys
                + ", group=" + group + ", kind=" + kind + ", window=" + window + ", locality=" + locality
                + ", ownership=" + ownership + "]";
    }

    /** Checks the number of a group or the width of a window. */
    static int group(int value) {
        if (value < NO_GROUP) {
            throw new IllegalArgumentException(
                    "must be at least 0, or -1 for none, but was " + value + ".\nMaybe the sign is wrong.");
        }
        return value;
    }

    /** Builds a store. Not thread-safe. */
    public static final class Builder {
        private long[] hashes = {};
        private boolean hasParent;
        private long parent;
        private int[] tokens = NO_TOKENS;
        private int[] nextTokens = NO_TOKENS;
        private int blockSize;
        private @Nullable String medium;
        private boolean hasLoraId;
        private long loraId;
        private @Nullable String loraName;
        private @Nullable String cacheSalt;
        private @Nullable String sessionId;
        private List<List<ExtraKey>> extraKeys = List.of();
        private int group = NO_GROUP;
        private @Nullable String kind;
        private int window = NO_GROUP;
        private @Nullable String locality;
        private @Nullable String ownership;

        private Builder() {}

        private Builder(BlockStored from) {
            this.hashes = from.hashes;
            this.hasParent = from.hasParent;
            this.parent = from.parent;
            this.tokens = from.tokens;
            this.nextTokens = from.nextTokens;
            this.blockSize = from.blockSize;
            this.medium = from.medium;
            this.hasLoraId = from.hasLoraId;
            this.loraId = from.loraId;
            this.loraName = from.loraName;
            this.cacheSalt = from.cacheSalt;
            this.sessionId = from.sessionId;
            this.extraKeys = from.extraKeys;
            this.group = from.group;
            this.kind = from.kind;
            this.window = from.window;
            this.locality = from.locality;
            this.ownership = from.ownership;
        }

        /** Sets the engine's names of the blocks; not copied, and not to be changed from here on. */
        public Builder hashes(long... hashes) {
            this.hashes = requireNonNull(hashes, "hashes");
            return this;
        }

        /** Sets the engine's name of the block before the tokens; there is none otherwise. */
        public Builder parent(long parent) {
            this.hasParent = true;
            this.parent = parent;
            return this;
        }

        /** Says that the tokens begin a prompt. */
        Builder noParent() {
            this.hasParent = false;
            this.parent = 0;
            return this;
        }

        /** Sets the token ids; not copied, and not to be changed from here on. */
        public Builder tokens(int... tokens) {
            this.tokens = requireNonNull(tokens, "tokens");
            return this;
        }

        /**
         * Sets the pairs of an engine that speculates, as two arrays; not copied, and not to be changed from here on.
         *
         * @param tokens the first token of each pair
         * @param nextTokens the second token of each pair
         * @throws IllegalArgumentException if they are not equally many
         */
        public Builder bigrams(int[] tokens, int[] nextTokens) {
            if (tokens.length != nextTokens.length) {
                throw new IllegalArgumentException("bigrams: must have as many next tokens as tokens, but there were "
                        + nextTokens.length + " and " + tokens.length + ".\nMaybe the last pair lacks its second.");
            }
            this.tokens = tokens;
            this.nextTokens = nextTokens;
            return this;
        }

        /** Sets the tokens in a block. */
        public Builder blockSize(int blockSize) {
            this.blockSize = blockSize;
            return this;
        }

        /** Sets where the blocks lie, in the engine's words; not said otherwise. */
        public Builder medium(@Nullable String medium) {
            this.medium = medium;
            return this;
        }

        /** Sets the number of the LoRA adapter; not said otherwise. */
        public Builder loraId(long loraId) {
            this.hasLoraId = true;
            this.loraId = loraId;
            return this;
        }

        /** Sets the name of the LoRA adapter; not said otherwise. */
        public Builder loraName(@Nullable String loraName) {
            this.loraName = loraName;
            return this;
        }

        /** Sets the salt that keeps tenants apart; none otherwise. */
        public Builder cacheSalt(@Nullable String cacheSalt) {
            this.cacheSalt = cacheSalt;
            return this;
        }

        /** Sets the session that the blocks were made for; not said otherwise. */
        public Builder sessionId(@Nullable String sessionId) {
            this.sessionId = sessionId;
            return this;
        }

        /** Sets what else each block's KV depends on; nothing otherwise. Copied. */
        public Builder extraKeys(List<? extends List<? extends ExtraKey>> extraKeys) {
            boolean any = false;
            for (List<? extends ExtraKey> keys : extraKeys) {
                any |= !keys.isEmpty();
            }
            this.extraKeys =
                    any ? extraKeys.stream().<List<ExtraKey>>map(List::copyOf).toList() : List.of();
            return this;
        }

        /** Sets the group of layers, at least 0, or {@link #NO_GROUP}, the default. */
        public Builder group(int group) {
            this.group = BlockStored.group(group);
            return this;
        }

        /** Sets the kind of attention, such as {@code full_attention}; not said otherwise. */
        public Builder kind(@Nullable String kind) {
            this.kind = kind;
            return this;
        }

        /** Sets the sliding window in tokens, at least 0, or {@link #NO_GROUP}, the default. */
        public Builder window(int window) {
            this.window = BlockStored.group(window);
            return this;
        }

        /** Sets {@code LOCAL} or {@code REMOTE}; not said otherwise. */
        public Builder locality(@Nullable String locality) {
            this.locality = locality;
            return this;
        }

        /** Sets who manages the blocks; the engine itself otherwise. */
        public Builder ownership(@Nullable String ownership) {
            this.ownership = ownership;
            return this;
        }

        /** Makes the store. */
        public BlockStored build() {
            return new BlockStored(this);
        }
    }
}
