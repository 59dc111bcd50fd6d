// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import dev.pointsman.replay.stats.Quantile;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Says whether two runs of one trace can be told apart, or whether another hour of the same traffic might well have
 * turned the order round.
 *
 * <p>Neighbouring requests wait in the same queue, so that they are not independent, and the textbook error of the mean
 * is far too small. The trace is therefore cut into {@value Verdict#STRETCHES} consecutive stretches, and whole stretches are
 * drawn with replacement, {@value #RESAMPLES} times: the moving picture inside a stretch stays as it was. Both runs see
 * the same draws (the comparison is paired), and the draws come from a fixed seed, so that equal input gives an equal
 * answer. Two runs differ if the 95 % interval of their difference leaves out zero.
 *
 * <p>A resample is kept as how often each stretch was drawn. The mean then needs the sums of the stretches only, and a
 * high quantile is found by walking down the sorted times until enough weight has passed: no resample is ever built.
 *
 * <p>Reference: H. R. Künsch, The jackknife and the bootstrap for general stationary observations, Annals of Statistics
 * 17 (1989), in the form with non-overlapping blocks of E. Carlstein (1986).
 */
final class BlockBootstrap {
    static final int RESAMPLES = 400;
    private static final Quantile LOW = new Quantile(25);
    private static final Quantile HIGH = new Quantile(975);
    private static final long SEED = 0x506F696E74736D61L;

    private final int count;
    private final int stretches;
    private final int[][] weights;

    /** Draws the resamples for a trace of so many requests. */
    BlockBootstrap(int count) {
        this.count = count;
        this.stretches = Math.min(Verdict.STRETCHES, count);
        this.weights = new int[RESAMPLES][stretches];
        SplittableRandom random = new SplittableRandom(SEED);
        for (int[] weight : weights) {
            for (int i = 0; i < stretches; i++) {
                weight[random.nextInt(stretches)]++;
            }
        }
    }

    /** The mean TTFT under each resample, for times in order of arrival. */
    double[] means(long[] ttftMicros) {
        double[] sums = new double[stretches];
        int[] sizes = new int[stretches];
        for (int i = 0; i < count; i++) {
            int stretch = stretchOf(i);
            sums[stretch] += ttftMicros[i];
            sizes[stretch]++;
        }
        double[] means = new double[weights.length];
        for (int r = 0; r < means.length; r++) {
            double sum = 0;
            long size = 0;
            for (int s = 0; s < stretches; s++) {
                sum += weights[r][s] * sums[s];
                size += (long) weights[r][s] * sizes[s];
            }
            means[r] = sum / size;
        }
        return means;
    }

    /** A quantile of the TTFT under each resample, by nearest rank, for times in order of arrival. */
    double[] quantiles(long[] ttftMicros, Quantile q) {
        int[] slowestFirst = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingLong((Integer i) -> ttftMicros[i]).reversed())
                .mapToInt(Integer::intValue)
                .toArray();
        double[] quantiles = new double[weights.length];
        for (int r = 0; r < quantiles.length; r++) {
            long size = 0;
            for (int i = 0; i < stretches; i++) {
                size += (long) weights[r][i] * sizeOf(i);
            }
            long toPass = size - q.rank(size);
            long passed = 0;
            int at = 0;
            while (passed + weights[r][stretchOf(slowestFirst[at])] <= toPass) {
                passed += weights[r][stretchOf(slowestFirst[at])];
                at++;
            }
            quantiles[r] = ttftMicros[slowestFirst[at]];
        }
        return quantiles;
    }

    /** Whether the 95 % interval of the difference contains zero; both arrays come from this object. */
    static boolean tied(double[] one, double[] other) {
        double[] differences = new double[one.length];
        for (int r = 0; r < one.length; r++) {
            differences[r] = one[r] - other[r];
        }
        Arrays.sort(differences);
        double low = differences[(int) LOW.rank(differences.length) - 1];
        double high = differences[(int) HIGH.rank(differences.length) - 1];
        return low <= 0 && high >= 0;
    }

    /** How often a resample has a stretch. */
    int drawn(int resample, int stretch) {
        return weights[resample][stretch];
    }

    private int stretchOf(int request) {
        return (int) ((long) request * stretches / count);
    }

    private int sizeOf(int stretch) {
        return firstOf(stretch + 1) - firstOf(stretch);
    }

    private int firstOf(int stretch) {
        return (int) (((long) stretch * count + stretches - 1) / stretches);
    }
}
