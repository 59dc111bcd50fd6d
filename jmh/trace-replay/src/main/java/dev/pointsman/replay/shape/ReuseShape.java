// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.shape;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.cache.LongIntTable;
import dev.pointsman.replay.stats.LongSamples;
import dev.pointsman.replay.stats.QuantileSummary;
import dev.pointsman.replay.trace.TraceRequest;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * How much of a trace's prompts could be reused, seen through one cache that never evicts. Immutable.
 *
 * <p>Four definitions of "hit rate" are in use, and they differ: by blocks, by tokens, by full blocks only, and as the
 * mean of each request's own rate. All four are here, by name.
 *
 * @param totalBlocks blocks asked for
 * @param uniqueBlocks different blocks
 * @param blocksUsedOnce different blocks that only one request uses
 * @param hitBlocks blocks found: the sum of the leading runs that an earlier request had brought in
 * @param totalTokens input tokens
 * @param hitTokens tokens found: the sum of {@code min(block size * run, input tokens)}
 * @param fullBlocks full blocks asked for, partial last ones left out
 * @param fullHitBlocks full blocks found, in a cache that holds full blocks only
 * @param meanRequestRatio mean over requests of each one's blocks found over its blocks
 * @param requestsWithoutHit requests that found nothing
 * @param requestsWithOneBlock requests that found one block
 * @param requestsWithMore requests that found two blocks or more
 * @param requestsFullyFound requests that found all their blocks
 * @param matchedRun leading blocks that each request found
 * @param reuseGapNanos time from each use of a block to its next, in nanoseconds. The first block of a prompt does not
 *     count: in a trace with one system prompt, its gaps would drown all others
 */
public record ReuseShape(
        long totalBlocks,
        long uniqueBlocks,
        long blocksUsedOnce,
        long hitBlocks,
        long totalTokens,
        long hitTokens,
        long fullBlocks,
        long fullHitBlocks,
        double meanRequestRatio,
        long requestsWithoutHit,
        long requestsWithOneBlock,
        long requestsWithMore,
        long requestsFullyFound,
        QuantileSummary matchedRun,
        QuantileSummary reuseGapNanos) {
    public ReuseShape {
        requireNonNull(matchedRun, "matchedRun");
        requireNonNull(reuseGapNanos, "reuseGapNanos");
    }

    /** Returns {@code hitBlocks / totalBlocks}. */
    public double blockHitRatio() {
        return (double) hitBlocks / totalBlocks;
    }

    /** Returns {@code hitTokens / totalTokens}. */
    public double tokenHitRatio() {
        return (double) hitTokens / totalTokens;
    }

    /** Returns {@code fullHitBlocks / fullBlocks}, or 0 if there are no full blocks. */
    public double fullBlockHitRatio() {
        return fullBlocks == 0 ? 0 : (double) fullHitBlocks / fullBlocks;
    }

    /** Collects requests. A block is numbered when it is first seen; its columns are arrays. Not thread-safe. */
    static final class Recorder {
        private final int blockTokens;
        private final LongIntTable numbers = new LongIntTable();
        private final BitSet usedAgain = new BitSet();
        private final BitSet seenFull = new BitSet();
        private final LongSamples runs = new LongSamples();
        private final LongSamples gaps = new LongSamples();
        private long[] lastUse = new long[1024];
        private long requests;
        private long totalBlocks;
        private long hitBlocks;
        private long totalTokens;
        private long hitTokens;
        private long fullBlocks;
        private long fullHitBlocks;
        private double ratios;
        private long withoutHit;
        private long withOneBlock;
        private long fullyFound;

        Recorder(int blockTokens) {
            this.blockTokens = blockTokens;
        }

        void add(TraceRequest request) {
            long[] blocks = request.blocks();
            int run = 0;
            while (run < blocks.length && numbers.get(blocks[run]) != LongIntTable.ABSENT) {
                run++;
            }
            count(request, run);
            int full = Math.min(blocks.length, request.inputTokens() / blockTokens);
            fullBlocks += full;
            for (int i = 0; i < full && isSeenFull(blocks[i]); i++) {
                fullHitBlocks++;
            }
            for (int i = 0; i < blocks.length; i++) {
                use(blocks[i], i, i < full, request.arrivalNanos());
            }
        }

        @Nullable
        ReuseShape finish() {
            if (totalBlocks == 0) {
                return null;
            }
            return new ReuseShape(
                    totalBlocks,
                    numbers.size(),
                    numbers.size() - usedAgain.cardinality(),
                    hitBlocks,
                    totalTokens,
                    hitTokens,
                    fullBlocks,
                    fullHitBlocks,
                    ratios / requests,
                    withoutHit,
                    withOneBlock,
                    requests - withoutHit - withOneBlock,
                    fullyFound,
                    runs.summarize(),
                    gaps.summarize());
        }

        private void count(TraceRequest request, int run) {
            int length = request.blocks().length;
            requests++;
            totalBlocks += length;
            hitBlocks += run;
            totalTokens += request.inputTokens();
            hitTokens += Math.min((long) run * blockTokens, request.inputTokens());
            ratios += length == 0 ? 0 : (double) run / length;
            withoutHit += run == 0 ? 1 : 0;
            withOneBlock += run == 1 ? 1 : 0;
            fullyFound += length > 0 && run == length ? 1 : 0;
            runs.add(run);
        }

        private boolean isSeenFull(long block) {
            int number = numbers.get(block);
            return number != LongIntTable.ABSENT && seenFull.get(number);
        }

        private void use(long block, int position, boolean full, long now) {
            int number = numbers.get(block);
            if (number == LongIntTable.ABSENT) {
                number = numbers.size();
                numbers.put(block, number);
                if (number == lastUse.length) {
                    lastUse = Arrays.copyOf(lastUse, number * 2);
                }
            } else {
                usedAgain.set(number);
                if (position > 0) {
                    gaps.add(now - lastUse[number]);
                }
            }
            lastUse[number] = now;
            if (full) {
                seenFull.set(number);
            }
        }
    }
}
