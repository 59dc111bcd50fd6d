// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.event.DropReason;
import dev.pointsman.kvcache.feed.EndpointHealth;
import dev.pointsman.kvcache.feed.KvEventChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Says for whom an index can be believed, and puts into words for whom it cannot and why, and why those for whom it can hold
 * nothing. Thread-safe if what it asks is.
 */
final class IndexTrust {
    /** How many endpoints an explanation names for each cause. */
    private static final int MOST_NAMED = 8;

    private static final EndpointHealth UNFED =
            new EndpointHealth(EndpointHealth.State.COLD, null, 0, "Nobody is subscribed to its events.");

    private final TieredPrefixIndex index;
    private final @Nullable RadixPrefixIndex bounded;
    private final @Nullable IntFunction<EndpointHealth> health;
    private final @Nullable IntFunction<@Nullable KvEventChannel> channels;

    /**
     * Makes it of whoever knows.
     *
     * @param index what is asked
     * @param bounded where blocks lie that events told of, if it has a bound on its memory
     * @param health by slot; null if nobody knows
     * @param channels by slot, null for one that has none; null if there are none at all
     */
    IndexTrust(
            TieredPrefixIndex index,
            @Nullable RadixPrefixIndex bounded,
            @Nullable IntFunction<EndpointHealth> health,
            @Nullable IntFunction<@Nullable KvEventChannel> channels) {
        this.index = index;
        this.bounded = bounded;
        this.channels = channels;
        this.health = health != null || channels == null
                ? health
                : slot -> {
                    KvEventChannel channel = channels.apply(slot);
                    return channel == null ? UNFED : channel.health();
                };
    }

    /** Tells whether nobody has said anything to the index, nor could say that it is so. */
    boolean silent() {
        return health == null && index.size() == 0;
    }

    /**
     * Tells whether what the index says of an endpoint is worth anything.
     *
     * @param silent what {@link #silent} said
     * @param matched the blocks that the index counts
     */
    boolean known(boolean silent, int slot, int matched) {
        if (health == null) {
            return matched > 0 || !silent;
        }
        return known(health.apply(slot), matched) && (matched > 0 || refused(slot) == 0);
    }

    /** Returns how many of an endpoint's blocks the index had no room for, 0 if nobody knows. */
    private long refused(int slot) {
        KvEventChannel channel = channels == null ? null : channels.apply(slot);
        return channel == null ? 0 : channel.drops().count(DropReason.INDEX_FULL);
    }

    private static boolean known(EndpointHealth health, int matched) {
        return switch (health.state()) {
            case FRESH -> true;
            case COLD, REPLAYING -> matched > 0; // Of a cold one only what was just routed there can match.
            case DEGRADED -> {
                EndpointHealth.Doubt doubt = health.doubt();
                yield matched > 0 && doubt != null && !doubt.mayOvercount();
            }
        };
    }

    /**
     * Notes what an explanation should have.
     *
     * @param silent what {@link #silent} said
     * @param unknown for how many candidates the index cannot be believed
     */
    void explain(ProductionCycle cycle, Candidates candidates, PrefixLookup lookup, boolean silent, int unknown) {
        if (silent) {
            cycle.note("the index is empty: no KV event has come, so no match is known");
            return;
        }
        if (unknown > 0 && health != null) {
            cycle.note("of " + unknown + " endpoints it is not known what they have cached: "
                    + doubtful(candidates, lookup, health));
        }
        if (channels != null && lookup.count() > 0) {
            noteMisses(cycle, candidates, lookup, channels);
        }
        long evicted = bounded == null ? 0 : bounded.counters().evicted();
        if (evicted > 0) {
            cycle.note(
                    "the index has evicted " + evicted + " blocks of endpoints so far to keep to its bound on memory:"
                            + " a block that counts as not held may be one of them");
        }
    }

    private String doubtful(Candidates candidates, PrefixLookup lookup, IntFunction<EndpointHealth> health) {
        List<String> named = new ArrayList<>();
        for (int i = 0; i < candidates.size() && named.size() < MOST_NAMED; i++) {
            int slot = candidates.slot(i);
            EndpointHealth state = health.apply(slot);
            if (!known(state, lookup.matches().blocks(slot))) {
                named.add(candidates.endpoint(i).id() + " is "
                        + state.state().name().toLowerCase(Locale.ROOT) + " (" + state.why() + ")");
            } else if (lookup.matches().blocks(slot) == 0 && refused(slot) > 0) {
                named.add(candidates.endpoint(i).id() + " is known in part (the index had no room for " + refused(slot)
                        + " of its blocks)");
            }
        }
        return String.join(", ", named);
    }

    /** Says why endpoints that are known hold nothing of a prompt: a cold cache, or another model, salt or block size. */
    private void noteMisses(
            ProductionCycle cycle,
            Candidates candidates,
            PrefixLookup lookup,
            IntFunction<@Nullable KvEventChannel> channels) {
        int named = 0;
        for (int i = 0; i < candidates.size() && named < MOST_NAMED; i++) {
            int slot = candidates.slot(i);
            KvEventChannel channel = lookup.matches().blocks(slot) > 0 ? null : channels.apply(slot);
            if (channel != null && channel.health().fresh() && refused(slot) == 0) {
                named++;
                cycle.note(candidates.endpoint(i).id() + " holds nothing of the prompt: "
                        + lookup.explainMiss(cycle.request(), channel));
            }
        }
    }
}
