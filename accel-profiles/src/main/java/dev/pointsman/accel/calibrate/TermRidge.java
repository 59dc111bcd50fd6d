// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.calibrate;

import dev.pointsman.accel.cost.Band;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * Learns the coefficients of one quantity, term by term, from samples of different regimes. Not thread-safe.
 *
 * <p>The first samples move all coefficients together, by a clamped and shrunk mean of log ratios: one sample says little about
 * twelve coefficients. From the third on, it is ridge regression on relative errors toward the coefficients so scaled, with none
 * below 0:
 *
 * <pre>{@code sum of w (t'x / y - 1)^2 / error^2  +  (x - s p)' S^-1 (x - s p),   S = together^2 s^2 p p' + diag((each * s p)^2)}</pre>
 *
 * <p>Each regime (batch, prompt length, KV use, prefix hit) keeps normal equations of its own, in which older samples fade with
 * each new one of the same regime. So a regime that is seldom seen is not forgotten because another is seen often, no sample is
 * stored, and memory is bounded by the number of regimes. All regimes fade slowly with every sample, for changes that nobody
 * announces.
 *
 * <p>Outliers: what is further from the prediction than 4 median absolute deviations of the last 16 samples counts as being just
 * there; of the first samples, what is further than a believable first one. A lasting change widens that deviation, and so is
 * learned after some ten samples.
 */
final class TermRidge {
    static final int RECENT = 64;
    private static final int LAST = 16;
    private static final int FEW = 8;
    private static final int SCALE_MEMORY = 32;
    private static final double CLIP = 4 * 1.4826;
    private static final double LEAST_DEVIATION = 0.02;
    private static final double FADE_IN_REGIME = 0.95;
    private static final double FADE = 0.999;
    static final int MOST_REGIMES = 256;
    private static final int SWEEPS = 100;
    private static final double CONVERGED = 1e-5;

    final double[] prior;
    final TreeMap<Integer, Regime> regimes = new TreeMap<>();
    final double[] recent = new double[RECENT];
    long samples;
    double meanLogRatio;
    double widen = 1;
    double[] coefficients;
    boolean stale;

    private final Band priorBand;
    private final Trust trust;

    /**
     * How far a deployment may be from its prior.
     *
     * @param firstAt from which sample on anything changes
     * @param error the relative error of a good prediction
     * @param together standard deviation of the common factor
     * @param each standard deviation of each coefficient by itself
     * @param half after how many samples a log ratio counts half
     * @param clamp the largest log ratio that is believed of first samples
     */
    record Trust(int firstAt, double error, double together, double each, double half, double clamp) {
        static final Trust TPOT = new Trust(1, 0.08, 0.5, 0.5, 0.5, Math.log(3));
        static final Trust TTFT = new Trust(3, 0.25, 0.7, 0.8, 1.5, Math.log(3));
    }

    /** The normal equations of one regime. */
    static final class Regime {
        final double[] products;
        final double[] sums;
        long last;

        Regime(int terms) {
            products = new double[terms * (terms + 1) / 2];
            sums = new double[terms];
        }
    }

    TermRidge(double[] prior, Band priorBand, Trust trust) {
        this.prior = prior.clone();
        this.priorBand = priorBand;
        this.trust = trust;
        this.coefficients = prior.clone();
    }

    /** Forgets everything, and says that the band is wider than it was, because something has changed. */
    void reset(double widenBand) {
        regimes.clear();
        samples = 0;
        meanLogRatio = 0;
        Arrays.fill(recent, 0);
        coefficients = prior.clone();
        stale = false;
        widen = widenBand;
    }

    double predict(double[] terms) {
        return dot(coefficients(), terms);
    }

    /** Learns one sample. Some hundred multiplications. */
    Learned observe(double[] terms, double seconds, int regime) {
        double expected = predict(terms);
        double error = Math.log(seconds / expected);
        double limit = samples < FEW ? trust.clamp() : CLIP * deviation();
        boolean outlier = Math.abs(error) > limit;
        double believed = outlier ? expected * Math.exp(Math.copySign(limit, error)) : seconds;
        recent[(int) (samples % RECENT)] = error;
        samples++;
        double logRatio = clamp(Math.log(believed / dot(prior, terms)), 2 * trust.clamp());
        meanLogRatio += (logRatio - meanLogRatio) / Math.min(samples, SCALE_MEMORY);
        add(terms, believed, regimeOf(regime));
        stale = true;
        return outlier ? Learned.CLIPPED : Learned.YES;
    }

    /** Returns the coefficients; finds them anew if there were samples since the last time, which takes some microseconds. */
    double[] coefficients() {
        if (stale) {
            solve();
            stale = false;
        }
        return coefficients;
    }

    /** Returns the band: that of the prior, moved toward what the last predictions missed by. */
    Band band() {
        double low = Math.log(priorBand.low()) * widen;
        double high = Math.log(priorBand.high()) * widen;
        int count = (int) Math.min(samples, RECENT);
        if (count >= FEW) {
            double[] sorted = Arrays.copyOf(recent, count);
            Arrays.sort(sorted);
            double share = count / (count + 20.0);
            low += share * (sorted[count / 10] - low);
            high += share * (sorted[count - 1 - count / 10] - high);
        }
        // The estimate lies within, wherever the last predictions missed.
        return new Band(Math.exp(Math.min(low, 0)), Math.exp(Math.max(high, 0)), priorBand.points());
    }

    private Regime regimeOf(int key) {
        Regime known = regimes.get(key);
        if (known != null) {
            return known;
        }
        if (regimes.size() >= MOST_REGIMES) {
            Integer oldest = null;
            long last = Long.MAX_VALUE;
            for (var entry : regimes.entrySet()) {
                if (entry.getValue().last < last) {
                    last = entry.getValue().last;
                    oldest = entry.getKey();
                }
            }
            regimes.remove(oldest);
        }
        Regime regime = new Regime(prior.length);
        regimes.put(key, regime);
        return regime;
    }

    private void add(double[] terms, double seconds, Regime regime) {
        double fade = FADE_IN_REGIME * Math.pow(FADE, (double) Math.max(0, samples - 1 - regime.last));
        int k = 0;
        for (int i = 0; i < terms.length; i++) {
            double row = terms[i] / seconds;
            regime.sums[i] = fade * regime.sums[i] + row;
            for (int j = 0; j <= i; j++) {
                regime.products[k] = fade * regime.products[k] + row * terms[j] / seconds;
                k++;
            }
        }
        regime.last = samples;
    }

    private double deviation() {
        int count = (int) Math.min(samples, LAST);
        double[] sorted = new double[count];
        for (int i = 0; i < count; i++) {
            sorted[i] = Math.abs(recent[(int) ((samples - 1 - i) % RECENT)]);
        }
        Arrays.sort(sorted);
        return count == 0 ? LEAST_DEVIATION : Math.max(LEAST_DEVIATION, sorted[count / 2]);
    }

    private void solve() {
        int n = prior.length;
        if (samples < trust.firstAt()) {
            coefficients = prior.clone();
            return;
        }
        double scale = Math.exp(clamp(meanLogRatio, trust.clamp()) * samples / (samples + trust.half()));
        double[] scaled = new double[n];
        for (int i = 0; i < n; i++) {
            scaled[i] = scale * prior[i];
        }
        if (samples < 3) {
            coefficients = scaled;
            return;
        }
        double[][] q = pull(scaled);
        double[] c = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                c[i] += q[i][j] * scaled[j];
            }
        }
        addRegimes(q, c);
        // From where the last samples left it, it is never far.
        coefficients = nonNegative(q, c, samples == 3 ? scaled : coefficients);
    }

    private void addRegimes(double[][] q, double[] c) {
        double precision = 1 / (trust.error() * trust.error());
        for (Regime regime : regimes.values()) {
            double weight = precision * Math.pow(FADE, (double) (samples - regime.last));
            int k = 0;
            for (int i = 0; i < c.length; i++) {
                c[i] += weight * regime.sums[i];
                for (int j = 0; j < i; j++) {
                    q[i][j] += weight * regime.products[k];
                    q[j][i] += weight * regime.products[k];
                    k++;
                }
                q[i][i] += weight * regime.products[k];
                k++;
            }
        }
    }

    /** Returns the inverse of S, by the formula of Sherman and Morrison. */
    private double[][] pull(double[] scaled) {
        int n = scaled.length;
        double[] inverse = new double[n];
        double sum = 0;
        double mean = Arrays.stream(scaled).average().orElse(1);
        for (int i = 0; i < n; i++) {
            double deviation = Math.max(scaled[i], 0.1 * mean) * trust.each();
            inverse[i] = 1 / (deviation * deviation);
            sum += scaled[i] * scaled[i] * inverse[i];
        }
        double together = trust.together() * trust.together();
        double shared = together / (1 + together * sum);
        double[][] pull = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                pull[i][j] = -shared * inverse[i] * scaled[i] * inverse[j] * scaled[j];
            }
            pull[i][i] += inverse[i];
        }
        return pull;
    }

    /** Minimizes x'Qx / 2 - c'x over x >= 0, one coordinate after another; Q is positive definite, so this converges. */
    private static double[] nonNegative(double[][] q, double[] c, double[] start) {
        double[] x = start.clone();
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            double moved = 0;
            for (int i = 0; i < x.length; i++) {
                double gradient = dot(q[i], x) - c[i];
                double next = Math.max(0, x[i] - gradient / q[i][i]);
                moved = Math.max(moved, Math.abs(next - x[i]));
                x[i] = next;
            }
            if (moved < CONVERGED) {
                break;
            }
        }
        return x;
    }

    private static double clamp(double value, double most) {
        return Math.max(-most, Math.min(most, value));
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
