// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event;

import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What one rank of an engine says at once, in order. A batch from which an event had to be left out no longer tells the
 * whole truth, so whoever applies the rest should doubt the rank. Where only stores were left out, an index knows too
 * little; where something else was, {@link #malformedOthers()}, it may have been a removal, and an index may know of
 * blocks that are gone.
 *
 * @param timestamp when the engine made it, in seconds since 1970 by the engine's clock; NaN if it does not say
 * @param rank the data-parallel rank, at least 0; absent where the engine does not say, as it does not if there is one
 * @param events the readable events, in order
 * @param malformed how many events were left out because a field was missing or unreadable
 * @param malformedStores how many of the malformed were stores for certain
 * @param unknown how many events were left out because their kind is not known
 * @param problem what is wrong with the first malformed event, or null if none is
 */
public record KvEventBatch(
        double timestamp,
        OptionalInt rank,
        List<KvEvent> events,
        int malformed,
        int malformedStores,
        int unknown,
        @Nullable String problem) {
    /** Copies the events. */
    public KvEventBatch {
        events = List.copyOf(events);
        if (rank.isPresent() && rank.getAsInt() < 0) {
            throw new IllegalArgumentException(
                    "rank: must be at least 0, but was " + rank.getAsInt() + ".\nMaybe leave it absent.");
        }
        if (malformed < 0 || unknown < 0) {
            throw new IllegalArgumentException("malformed, unknown: must be at least 0, but were " + malformed + " and "
                    + unknown + ".\nMaybe they were counted down.");
        }
        if (malformedStores < 0 || malformedStores > malformed) {
            throw new IllegalArgumentException("malformedStores: must be from 0 to malformed, " + malformed
                    + ", but was " + malformedStores + ".\nMaybe it counts readable stores.");
        }
    }

    /**
     * A batch of readable events only.
     *
     * @param timestamp when the engine made it, in seconds since 1970
     * @param rank the data-parallel rank, or absent
     * @param events the events, in order
     */
    public KvEventBatch(double timestamp, OptionalInt rank, List<KvEvent> events) {
        this(timestamp, rank, events, 0, 0, 0, null);
    }

    /**
     * A batch in which any malformed event may have been a removal.
     *
     * @param timestamp when the engine made it, in seconds since 1970
     * @param rank the data-parallel rank, or absent
     * @param events the readable events, in order
     * @param malformed how many events were left out because a field was missing or unreadable
     * @param unknown how many events were left out because their kind is not known
     * @param problem what is wrong with the first malformed event, or null if none is
     */
    public KvEventBatch(
            double timestamp,
            OptionalInt rank,
            List<KvEvent> events,
            int malformed,
            int unknown,
            @Nullable String problem) {
        this(timestamp, rank, events, malformed, 0, unknown, problem);
    }

    /** Returns how many malformed events were removals or clears, or may have been: the index may hold too much. */
    public int malformedOthers() {
        return malformed - malformedStores;
    }
}
