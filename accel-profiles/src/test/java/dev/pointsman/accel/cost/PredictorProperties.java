// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.catalog.LinkKind;
import dev.pointsman.accel.model.Model;
import dev.pointsman.accel.model.ModelCatalog;
import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

final class PredictorProperties {
    private static final double ROUNDING = 1 + 1e-12;

    @Property(tries = 400)
    void morePromptTokens_areNeverFaster(
            @ForAll("deployments") Deployment deployment,
            @ForAll @IntRange(max = 60_000) int tokens,
            @ForAll @IntRange(max = 20_000) int more,
            @ForAll @IntRange(max = 60_000) int cached) {
        Predictor predictor = CostModel.shipped().predictor(deployment);

        assertNoFaster(predictor.prefill(tokens + more, cached), predictor.prefill(tokens, cached));
        assertNoFaster(predictor.interference(tokens + more, cached), predictor.interference(tokens, cached));
    }

    @Property(tries = 400)
    void aLongerCachedPrefix_isNeverFasterToReadAfter_andNeverSlowerThanToReadAgain(
            @ForAll("deployments") Deployment deployment,
            @ForAll @IntRange(min = 1, max = 30_000) int tokens,
            @ForAll @IntRange(max = 30_000) int cached,
            @ForAll @IntRange(max = 30_000) int more) {
        Predictor predictor = CostModel.shipped().predictor(deployment);

        assertNoFaster(predictor.prefill(tokens, cached + more), predictor.prefill(tokens, cached));
        assertNoFaster(predictor.prefill(tokens + more, cached), predictor.prefill(tokens, cached + more));
    }

    @Property(tries = 400)
    void aLargerBatch_isNeverAFasterStep(
            @ForAll("deployments") Deployment deployment,
            @ForAll @IntRange(max = 2000) int batch,
            @ForAll @IntRange(max = 500) int more,
            @ForAll @IntRange(max = 10_000_000) int context,
            @ForAll @IntRange(max = 1_000_000) int moreContext) {
        Predictor predictor = CostModel.shipped().predictor(deployment);

        assertNoFaster(predictor.decodeStep(batch + more, context), predictor.decodeStep(batch, context));
        assertNoFaster(predictor.decodeStep(batch, context + moreContext), predictor.decodeStep(batch, context));
    }

    @Property(tries = 400)
    void aFasterChip_isNeverSlower(
            @ForAll("deployments") Deployment deployment,
            @ForAll @DoubleRange(min = 1, max = 4) double faster,
            @ForAll @IntRange(min = 1, max = 30_000) int tokens,
            @ForAll @IntRange(min = 1, max = 1500) int batch) {
        Predictor predictor = CostModel.shipped().predictor(deployment);
        long context = (long) batch * tokens;

        for (Accelerator chip : new Accelerator[] {
            withBandwidth(deployment.accelerator(), faster), withPeaks(deployment.accelerator(), faster)
        }) {
            Predictor better = CostModel.shipped().predictor(on(deployment, chip));

            assertNoFaster(predictor.prefill(tokens, 0), better.prefill(tokens, 0));
            assertNoFaster(predictor.decodeStep(batch, context), better.decodeStep(batch, context));
        }
    }

    @Property(tries = 400)
    void aBenchmark_isNeverFasterUnderMoreLoad(
            @ForAll("deployments") Deployment deployment,
            @ForAll @IntRange(min = 1, max = 8000) int prompt,
            @ForAll @IntRange(min = 1, max = 4000) int output,
            @ForAll @IntRange(min = 1, max = 512) int clients,
            @ForAll @IntRange(max = 512) int more,
            @ForAll ClosedLoop.Statistic statistic) {
        Predictor predictor = CostModel.shipped().predictor(deployment);
        ClosedLoop load = new ClosedLoop(prompt, output, clients, statistic);
        ClosedLoop heavier = new ClosedLoop(prompt, output, clients + more, statistic);
        ClosedLoop longer = new ClosedLoop(prompt + more, output, clients, statistic);

        assertNoFaster(predictor.closedLoopTpot(heavier), predictor.closedLoopTpot(load));
        assertNoFaster(predictor.closedLoopTtft(heavier), predictor.closedLoopTtft(load));
        assertNoFaster(predictor.closedLoopTpot(longer), predictor.closedLoopTpot(load));
        assertNoFaster(predictor.closedLoopTtft(longer), predictor.closedLoopTtft(load));
    }

