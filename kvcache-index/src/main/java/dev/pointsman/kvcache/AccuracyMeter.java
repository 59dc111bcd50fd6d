// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Compares, for each endpoint, how many cached tokens were predicted for a request with how many its engine reports: the
 * one measure of whether an index can be trusted, whatever feeds it.
 *
 * <pre>{@code
 * meter.record(slot, matches.blocks(slot) * 16L, usage.cachedTokens(), 16);
 * Accuracy accuracy = meter.accuracy(slot);
 * }</pre>
 *
 * <p>Each endpoint has its means over all requests and over the recent ones, in which a request weighs less with each that
 * follows; so has the whole. An endpoint's numbers go with it; the whole keeps what it added.
 *
 * <p>Thread-safe: recording takes a lock of the endpoint's and one of the whole's, each for a dozen additions, and
 * allocates nothing but an endpoint's first 100 bytes or so. Memory goes with the highest slot.
 */
public final class AccuracyMeter {
    /** The weight of the latest request, unless another is asked for: half of the mean comes from the last 34 requests. */
    public static final double DEFAULT_RECENT_WEIGHT = 0.02;

    private final double recentWeight;
    private final Cell total = new Cell();

    /** By slot; a full array is replaced by a longer one, under the lock. */
    private volatile @Nullable Cell[] cells = new Cell[64];

    private final ReentrantLock growth = new ReentrantLock();

    /** Makes a meter with the default weight of the latest request. */
    public AccuracyMeter() {
        this(DEFAULT_RECENT_WEIGHT);
    }

    /**
     * Makes a meter.
     *
     * @param recentWeight the weight of the latest request in the recent means, above 0 and up to 1; those before it
     *     share the rest in the same way
     * @throws IllegalArgumentException if the weight is out of its range
     */
    public AccuracyMeter(double recentWeight) {
        if (!(recentWeight > 0 && recentWeight <= 1)) {
            throw new IllegalArgumentException("recentWeight: must be above 0 and at most 1, but was " + recentWeight
                    + ".\nMaybe use 1 / n, where n requests are to count most.");
        }
        this.recentWeight = recentWeight;
    }

    /**
     * Counts a request.
     *
     * @param slot the endpoint that served it, at least 0
     * @param predictedTokens how many tokens of its prompt were expected to be cached there, at least 0
     * @param reportedTokens how many the engine says were cached, at least 0
     * @param blockSize tokens in a block of the engine, at least 1; a prediction that is off by up to that counts as right
     * @throws IllegalArgumentException if a number is out of its range
     */
    public void record(int slot, long predictedTokens, long reportedTokens, int blockSize) {
        Slots.check(slot);
        if (predictedTokens < 0 || reportedTokens < 0 || blockSize < 1) {
            throw new IllegalArgumentException("slot " + slot + ": predicted " + predictedTokens + " and reported "
                    + reportedTokens + " cached tokens, in blocks of " + blockSize
                    + ".\nMaybe the engine did not report any number; then leave the request out.");
        }
        double error = (double) predictedTokens - reportedTokens;
        boolean close = Math.abs(error) <= blockSize;
        cell(slot).add(error, close, recentWeight);
        total.add(error, close, recentWeight);
    }

    /**
     * Returns how accurate predictions for an endpoint have been; {@link Accuracy#NONE} if none was counted.
     *
     * @param slot the endpoint, at least 0
     */
    public Accuracy accuracy(int slot) {
        Slots.check(slot);
        @Nullable Cell[] all = cells;
        Cell cell = slot < all.length ? all[slot] : null;
        return cell == null ? Accuracy.NONE : cell.read();
    }

    /** Returns how accurate predictions for all endpoints together have been, with those that were forgotten. */
    public Accuracy total() {
        return total.read();
    }

    /**
     * Forgets an endpoint; its slot may then be given to another.
     *
     * @param slot the endpoint, at least 0
     */
    public void forget(int slot) {
        Slots.check(slot);
        growth.lock();
        try {
            if (slot < cells.length) {
                @Nullable Cell[] without = cells.clone();
                without[slot] = null;
                cells = without;
            }
        } finally {
            growth.unlock();
        }
    }

    private Cell cell(int slot) {
        @Nullable Cell[] all = cells;
        Cell cell = slot < all.length ? all[slot] : null;
        return cell != null ? cell : newCell(slot);
    }

    private Cell newCell(int slot) {
        growth.lock();
        try {
            @Nullable Cell[] all = cells;
            Cell cell = slot < all.length ? all[slot] : null;
            if (cell == null) {
                cell = new Cell();
                @Nullable
                Cell[] more = Arrays.copyOf(all, slot < all.length ? all.length : Slots.roomFor(slot, all.length));
                more[slot] = cell;
                cells = more;
            }
            return cell;
        } finally {
            growth.unlock();
        }
    }

    /** One endpoint's sums. Its lock guards all of it. */
    private static final class Cell {
        private final ReentrantLock lock = new ReentrantLock();
        private long requests;
        private long close;
        private double errors;
        private double absoluteErrors;
        private double recentError;
        private double recentAbsoluteError;
        private double recentClose;

        void add(double error, boolean isClose, double recentWeight) {
            lock.lock();
            try {
                requests++;
                errors += error;
                absoluteErrors += Math.abs(error);
                close += isClose ? 1 : 0;
                // The first requests count the same, so that the mean does not lean on the very first.
                double weight = Math.max(recentWeight, 1.0 / requests);
                recentError += weight * (error - recentError);
                recentAbsoluteError += weight * (Math.abs(error) - recentAbsoluteError);
                recentClose += weight * ((isClose ? 1 : 0) - recentClose);
            } finally {
                lock.unlock();
            }
        }

        Accuracy read() {
            lock.lock();
            try {
                return requests == 0
                        ? Accuracy.NONE
                        : new Accuracy(
                                requests,
                                new Accuracy.Errors(
                                        absoluteErrors / requests, errors / requests, (double) close / requests),
                                new Accuracy.Errors(recentAbsoluteError, recentError, recentClose));
            } finally {
                lock.unlock();
            }
        }
    }
}
