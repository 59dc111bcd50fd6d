// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;

/**
 * The one thread that applies events: at full speed, or each at its deadline, which leaves the deadlines of the others as
 * they were when one is late (open loop).
 */
final class EventThread {
    private static final long HOUR = 3_600_000_000_000L;

    private final IndexCorpus corpus;
    private final EventReplay replay;

    /** The queries that lie before what is being applied; other threads read it. */
    private final AtomicInteger passed;

    private int next;
    private long applied;

    /** From an event's deadline to its being visible. */
    final Histogram lag = new Histogram(HOUR, 3);

    EventThread(IndexCorpus corpus, EventReplay replay, AtomicInteger passed) {
        this.corpus = corpus;
        this.replay = replay;
        this.passed = passed;
    }

    /** Returns how many blocks were stored or removed since the last call of a method that applies. */
    long applied() {
        return applied;
    }

    /** Applies what comes before an operation, as fast as it goes. */
    void applyUntil(int end) {
        applied = 0;
        int queries = passed.getPlain();
        for (; next < end; next++) {
            if (corpus.kind(next) == IndexCorpus.QUERY) {
                passed.setRelease(++queries);
            } else {
                applied += replay.apply(next);
            }
        }
    }

    /**
     * Applies at a steady rate until a time has passed or nothing is left. The deadline of an event is that of its first
     * block.
     *
     * @param start when to begin, by {@link System#nanoTime}
     * @param nanos how long, at least 1
     * @param blocksPerSecond the rate, above 0
     */
    void applyAtRate(long start, long nanos, double blocksPerSecond) {
        applied = 0;
        int queries = passed.getPlain();
        double nanosPerBlock = 1e9 / blocksPerSecond;
        int end = corpus.operations();
        for (; next < end; next++) {
            if (corpus.kind(next) == IndexCorpus.QUERY) {
                passed.setRelease(++queries);
                continue;
            }
            long deadline = start + (long) (applied * nanosPerBlock);
            if (deadline - start >= nanos) {
                return;
            }
            while (System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            applied += replay.apply(next);
            lag.recordValue(Math.min(HOUR, System.nanoTime() - deadline));
        }
    }
}
