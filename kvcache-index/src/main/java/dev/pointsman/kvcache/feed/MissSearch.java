// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.TokenSource;
import dev.pointsman.kvcache.event.DropCounts;
import dev.pointsman.kvcache.event.DropReason;
import dev.pointsman.kvcache.feed.EndpointHealth.State;
import dev.pointsman.kvcache.feed.KvEventFeed.Namespace;
import dev.pointsman.kvcache.feed.MissExplanation.Cause;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks for the likeliest cause of a miss, from the plainest on. */
final class MissSearch {
    private final TieredPrefixIndex index;
    private final int slot;
    private final KvEventFeed feed;
    private final EndpointHealth health;
    private final DropCounts drops;
    private final long evicted;
    private final PrefixMatches matches = new PrefixMatches();

    MissSearch(
            TieredPrefixIndex index,
            int slot,
            KvEventFeed feed,
            EndpointHealth health,
            DropCounts drops,
            long evicted) {
        this.index = index;
        this.slot = slot;
        this.feed = feed;
        this.health = health;
        this.drops = drops;
        this.evicted = evicted;
    }

    MissExplanation explain(
            TokenSource prompt, int blockSize, String model, @Nullable String lora, @Nullable String salt) {
        if (prompt.size() < blockSize) {
            return because(
                    Cause.PROMPT_TOO_SHORT,
                    "The prompt has " + prompt.size() + " tokens, and a block has " + blockSize + ".");
        }
        if (blockSize != feed.blockSize()) {
            return because(
                    Cause.BLOCK_SIZE_DIFFERS,
                    "The prompt was hashed in blocks of " + blockSize + " tokens, and the index has blocks of "
                            + feed.blockSize() + "." + engineSize());
        }
        BlockHasher hasher = new BlockHasher(blockSize);
        int[] first = new int[blockSize];
        prompt.copyTo(0, first, 0, blockSize);
        long asked = hasher.namespace(model, lora, salt, List.of());
        if (holds(hasher, first, asked)) {
            return because(Cause.NO_MISS, "The endpoint holds the prompt's first block.");
        }
        if (health.state() == State.COLD) {
            return because(Cause.NEVER_HEARD, health.why() + dropped());
        }
        for (Namespace other : feed.namespaces()) {
            if (other.hash() != asked && holds(hasher, first, other.hash())) {
                return because(
                        Cause.NAMESPACE_DIFFERS,
                        "The endpoint holds the prompt's first block for "
                                + name(feed.model(), other.loraAdapter(), other.cacheSalt())
                                + ", and the request is for "
                                + name(model, lora, salt) + ".");
            }
        }
        if (health.state() != State.FRESH) {
            return because(Cause.NOT_FRESH, health.why() + dropped());
        }
        if (feed.blocksStored() == 0 && drops.total() > 0) {
            return because(Cause.ALL_DROPPED, "Nothing that the endpoint said was of use." + dropped());
        }
        long refused = drops.count(DropReason.INDEX_FULL);
        if (refused > 0 || evicted > 0) {
            return because(
                    Cause.INDEX_FULL,
                    "The index is at its bound on memory: of this endpoint it refused " + refused
                            + " blocks, and of all endpoints it evicted " + evicted
                            + " since this one was learned. The prompt may have been among them." + dropped());
        }
        if (feed.blocksHeld() <= 0) {
            return because(
                    Cause.EMPTY,
                    "The endpoint holds nothing: it stored " + feed.blocksStored() + " blocks so far and removed or "
                            + "cleared them all." + dropped());
        }
        return because(
                Cause.NOT_HELD,
                "The endpoint holds " + feed.blocksHeld() + " blocks, and the prompt's first one is not among them."
                        + engineSize() + dropped());
    }

    private boolean holds(BlockHasher hasher, int[] first, long namespace) {
        // Not index.holds: that may have to look at all that the endpoint holds.
        long[] hash = {hasher.hashBlock(first, 0, first.length, namespace, BlockHasher.NO_ITEMS)};
        index.match(hash, 1, matches);
        return matches.blocks(slot) > 0;
    }

    private String engineSize() {
        int size = feed.engineBlockSize();
        return size == 0 || size == feed.blockSize() ? "" : " The engine's blocks have " + size + " tokens.";
    }

    private String dropped() {
        return drops.total() == 0 ? "" : " Dropped so far: " + drops + ".";
    }

    private static String name(String model, @Nullable String lora, @Nullable String salt) {
        return "model " + model + (lora == null ? "" : ", LoRA adapter " + lora)
                + (salt == null ? ", no salt" : ", salt " + salt);
    }

    private static MissExplanation because(Cause cause, String words) {
        return new MissExplanation(cause, words);
    }
}
