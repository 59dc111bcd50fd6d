// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import dev.pointsman.kvcache.PrefixIndex;
import dev.pointsman.kvcache.PrefixMatches;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;

/**
 * The one thread that looks prompts up. It copies a prompt's hashes into its own array first, outside of what is timed: whoever
 * asks has just made them.
 */
final class QueryThread {
    private static final long HOUR = 3_600_000_000_000L;

    private final IndexCorpus corpus;
    private final PrefixIndex index;
    private final PrefixMatches matches = new PrefixMatches();
    private final SplittableRandom random = new SplittableRandom(1);
    private final long[] prompt;

    /** From the call of a lookup to its return. */
    final Histogram service = new Histogram(HOUR, 3);

    /** From a lookup's deadline to its return: what a queue before a slow lookup adds is in it. */
    final Histogram response = new Histogram(HOUR, 3);

    private long lookups;
    private long blocks;
    private long matched;

    QueryThread(IndexCorpus corpus, PrefixIndex index) {
        this.corpus = corpus;
        this.index = index;
        int longest = 0;
        for (int i = 0; i < corpus.queries(); i++) {
            longest = Math.max(longest, corpus.length(corpus.query(i)));
        }
        prompt = new long[longest];
    }

    /** Looks up all prompts in order, as fast as it goes. */
    void lookUpAll() {
        for (int i = 0; i < corpus.queries(); i++) {
            int count = load(i);
            index.match(prompt, count, matches);
            matched += matches.longest();
        }
        lookups = corpus.queries();
        blocks = corpus.totals().queryBlocks();
    }

    /**
     * Looks up recent prompts until a time has passed.
     *
     * @param start when to begin, by {@link System#nanoTime}
     * @param nanos how long
     * @param perSecond lookups a second at deadlines that do not wait for late ones (open loop); 0 for as fast as it goes
     * @param passed how many prompts have arrived, at least 1
     * @param window among how many of the latest prompts to choose at random
     */
    void lookUpRecent(long start, long nanos, double perSecond, AtomicInteger passed, int window) {
        lookups = 0;
        blocks = 0;
        double nanosPerLookup = perSecond == 0 ? 0 : 1e9 / perSecond;
        while (true) {
            int known = passed.getAcquire();
            int count = load(known - 1 - random.nextInt(Math.min(known, window)));
            long deadline = start + (long) (lookups * nanosPerLookup);
            long begin = System.nanoTime();
            while (begin < deadline) {
                Thread.onSpinWait();
                begin = System.nanoTime();
            }
            index.match(prompt, count, matches);
            long end = System.nanoTime();
            service.recordValue(Math.min(HOUR, end - begin));
            if (perSecond != 0) {
                response.recordValue(Math.min(HOUR, end - deadline));
            }
            matched += matches.longest();
            blocks += count;
            lookups++;
            if (end - start >= nanos) {
                return;
            }
        }
    }

    private int load(int query) {
        int operation = corpus.query(query);
        int count = corpus.length(operation);
        System.arraycopy(corpus.hashes, corpus.start(operation), prompt, 0, count);
        return count;
    }

    /** Returns how many lookups there were. */
    long lookups() {
        return lookups;
    }

    /** Returns the blocks of all prompts looked up. */
    long blocks() {
        return blocks;
    }

    /** Returns the longest matches of all lookups, summed. */
    long matched() {
        return matched;
    }
}