    @Property(tries = 400)
    void everyPrediction_isFiniteAndOrdered(
            @ForAll("deployments") Deployment deployment,
            @ForAll @IntRange(max = 1_000_000) int tokens,
            @ForAll @IntRange(max = 4000) int batch) {
        Predictor predictor = CostModel.shipped().predictor(deployment);

        for (Prediction prediction : new Prediction[] {
            predictor.prefill(tokens, tokens),
            predictor.decodeStep(batch, (long) batch * tokens),
            predictor.interference(tokens, 0)
        }) {
            assertThat(prediction.lowerBound()).isBetween(0.0, prediction.p10());
            assertThat(prediction.estimate()).isGreaterThanOrEqualTo(prediction.lowerBound());
            assertThat(prediction.p90())
                    .isGreaterThanOrEqualTo(prediction.p10())
                    .isLessThan(1e9);
        }
    }

    @Provide
    Arbitrary<Deployment> deployments() {
        return Combinators.combine(
                        Arbitraries.of(ModelCatalog.shipped().all()),
                        Arbitraries.of(AcceleratorCatalog.shipped().all()),
                        Arbitraries.of(1, 2, 4, 8),
                        Arbitraries.of(DType.BF16, DType.FP8, DType.FP4, DType.INT4),
                        Arbitraries.of("vLLM", "SGLang", "TensorRT-LLM", ""))
                .as(PredictorProperties::deployment);
    }

    private static Deployment deployment(Model model, Accelerator chip, int tensor, DType weights, String engine) {
        boolean divides = model.architecture().attention().heads() % tensor == 0
                && chip.link(LinkKind.SCALE_UP).isPresent();
        return Deployment.of(model, chip)
                .tensorParallel(divides ? tensor : 1)
                .weights(weights)
                .engine(engine)
                .build();
    }

    private static void assertNoFaster(Prediction slow, Prediction fast) {
        assertThat(slow.estimate() * ROUNDING).isGreaterThanOrEqualTo(fast.estimate());
        assertThat(slow.lowerBound() * ROUNDING).isGreaterThanOrEqualTo(fast.lowerBound());
        assertThat(slow.p90() * ROUNDING).isGreaterThanOrEqualTo(fast.p90());
    }

    private static Deployment on(Deployment deployment, Accelerator chip) {
        return new Deployment(
                deployment.model(),
                chip,
                deployment.parallelism(),
                deployment.weights(),
                deployment.kvCache(),
                deployment.engine(),
                deployment.release(),
                deployment.prefillChunkTokens());
    }

    private static Accelerator withBandwidth(Accelerator chip, double faster) {
        return copy(chip, chip.peakTflops(), chip.memoryGigabytesPerSecond() * faster);
    }

    private static Accelerator withPeaks(Accelerator chip, double faster) {
        Map<DType, Double> peaks = new HashMap<>();
        chip.peakTflops().forEach((type, peak) -> peaks.put(type, peak * faster));
        return copy(chip, peaks, chip.memoryGigabytesPerSecond());
    }

    private static Accelerator copy(Accelerator chip, Map<DType, Double> peaks, double bandwidth) {
        return new Accelerator(
                chip.id(),
                chip.name(),
                chip.aliases(),
                chip.vendor(),
                chip.family(),
                peaks,
                chip.memoryGiB(),
                chip.usableMemoryGiB(),
                chip.memoryMarketingGB(),
                bandwidth,
                chip.tdpWatts(),
                chip.links(),
                chip.prices(),
                chip.sources(),
                chip.notes());
    }
}
