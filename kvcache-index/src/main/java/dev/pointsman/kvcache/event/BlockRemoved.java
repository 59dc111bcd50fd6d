// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Blocks, or copies of them, that an engine no longer holds. Immutable, but for the array. */
public final class BlockRemoved implements KvEvent {
    private final long[] hashes;
    private final @Nullable String medium;
    private final boolean everyMedium;
    private final int group;
    private final @Nullable String kind;
    private final @Nullable String locality;
    private final @Nullable String ownership;

    private BlockRemoved(Builder builder) {
        this.hashes = builder.hashes;
        this.medium = builder.medium;
        this.everyMedium = builder.everyMedium;
        this.group = builder.group;
        this.kind = builder.kind;
        this.locality = builder.locality;
        this.ownership = builder.ownership;
    }

    /**
     * Begins a removal.
     *
     * @param hashes the engine's names of the blocks; not copied, and not to be changed from here on
     */
    public static Builder builder(long... hashes) {
        return new Builder().hashes(hashes);
    }

    /** Returns the engine's names of the blocks; not to be changed. */
    public long[] hashes() {
        return hashes;
    }

    /** Returns the number of blocks, at least 0. */
    public int blocks() {
        return hashes.length;
    }

    /** Returns where the blocks lay, in the engine's words, or null if it does not say. */
    public @Nullable String medium() {
        return medium;
    }

    /** Tells whether the blocks are gone from every medium at once, as TensorRT-LLM's are. */
    public boolean everyMedium() {
        return everyMedium;
    }

    /** Returns the group of layers that the blocks are of, at least 0, or {@link BlockStored#NO_GROUP}. */
    public int group() {
        return group;
    }

    /** Returns the kind of attention of the group, or null if the engine does not say. */
    public @Nullable String kind() {
        return kind;
    }

    /** Returns whose cache the blocks were in, {@code LOCAL} or {@code REMOTE}, or null if the engine does not say. */
    public @Nullable String locality() {
        return locality;
    }

    @Override
    public @Nullable String ownership() {
        return ownership;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BlockRemoved that
                && Arrays.equals(hashes, that.hashes)
                && Objects.equals(medium, that.medium)
                && everyMedium == that.everyMedium
                && group == that.group
                && Objects.equals(kind, that.kind)
                && Objects.equals(locality, that.locality)
                && Objects.equals(ownership, that.ownership);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hashes);
    }

    @Override
    public String toString() {
        return "BlockRemoved[hashes=" + Arrays.toString(hashes) + ", medium=" + (everyMedium ? "every" : medium)
                + ", group=" + group + ", kind=" + kind + ", locality=" + locality + ", ownership=" + ownership + "]";
    }

    /** Builds a removal. Not thread-safe. */
    public static final class Builder {
        private long[] hashes = {};
        private @Nullable String medium;
        private boolean everyMedium;
        private int group = BlockStored.NO_GROUP;
        private @Nullable String kind;
        private @Nullable String locality;
        private @Nullable String ownership;

        private Builder() {}

        /** Sets the engine's names of the blocks; not copied, and not to be changed from here on. */
        public Builder hashes(long... hashes) {
            this.hashes = requireNonNull(hashes, "hashes");
            return this;
        }

        /** Sets where the blocks lay, in the engine's words; not said otherwise. */
        public Builder medium(@Nullable String medium) {
            this.medium = medium;
            return this;
        }

        /** Says that the blocks are gone from every medium. */
        public Builder everyMedium() {
            this.everyMedium = true;
            return this;
        }

        /** Sets the group of layers, at least 0, or {@link BlockStored#NO_GROUP}, the default. */
        public Builder group(int group) {
            this.group = BlockStored.group(group);
            return this;
        }

        /** Sets the kind of attention, such as {@code full_attention}; not said otherwise. */
        public Builder kind(@Nullable String kind) {
            this.kind = kind;
            return this;
        }

        /** Sets {@code LOCAL} or {@code REMOTE}; not said otherwise. */
        public Builder locality(@Nullable String locality) {
            this.locality = locality;
            return this;
        }

        /** Sets who managed the blocks; the engine itself otherwise. */
        public Builder ownership(@Nullable String ownership) {
            this.ownership = ownership;
            return this;
        }

        /** Makes the removal. */
        public BlockRemoved build() {
            return new BlockRemoved(this);
        }
    }
}
