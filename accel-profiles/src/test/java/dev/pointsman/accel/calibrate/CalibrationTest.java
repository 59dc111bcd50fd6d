// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.cost.Deployments;
import dev.pointsman.accel.cost.Prediction;
import dev.pointsman.accel.cost.Predictor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CalibrationTest {
    private final Predictor prior = Deployments.predictor("llama-3.1-70b", "h100-sxm", 4, DType.FP8);
    private final Calibration calibration = new Calibration(prior);

    @Test
    void withoutSamples_nothingChanges() {
        assertThat(calibration.predictor()).isSameAs(prior);
    }

    @Test
    void oneTpot_movesMostOfTheWay_andNoFurther() {
        calibration.observe(decode(32, 2000, 1.5));

        double ratio = step(calibration.predictor(), 32, 2000) / step(prior, 32, 2000);
        assertThat(ratio).isBetween(1.2, 1.5);
        assertThat(calibration.predictor().decodeBasis().observations()).isEqualTo(1);
        assertThat(calibration.predictor().decodeBasis().toString()).endsWith("and 1 observations");
    }

    @Test
    void anAbsurdFirstTpot_isClamped() {
        calibration.observe(decode(32, 2000, 1000));

        assertThat(step(calibration.predictor(), 32, 2000) / step(prior, 32, 2000))
                .isLessThan(3);
    }

    @Test
    void oneSampleMuchTooFast_amongTheFirst_doesNotOutweighTheOthers() {
        for (int i = 0; i < 4; i++) {
            calibration.observe(decode(16 + i, 2000, 1));
        }

        assertThat(calibration.observe(decode(20, 2000, 1e-150))).isEqualTo(Learned.CLIPPED);
        for (int i = 0; i < 4; i++) {
            calibration.observe(decode(16 + i, 2000, 1));
        }

        assertThat(step(calibration.predictor(), 18, 2000) / step(prior, 18, 2000))
                .isBetween(0.6, 1.0);
    }

    @Test
    void band_alwaysHoldsItsEstimate() {
        for (int i = 0; i < 200; i++) {
            calibration.observe(decode(16, 2000, 1 + i * 0.02));
        }

        Prediction drifted = calibration.predictor().decodeStep(16, 16 * 2000);
        assertThat(drifted.estimate()).isBetween(drifted.p10(), drifted.p90());
    }

    @Test
    void firstTokens_changeNothingBeforeTheThird() {
        calibration.observe(firstToken(4000, 0, 2));
        calibration.observe(firstToken(2000, 0, 2));
        assertThat(prefill(calibration.predictor(), 4000)).isEqualTo(prefill(prior, 4000));

        calibration.observe(firstToken(1000, 0, 2));
        assertThat(prefill(calibration.predictor(), 4000) / prefill(prior, 4000))
                .isBetween(1.2, 2.0);
    }

    @Test
    void aDeploymentThatDiffersInParts_isLearned_overRegimesNotSeenTogether() {
        Random random = new Random(7);
        for (int i = 0; i < 40; i++) {
            int batch = 1 << random.nextInt(9);
            int context = 500 + random.nextInt(8000);
            calibration.observe(
                    new DecodeSample(batch, (double) batch * context, 0, 0, other(batch, context), Conditions.USUAL));
        }

        for (int batch : new int[] {3, 24, 200}) {
            for (int context : new int[] {1000, 6000}) {
                double expected = other(batch, context);
                assertThat(step(calibration.predictor(), batch, context)).isCloseTo(expected, within(0.05 * expected));
            }
        }
    }

    @Test
    void oneOutlier_amongGoodSamples_hardlyMatters() {
        for (int i = 0; i < 20; i++) {
            calibration.observe(decode(16 + i, 2000, 1.3 + 0.01 * (i % 3)));
        }
        double before = step(calibration.predictor(), 20, 2000);

        assertThat(calibration.observe(decode(20, 2000, 30))).isEqualTo(Learned.CLIPPED);

        assertThat(step(calibration.predictor(), 20, 2000)).isCloseTo(before, within(0.05 * before));
    }

    @Test
    void aLastingChange_isLearnedDespiteClipping() {
        for (int i = 0; i < 30; i++) {
            calibration.observe(decode(16, 2000, 1));
        }
        for (int i = 0; i < 60; i++) {
            calibration.observe(decode(16, 2000, 2));
        }

        assertThat(step(calibration.predictor(), 16, 2000) / step(prior, 16, 2000))
                .isCloseTo(2, within(0.2));
    }

    @Test
    void aRareRegime_isNotForgottenBehindAFrequentOne() {
        for (int i = 0; i < 10; i++) {
            calibration.observe(decode(512, 4000, 2));
        }
        for (int i = 0; i < 300; i++) {
            calibration.observe(decode(1, 500, 1));
        }

        assertThat(step(calibration.predictor(), 512, 4000) / step(prior, 512, 4000))
                .isGreaterThan(1.6);
        assertThat(step(calibration.predictor(), 1, 500) / step(prior, 1, 500)).isCloseTo(1, within(0.1));
    }

    @Test
    void bands_narrowWhenTheDeploymentIsSteady() {
        double before = calibration.predictor().decodeStep(16, 32_000).p90()
                / calibration.predictor().decodeStep(16, 32_000).p10();
        for (int i = 0; i < 64; i++) {
            calibration.observe(decode(16, 2000, 1.4));
        }

        double after = calibration.predictor().decodeStep(16, 32_000).p90()
                / calibration.predictor().decodeStep(16, 32_000).p10();
        assertThat(after).isLessThan(before);
    }

    @Test
    void underOverflowPreemptionAndSpeculation_nothingIsLearned() {
        List<Conditions> conditions =
                List.of(Conditions.kvUsage(0.97), new Conditions(0.5, true, false), new Conditions(0.5, false, true));
        for (Conditions each : conditions) {
            assertThat(calibration.observe(new DecodeSample(16, 32_000, 0, 0, 1, each)))
                    .isEqualTo(Learned.NO);
            assertThat(calibration.observe(new FirstTokenSample(1000, 0, 0, 9, 0, 0, 0, each)))
                    .isEqualTo(Learned.NO);
        }

        assertThat(step(calibration.predictor(), 16, 2000)).isEqualTo(step(prior, 16, 2000));
        assertThat(calibration.ignoredSamples()).isEqualTo(6);
        assertThat(calibration.decodeSamples()).isZero();
    }

    @Test
    void queueAndTransfer_teachNothingAboutPrefill() {
        Calibration waited = new Calibration(prior);
        for (int i = 1; i <= 5; i++) {
            calibration.observe(firstToken(1000L * i, 0, 1.5));
            double seconds = 1.5 * prefill(prior, 1000 * i);
            waited.observe(new FirstTokenSample(1000L * i, 0, 30, seconds, 5, 0, 0, Conditions.USUAL));
        }

        assertThat(prefill(waited.predictor(), 3000)).isEqualTo(prefill(calibration.predictor(), 3000));
    }

    @Test
    void whatIsNoTime_isRefused_andNothingChanges() {
        calibration.observe(decode(16, 2000, 1.2));
        String before = calibration.save();

        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 0, -1}) {
            assertThatThrownBy(() -> calibration.observe(new DecodeSample(16, 32_000, 0, 0, bad, Conditions.USUAL)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("seconds: must be finite and above 0, but was " + bad);
            assertThatThrownBy(() -> calibration.observe(FirstTokenSample.idle(100, 0, bad)))
                    .hasMessageContaining("prefillSeconds");
        }
        assertThatThrownBy(() -> new DecodeSample(Double.NaN, 1, 0, 0, 1, Conditions.USUAL))
                .hasMessageContaining("batch");
        assertThatThrownBy(() -> Conditions.kvUsage(97)).hasMessageContaining("Maybe it is a percentage");
        assertThat(calibration.save()).isEqualTo(before);
    }

    @Test
    void afterAReset_thePriorIsBack_withAWiderBand() {
        for (int i = 0; i < 30; i++) {
            calibration.observe(decode(16, 2000, 2));
        }
        Deployment updated = Deployments.of("llama-3.1-70b", "h100-sxm", 4, DType.FP8)
                .release("2027-Q1")
                .build();

        calibration.reset(CostModel.shipped().predictor(updated));

        assertThat(step(calibration.predictor(), 16, 2000)).isEqualTo(step(prior, 16, 2000));
        assertThat(calibration.predictor().decodeStep(16, 32_000).p90())
                .isGreaterThan(prior.decodeStep(16, 32_000).p90());
        assertThat(calibration.decodeSamples()).isZero();
        assertThatThrownBy(() -> calibration.reset(Deployments.predictor("llama-3.1-8b", "h100-sxm", 1, DType.BF16)))
                .hasMessageContaining("must be the same model on the same chips");
    }

    @Test
    void savedState_goesOnExactly() {
        for (int i = 0; i < 25; i++) {
            calibration.observe(decode(1 + 7 * i, 1000 + 100 * i, 1.1 + 0.01 * i));
            calibration.observe(firstToken(100 + 200 * i, 50 * i, 1.4));
        }
        Calibration loaded = Calibration.load(prior, calibration.save());
        assertThat(loaded.save()).isEqualTo(calibration.save());

        calibration.observe(decode(40, 4000, 1.6));
        loaded.observe(decode(40, 4000, 1.6));

        assertThat(loaded.save()).isEqualTo(calibration.save());
        assertThat(step(loaded.predictor(), 40, 4000)).isCloseTo(step(calibration.predictor(), 40, 4000), within(1e-9));
    }

    @Test
    void foreignOrBrokenState_isRefused() {
        calibration.observe(decode(16, 2000, 1.2));
        String saved = calibration.save();
        Predictor another = Deployments.predictor("llama-3.1-8b", "h100-sxm", 1, DType.BF16);
        Deployment same = prior.deployment();
        Predictor split = CostModel.shipped()
                .predictor(Deployment.of(same.model(), same.accelerator())
                        .weights(same.weights())
                        .kvCache(DType.FP8)
                        .build());

        assertThatThrownBy(() -> Calibration.load(another, saved))
                .hasMessageContaining("calibration state: must be of llama-3.1-8b on 1 x h100-sxm");
        assertThatThrownBy(() -> Calibration.load(split, saved)).hasMessageContaining("KV in fp8");
        assertThatThrownBy(() -> Calibration.load(prior, saved.substring(0, 50)))
                .hasMessageContaining("is not JSON");
        assertThatThrownBy(() -> Calibration.load(prior, "{}")).hasMessageContaining("must be of version 1");
        assertThatThrownBy(() -> Calibration.load(prior, saved.replace("\"samples\":1", "\"samples\":-1")))
                .hasMessageContaining("decode.samples: must be a whole number of at least 0");
    }

    private DecodeSample decode(int batch, int context, double factor) {
        return new DecodeSample(
                batch, (double) batch * context, 0, 0, factor * step(prior, batch, context), Conditions.USUAL);
    }

    private FirstTokenSample firstToken(long tokens, long cached, double factor) {
        return FirstTokenSample.idle(
                tokens, cached, factor * prior.prefill(tokens, cached).estimate());
    }

    /** A deployment that reads weights as predicted, caches at half the speed, and has 3 ms more to do each step. */
    private double other(int batch, int context) {
        return step(prior, batch, context) + (step(prior, batch, context) - step(prior, batch, 0)) + 3e-3;
    }

    private static double step(Predictor predictor, int batch, int context) {
        return predictor.decodeStep(batch, (long) batch * context).estimate();
    }

    private static double prefill(Predictor predictor, int tokens) {
        return predictor.prefill(tokens, 0).estimate();
    }
}
