// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.internal.builtin.Pool;
import dev.pointsman.core.internal.builtin.Times;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps short prompts apart from long ones, so that the short ones do not wait behind them: each of n candidates, in the order of their
 * ids, takes one of n buckets of prompt lengths, and the buckets are cut so that each brings the same work (SMG's {@code bucket}).
 *
 * <p>The candidate with rank r scores {@code 1 - |r - bucket| / (n - 1)}, so what comes after a prompt's own bucket is the next one.
 * Lengths and work are tokens of the prompt. Before there is a history, bucket i begins at {@code i * floor(maxLength / n)}. From
 * then on a prompt's bucket is the share of the work of late that came in shorter prompts, times n; the history is cut anew every
 * interval, and halves with every half-life.
 *
 * <p>Put a {@link LoadGateFilter} before it, {@linkplain LoadGateFilter#ratio by ratio} and {@linkplain LoadGateFilter#byTokens in
 * tokens}: it sends requests elsewhere while a bucket is overloaded, which SMG's policy does itself. Further departures: SMG counts
 * characters; its buckets begin one character later.
 *
 * <p>Thread-safe; scoring takes no lock but for the first time after endpoints came or went. O(candidates), and a bit for
 * each endpoint; allocates nothing. What is kept is of fixed size but for the ids of the endpoints, which are released when they
 * leave. An endpoint that it has not heard of has no score.
 */
public final class LengthBucketScorer implements Scorer, SchedulingObserver, FleetListener {
    static final int DEFAULT_MAX_LENGTH = 4096;
    static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(5);
    static final Duration DEFAULT_HALF_LIFE = Duration.ofMinutes(1);

    private static final int UNKNOWN = Integer.MAX_VALUE;

    private final int maxLength;
    private final LengthHistory history;
    private final Pool<Present> working = new Pool<>(Present::new);

    private final Object changing = new Object();
    private final Map<String, Integer> slots = new TreeMap<>(); // guarded by changing
    private volatile int @Nullable [] ranks;

    /** Cuts buckets every 5 seconds from a history whose half-life is a minute. */
    public LengthBucketScorer() {
        this(DEFAULT_MAX_LENGTH, DEFAULT_INTERVAL, DEFAULT_HALF_LIFE);
    }

    /**
     * Sets how buckets are cut.
     *
     * @param maxLength the longest prompt to expect before there is a history, in tokens; at least 1
     * @param interval the time between cuts; positive
     * @param halfLife after what time a request counts half; positive
     */
    public LengthBucketScorer(int maxLength, Duration interval, Duration halfLife) {
        if (maxLength < 1) {
            throw new IllegalArgumentException("maxLength: must be at least 1 token, but was " + maxLength
                    + ".\nMaybe leave it out; " + DEFAULT_MAX_LENGTH + " is used then.");
        }
        this.maxLength = maxLength;
        String hint = "Maybe leave it out; there is a default.";
        history = new LengthHistory(
                Times.positiveNanos("interval", interval, hint), Times.positiveNanos("halfLife", halfLife, hint));
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        int[] ranked = ranks();
        Present present = working.borrow();
        present.start(ranked.length);
        for (int i = 0; i < candidates.size(); i++) {
            int rank = rank(ranked, candidates.slot(i));
            if (rank != UNKNOWN) {
                present.add(rank);
            }
        }
        int known = present.count();
        int bucket = bucket(cycle.request().prompt().tokenCount(), known);
        for (int i = 0; i < candidates.size(); i++) {
            int rank = rank(ranked, candidates.slot(i));
            scores[i] = rank == UNKNOWN ? MISSING : score(present.below(rank), bucket, known);
        }
        working.giveBack(present);
    }

    private static int rank(int[] ranked, int slot) {
        return slot < ranked.length ? ranked[slot] : UNKNOWN;
    }

    private static double score(int rank, int bucket, int known) {
        return known == 1 ? 1 : 1 - (double) Math.abs(rank - bucket) / (known - 1);
    }

    private int bucket(int length, int buckets) {
        if (buckets < 2) {
            return 0;
        }
        double share = history.shareBelow(length);
        int bucket = Double.isNaN(share) ? length / Math.max(1, maxLength / buckets) : (int) (share * buckets);
        return Math.min(buckets - 1, bucket);
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        history.add(cycle.request().prompt().tokenCount(), cycle.now());
    }

    @Override
    public void joined(int slot, long incarnation, Endpoint endpoint) {
        synchronized (changing) {
            slots.put(endpoint.id(), slot);
            ranks = null;
        }
    }

    @Override
    public void left(int slot, long incarnation, Endpoint endpoint) {
        synchronized (changing) {
            slots.remove(endpoint.id(), slot);
            ranks = null;
        }
    }

    private int[] ranks() {
        int[] known = ranks;
        return known != null ? known : rank();
    }

    private int[] rank() {
        synchronized (changing) {
            int limit = 0;
            for (int slot : slots.values()) {
                limit = Math.max(limit, slot + 1);
            }
            int[] ranked = new int[limit];
            Arrays.fill(ranked, UNKNOWN);
            int rank = 0;
            for (int slot : slots.values()) {
                ranked[slot] = rank;
                rank++;
            }
            ranks = ranked;
            return ranked;
        }
    }

    /** Which ranks in the whole fleet the candidates have, and so their ranks among each other; not thread-safe. */
    private static final class Present {
        private long[] words = {};
        private int[] before = {};
        private int used;

        /** Forgets all ranks, and makes room for so many. */
        void start(int ranks) {
            used = (ranks + Long.SIZE - 1) / Long.SIZE;
            if (words.length < used) {
                words = new long[Math.max(used, 2 * words.length)];
                before = new int[words.length];
            } else {
                Arrays.fill(words, 0, used, 0);
            }
        }

        void add(int rank) {
            words[rank / Long.SIZE] |= 1L << rank;
        }

        /** Counts the ranks, of which none may be added from here on. */
        int count() {
            int count = 0;
            for (int i = 0; i < used; i++) {
                before[i] = count;
                count += Long.bitCount(words[i]);
            }
            return count;
        }

        /** Returns how many ranks are below one, after they were counted. */
        int below(int rank) {
            int word = rank / Long.SIZE;
            return before[word] + Long.bitCount(words[word] & ((1L << rank) - 1));
        }
    }
}
