// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.calibrate;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.cost.Basis;
import dev.pointsman.accel.cost.ClosedLoop;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.cost.Predictor;
import dev.pointsman.accel.cost.Scaled;
import dev.pointsman.accel.cost.Terms;
import java.util.OptionalDouble;

/**
 * Learns how one deployment differs from what public measurements say of its like. Thread-safe: methods take turns, each for a
 * few microseconds, and there is no thread behind them.
 *
 * <p>Start from a {@link Predictor}; hand in what is observed; use {@link #predictor()} instead of the first one. TPOT moves with
 * the first sample, the first token only with the third, because one such time can be far off. After ten samples each, both are
 * usually closer than any model that has not seen the deployment. When the engine is replaced, call {@link #reset}: what was
 * learned is about the old one.
 *
 * <p>One calibration is for one deployment: model, chip, parallelism, data types, engine and its version. Endpoints that are
 * alike in all of these may share one.
 */
public final class Calibration {
    private static final double WIDER_AFTER_RESET = 1.5;

    private final Terms terms;
    private Predictor prior;
    private TermRidge decode;
    private TermRidge firstToken;
    private long ignored;
    private Predictor current;
    private boolean stale;

    /** Starts from a prediction. */
    public Calibration(Predictor prior) {
        this.prior = requireNonNull(prior, "prior");
        this.terms = new Terms(prior.deployment());
        this.decode = ridge(prior.decoding(), TermRidge.Trust.TPOT);
        this.firstToken = ridge(prior.reading(), TermRidge.Trust.TTFT);
        this.current = prior;
    }

    /** Learns a TPOT. */
    public synchronized Learned observe(DecodeSample sample) {
        if (!sample.conditions().teach()) {
            ignored++;
            return Learned.NO;
        }
        double mean = sample.contextTokens() / sample.batch();
        int regime = regime(
                log2(sample.batch()), log2(mean), tenth(sample.conditions().kvUsage()), 0);
        stale = true;
        return decode.observe(
                terms.decode(sample.batch(), mean, sample.promptsPerToken(), sample.promptTokens()),
                sample.seconds(),
                regime);
    }

    /** Learns a time to the first token. */
    public synchronized Learned observe(FirstTokenSample sample) {
        if (!sample.conditions().teach()) {
            ignored++;
            return Learned.NO;
        }
        double step = 0;
        if (sample.runningBatch() > 0) {
            double mean = (double) sample.runningContextTokens() / sample.runningBatch();
            step = decode.predict(terms.decode(sample.runningBatch(), mean, 0, 0));
        }
        double hit = (double) sample.cachedTokens() / (sample.cachedTokens() + sample.newTokens());
        int regime = regime(
                log2(sample.runningBatch() + 1.0),
                log2((double) sample.newTokens()),
                tenth(sample.conditions().kvUsage()),
                (int) (4 * hit));
        stale = true;
        return firstToken.observe(
                terms.firstToken(sample.newTokens(), sample.cachedTokens(), step), sample.prefillSeconds(), regime);
    }

    /**
     * Learns a point of a benchmark, whose TTFT has a queue in it.
     *
     * @param load the load of the benchmark
     * @param tpotSeconds the TPOT; finite and above 0, or empty
     * @param ttftSeconds the TTFT; finite and above 0, or empty
     */
    public synchronized void observe(ClosedLoop load, OptionalDouble tpotSeconds, OptionalDouble ttftSeconds) {
        tpotSeconds.ifPresent(seconds -> Samples.time("tpotSeconds", seconds));
        ttftSeconds.ifPresent(seconds -> Samples.time("ttftSeconds", seconds));
        int regime = regime(log2((double) load.concurrency()), log2((double) load.promptTokens()), 0, 0);
        tpotSeconds.ifPresent(seconds -> decode.observe(terms.decode(load), seconds, regime));
        ttftSeconds.ifPresent(seconds -> {
            double tpot = decode.predict(terms.decode(load));
            firstToken.observe(terms.firstToken(load, tpot), seconds, regime);
        });
        stale = true;
    }

