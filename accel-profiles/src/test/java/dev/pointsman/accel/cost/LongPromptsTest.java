// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.catalog.LinkKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongToDoubleFunction;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/**
 * Prompts far longer than those of public measurements are predicted as fast as measured operators allow, on every chip: what fits
 * short prompts and makes no sense physically shows here.
 */
final class LongPromptsTest {
    private static final String[] MODELS = {"llama-3.1-8b", "llama-3.1-70b", "deepseek-r1", "gpt-oss-120b"};
    private static final String[] ENGINES = {"vLLM", "SGLang", "TensorRT-LLM", "another"};
    private static final int[] TOKENS = {32_000, 128_000};

    /**
     * Operators reach 0.23 to 0.9 of the peak. Small models on many chips need more: there, what happens between operators counts,
     * which grows with the tokens, not with their square.
     */
    @Test
    void prefill_takesAFewTimesWhatTheDataSheetSays() {
        SoftAssertions all = new SoftAssertions();
        forEachDeployment(deployment -> {
            Predictor predictor = CostModel.shipped().predictor(deployment);
            Terms terms = new Terms(deployment);
            for (int tokens : TOKENS) {
                double[] parts = terms.firstToken(tokens, 0, 0);
                double dataSheet = parts[0] + parts[1] + parts[2];
                all.assertThat(predictor.prefill(tokens, 0).estimate() / dataSheet)
                        .as("%s, %d tokens", deployment, tokens)
                        .isBetween(1.2, tokens > 100_000 ? 6.0 : 8.0);
            }
        });
        all.assertAll();
    }

    /** The part of the time that grows with the square of the prompt is attention: 0.39 to 0.63 of the BF16 peak. */
    @Test
    void attentionOfPrefill_reachesWhatOperatorsReach() {
        forEachDeployment(deployment -> {
            Predictor predictor = CostModel.shipped().predictor(deployment);
            Terms terms = new Terms(deployment);
            double curvature = second(tokens -> predictor.prefill(tokens, 0).estimate());
            double dataSheet = second(tokens -> terms.firstToken(tokens, 0, 0)[1]);

            assertThat(dataSheet / curvature).as(deployment.toString()).isBetween(0.38, 0.63);
        });
    }

    /** Attention of decode reads caches at 0.35 of the bandwidth and more, and multiplies at a third of the peak and more. */
    @Test
    void cachesOfDecode_areReadAsFastAsOperatorsDo() {
        forEachDeployment(deployment -> {
            Predictor predictor = CostModel.shipped().predictor(deployment);
            Terms terms = new Terms(deployment);
            double growth = predictor.decodeStep(8, 8L * 128_000).estimate()
                    - predictor.decodeStep(8, 8L * 32_000).estimate();
            double[] from = terms.decode(8, 32_000, 0, 0);
            double[] to = terms.decode(8, 128_000, 0, 0);
            double dataSheet = to[1] - from[1] + to[3] - from[3];

            assertThat(growth / dataSheet).as(deployment.toString()).isBetween(1.0, 3.0);
        });
    }

    private static void forEachDeployment(Consumer<Deployment> test) {
        List<Deployment> deployments = new ArrayList<>();
        for (Accelerator chip : AcceleratorCatalog.shipped().all()) {
            int chips = chip.link(LinkKind.SCALE_UP).isPresent() ? 8 : 1;
            for (String model : MODELS) {
                for (String engine : ENGINES) {
                    for (DType weights : new DType[] {DType.BF16, DType.FP8}) {
                        deployments.add(Deployments.of(model, chip.id(), chips, weights)
                                .engine(engine)
                                .build());
                    }
                }
            }
        }
        assertThat(deployments).hasSizeGreaterThan(500);
        deployments.forEach(test);
    }

    /** Returns the second difference over whole chunks, which has nothing in it that is constant or grows with the length. */
    private static double second(LongToDoubleFunction seconds) {
        long step = 4 * Deployment.DEFAULT_PREFILL_CHUNK_TOKENS;
        return seconds.applyAsDouble(3 * step) - 2 * seconds.applyAsDouble(2 * step) + seconds.applyAsDouble(step);
    }
}
