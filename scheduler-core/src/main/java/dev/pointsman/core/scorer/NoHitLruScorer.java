// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Spreads requests that nobody has cached, so that caches grow evenly: the endpoint that got such a request longest ago
 * scores best (llm-d's {@code no-hit-lru-scorer}). If any candidate holds a part of the prompt, all score neutral.
 *
 * <p><b>Rank.</b> The n candidates are ranked by when they last got a cold request, those that never did first; rank r
 * scores {@code 1 - r / (n - 1)}. Candidates that never got one all score 1, and the used ones rank behind all of them; a
 * single candidate scores 1.
 *
 * <p><b>Departures from llm-d</b>, all but the last undone by {@link Semantics#LLM_D}. llm-d ranks never-used candidates by their place in the list; here they are equal and
 * the picker's draw decides, because the order of candidates carries no meaning. llm-d ranks used ones within all endpoints
 * that it remembers; here only the candidates count, because endpoints of another role or tenant would push the scores of
 * these to 0 and make them equal. llm-d notes the targets of the primary profile and of one named {@code prefill} if no
 * candidate had a match, by blocks that are weighted by their tier and cut to a whole number where the producer weighs them; here
 * blocks count alike, and each leg's target is noted if it had no match itself, because that endpoint's cache grows
 * whoever else holds the prompt. llm-d takes absent match information for a cold request; here all scores are missing then,
 * because nobody knows. llm-d remembers a number of endpoints that is set, gone or not; here there is one small entry for each
 * endpoint, released when it leaves. llm-d calls a request cold if no candidate of the profile that it scored last had a match;
 * here all endpoints that the prefix producer reports count.
 *
 * <p><b>How.</b> An entry by slot has the number of the last cold request and the incarnation that got it, so that a slot's
 * next owner starts as never used. Scoring reads the entries without a lock. To rank without allocating, each candidate's
 * number and position are packed into the bits of one double in the caller's array: doubles from 2 up, whose order is that
 * of their bits. The array is sorted, and its cycles are then followed to put each rank's score where its candidate's
 * position says; scores are at most 1, so what is done can be told from what is not.
 *
 * <p>Thread-safe. O(n log n); allocates nothing up to 4096 candidates, but for one small object in the sort of JDK 22 and later;
 * up to 2^20 candidates and 2^41 cold requests.
 */
public final class NoHitLruScorer implements Scorer, SchedulingObserver, FleetListener {
    private static final int POSITION_BITS = 20;
    private static final long POSITION_MASK = (1L << POSITION_BITS) - 1;
    private static final long UNKNOWN = (1L << 41) - 1;
    private static final long NEVER = 0;

    /** The bits of 2.0: with them set, and those of a number and a position below, a double is finite and at least 2. */
    private static final long PACKED_BITS = 1L << 62;

    private static final double LEAST_PACKED = 2.0;

    private final AttributeKey<PrefixMatch> matchKey;
    private final LongColumnKey blocksKey;
    private final DoubleColumnKey weightedKey;

    /** Remembers and ranks as llm-d does, or null for our own way. */
    private final @Nullable ColdRequestLru byName;

    private final Object writing = new Object();
    private long coldRequests; // guarded by writing
    private volatile AtomicReferenceArray<@Nullable ColdUse> lastUses = new AtomicReferenceArray<>(0);

    /** Reads the matches of {@value PrefixMatch#DEFAULT_PRODUCER}. */
    public NoHitLruScorer() {
        this(PrefixMatch.DEFAULT_PRODUCER);
    }

    /**
     * Reads the matches of a given producer.
     *
     * @param producer the prefix producer's name
     */
    public NoHitLruScorer(String producer) {
        this(producer, null);
    }

    private NoHitLruScorer(String producer, @Nullable ColdRequestLru byName) {
        matchKey = PrefixMatch.of(producer);
        blocksKey = PrefixMatch.matchedBlocks(producer);
        weightedKey = PrefixMatch.weightedBlocks(producer);
        this.byName = byName;
    }

    /**
     * Makes a scorer that ranks as llm-d does ({@link Semantics#LLM_D}).
     *
     * @param producer the prefix producer's name
     * @param lruSize how many endpoints it remembers, at least 1
     * @throws IllegalArgumentException if it is less
     */
    public static NoHitLruScorer asLlmD(String producer, int lruSize) {
        return new NoHitLruScorer(producer, new ColdRequestLru(lruSize));
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(matchKey, blocksKey);
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        return byName == null ? Set.of() : Set.of(weightedKey);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        int size = candidates.size();
        if (byName != null) {
            byName.score(cycle.column(blocksKey), cycle.column(weightedKey), candidates, scores);
            return;
        }
        if (cycle.attribute(matchKey) == null) {
            Arrays.fill(scores, 0, size, MISSING);
            return;
        }
        LongColumn matched = cycle.column(blocksKey);
        int known = 0;
        int neverUsed = 0;
        for (int i = 0; i < size; i++) {
            int slot = candidates.slot(i);
            long blocks = matched.get(slot);
            if (blocks > 0) {
                Arrays.fill(scores, 0, size, NEUTRAL);
                return;
            }
            long lastUse = UNKNOWN;
            if (blocks != LongColumn.MISSING) {
                lastUse = lastUse(slot, cycle.fleet());
                known++;
                neverUsed += lastUse == NEVER ? 1 : 0;
            }
            scores[i] = Double.longBitsToDouble(PACKED_BITS | lastUse << POSITION_BITS | i);
        }
        Arrays.sort(scores, 0, size);
        for (int start = 0; start < size; start++) {
            int rank = start;
            double held = scores[start];
            while (held >= LEAST_PACKED) { // false for NaN
                int position = (int) (Double.doubleToRawLongBits(held) & POSITION_MASK);
                held = scores[position];
                scores[position] = score(rank, neverUsed, known);
                rank = position;
            }
        }
    }

    private static double score(int rank, int neverUsed, int known) {
        if (rank >= known) {
            return MISSING;
        }
        return rank == 0 || rank < neverUsed ? 1 : 1 - (double) rank / (known - 1);
    }

    private long lastUse(int slot, FleetSnapshot fleet) {
        AtomicReferenceArray<@Nullable ColdUse> uses = lastUses;
        ColdUse use = slot < uses.length() ? uses.get(slot) : null;
        return use != null && use.incarnation == fleet.incarnation(slot) ? use.number : NEVER;
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        LongColumn matched = cycle.column(blocksKey);
        if (byName != null) {
            byName.dispatched(matched, cycle.column(weightedKey), cycle.fleet(), dispatch.decision());
            return;
        }
        noteIfCold(matched, dispatch.decision().primary());
        for (Leg leg : dispatch.decision().otherLegs()) {
            noteIfCold(matched, leg);
        }
    }

    private void noteIfCold(LongColumn matched, Leg leg) {
        Target target = leg.target();
        if (matched.get(target.slot()) == 0) {
            synchronized (writing) {
                coldRequests = Math.min(coldRequests + 1, UNKNOWN - 1);
                withRoomFor(target.slot()).set(target.slot(), new ColdUse(target.incarnation(), coldRequests));
            }
        }
    }

    private AtomicReferenceArray<@Nullable ColdUse> withRoomFor(int slot) {
        AtomicReferenceArray<@Nullable ColdUse> uses = lastUses;
        if (slot >= uses.length()) {
            AtomicReferenceArray<@Nullable ColdUse> wider =
                    new AtomicReferenceArray<>(Math.max(slot + 1, uses.length() * 2));
            for (int i = 0; i < uses.length(); i++) {
                wider.set(i, uses.get(i));
            }
            lastUses = wider;
            return wider;
        }
        return uses;
    }

    @Override
    public void joined(int slot, long incarnation, Endpoint endpoint) {
        forget(slot); // A dispatch may have been noted after its endpoint left.
    }

    @Override
    public void left(int slot, long incarnation, Endpoint endpoint) {
        forget(slot);
    }

    private void forget(int slot) {
        synchronized (writing) {
            if (slot < lastUses.length()) {
                lastUses.set(slot, null);
            }
        }
    }

    /**
     * The last cold request that an endpoint got.
     *
     * @param incarnation which life of the slot's endpoint got it
     * @param number counts cold requests from 1
     */
    private record ColdUse(long incarnation, long number) {}
}