    /**
     * Returns a predictor with all that was learned. Made anew after observations, which takes some ten microseconds, else the
     * same as before; so a scheduler asks once in a while rather than for each request.
     */
    public synchronized Predictor predictor() {
        if (stale) {
            current = prior.with(
                    learned(decode, prior.decoding().basis()),
                    learned(firstToken, prior.reading().basis()));
            stale = false;
        }
        return current;
    }

    /**
     * Forgets what was learned, because the engine or its version has changed. Bands are wider than before until the new one is
     * known.
     *
     * @param changed predicts the deployment as it is now: the same model, chips and parallelism
     * @throws IllegalArgumentException if it is another deployment
     */
    public synchronized void reset(Predictor changed) {
        boolean same = changed.deployment().model().equals(prior.deployment().model())
                && changed.deployment().accelerator().equals(prior.deployment().accelerator())
                && changed.deployment().parallelism().equals(prior.deployment().parallelism())
                && changed.deployment().weights() == prior.deployment().weights()
                && changed.deployment().kvCache() == prior.deployment().kvCache();
        if (!same) {
            throw new IllegalArgumentException(
                    "changed: must be the same model on the same chips as " + prior.deployment() + ", but was "
                            + changed.deployment() + ".\nMaybe start a new calibration for it.");
        }
        prior = changed;
        decode = ridge(changed.decoding(), TermRidge.Trust.TPOT);
        firstToken = ridge(changed.reading(), TermRidge.Trust.TTFT);
        decode.reset(WIDER_AFTER_RESET);
        firstToken.reset(WIDER_AFTER_RESET);
        ignored = 0;
        stale = true;
    }

    /** Returns how many TPOTs were learned. */
    public synchronized long decodeSamples() {
        return decode.samples;
    }

    /** Returns how many times to the first token were learned. */
    public synchronized long firstTokenSamples() {
        return firstToken.samples;
    }

    /** Returns how many observations did not count because of their conditions. */
    public synchronized long ignoredSamples() {
        return ignored;
    }

    /** Returns what was learned, as JSON, to be kept over a restart. Some kilobytes. */
    public synchronized String save() {
        return CalibrationJson.write(identity(prior), ignored, decode, firstToken);
    }

    /**
     * Goes on from what was saved.
     *
     * @param prior the predictor that the saved calibration started from
     * @param saved what {@link #save} returned
     * @throws IllegalArgumentException if it is no such state, or that of another deployment or other coefficients
     */
    public static Calibration load(Predictor prior, String saved) {
        Calibration calibration = new Calibration(prior);
        calibration.ignored = CalibrationJson.read(saved, identity(prior), calibration.decode, calibration.firstToken);
        calibration.stale = true;
        return calibration;
    }

    /** Says what was measured: what a deployment is called, and what else its times depend on. */
    private static String identity(Predictor prior) {
        Deployment deployment = prior.deployment();
        return deployment + ", " + deployment.parallelism() + ", KV in " + deployment.kvCache();
    }

    private static TermRidge ridge(Scaled prior, TermRidge.Trust trust) {
        return new TermRidge(prior.toArray(), prior.band(), trust);
    }

    private static Scaled learned(TermRidge ridge, Basis basis) {
        return Scaled.of(
                ridge.coefficients(),
                ridge.band(),
                new Basis(basis.level(), basis.group(), basis.points(), ridge.samples));
    }

    private static int regime(int batch, int tokens, int kvUsage, int prefixHit) {
        return ((batch * 64 + tokens) * 16 + kvUsage) * 8 + prefixHit;
    }

    private static int log2(double value) {
        return Math.max(0, Math.getExponent(value));
    }

    private static int tenth(double share) {
        return (int) (10 * share);
    }
}
