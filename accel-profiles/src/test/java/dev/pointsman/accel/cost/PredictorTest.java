// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.model.Parallelism;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PredictorTest {
    @Test
    void decodeStep_ofMeasuredDeployment_isNearItsMeasurements() {
        Predictor h100 = Deployments.predictor("llama-3.1-70b", "h100-sxm", 4, DType.FP8);

        Prediction tpot = h100.closedLoopTpot(new ClosedLoop(1024, 1024, 64, ClosedLoop.Statistic.MEAN));

        // Published: 19.5 ms (vLLM, FP8, four chips, 64 clients, 2025-10-29).
        assertThat(tpot.estimate()).isCloseTo(19.5e-3, within(2e-3));
        assertThat(tpot.basis().level()).isEqualTo(BasisLevel.MODEL);
        assertThat(tpot.basis().group()).containsExactly("NVIDIA", "h100-sxm", "vllm", "fp8", "llama-3.1-70b");
        assertThat(tpot.basis().points()).isGreaterThan(10);
    }

    @Test
    void everyPrediction_isOrderedFromLowerBoundToP90() {
        Predictor predictor = Deployments.predictor("deepseek-r1", "b200-sxm", 8, DType.FP8);

        for (Prediction prediction : List.of(
                predictor.prefill(5000, 1000), predictor.decodeStep(32, 64_000), predictor.interference(1000, 0))) {
            assertThat(prediction.lowerBound()).isLessThanOrEqualTo(prediction.p10());
            assertThat(prediction.p10()).isLessThanOrEqualTo(prediction.estimate());
            assertThat(prediction.estimate()).isLessThan(prediction.p90());
        }
    }

    @Test
    void hotPath_agreesWithTerms_forEveryKindOfAttention() {
        for (String model :
                List.of("llama-3.1-8b", "deepseek-r1", "deepseek-v3.2", "gpt-oss-120b", "qwen3.5-397b-a17b")) {
            Deployment deployment =
                    Deployments.of(model, "h200-sxm", 8, DType.FP8).build();
            Predictor predictor = CostModel.shipped().predictor(deployment);
            Terms terms = new Terms(deployment);
            for (int batch : new int[] {1, 7, 256, 1024, 1500}) {
                for (int mean : new int[] {10, 3000, 100_000}) {
                    double expected = sum(predictor.decoding(), terms.decode(batch, mean, 0, 0));

                    assertThat(predictor.decodeStep(batch, (long) batch * mean).estimate())
                            .as(model + " " + batch + " x " + mean)
                            .isCloseTo(expected, within(1e-9 * expected));
                }
            }
            for (int prompt : new int[] {1, 500, 8192, 30_000}) {
                double expected = sum(predictor.reading(), terms.firstToken(prompt, 2000, 0));

                assertThat(predictor.prefill(prompt, 2000).estimate()).isCloseTo(expected, within(1e-9 * expected));
            }
        }
    }

    @Test
    void chipThatNobodyMeasured_restsOnItsVendor_withAWiderBand() {
        Predictor l4 = Deployments.predictor("qwen3-32b", "l4", 4, DType.BF16);
        Predictor h100 = Deployments.predictor("qwen3-32b", "h100-sxm", 4, DType.BF16);

        Prediction step = l4.decodeStep(8, 8000);

        assertThat(step.basis().level()).isEqualTo(BasisLevel.VENDOR);
        assertThat(step.basis().group()).containsExactly("NVIDIA");
        assertThat(step.estimate()).isGreaterThan(h100.decodeStep(8, 8000).estimate());
        Prediction known = h100.decodeStep(8, 8000);
        assertThat(step.p90() / step.p10()).isGreaterThan(known.p90() / known.p10());
    }

    @Test
    void modelThatNobodyMeasured_restsOnItsChip() {
        Prediction step =
                Deployments.predictor("yi-34b", "h100-sxm", 2, DType.BF16).decodeStep(16, 16_000);

        assertThat(step.basis().level()).isEqualTo(BasisLevel.DTYPE);
        assertThat(step.basis().group()).containsExactly("NVIDIA", "h100-sxm", "vllm", "bf16");
    }

    @Test
    void releaseThatWasMeasured_restsOnIt_andAnUnknownOneOnTheModel() {
        Deployment.Builder builder = Deployment.of(Deployments.model("deepseek-r1"), Deployments.chip("mi355x"))
                .tensorParallel(8)
                .weights(DType.FP8)
                .engine("SGLang");

        Predictor old = CostModel.shipped().predictor(builder.release("2025-Q4").build());
        Predictor fresh =
                CostModel.shipped().predictor(builder.release("2026-Q1").build());
        Predictor unknown =
                CostModel.shipped().predictor(builder.release("2031-Q1").build());

        assertThat(old.decodeBasis().level()).isEqualTo(BasisLevel.RELEASE);
        assertThat(unknown.decodeBasis().level()).isEqualTo(BasisLevel.MODEL);
        assertThat(fresh.decodeStep(16, 16_000).estimate())
                .isLessThan(old.decodeStep(16, 16_000).estimate());
    }

    @Test
    void engineBuilds_goByOneName() {
        List<String> families = new ArrayList<>();
        for (String engine :
                List.of("vLLM", "vLLM (ROCm)", "vLLM-TPU", "TensorRT 10.8, CUDA 12.8", "SGLang", "MyOwn")) {
            families.add(Deployments.of("llama-3.1-8b", "h100-sxm", 1, DType.BF16)
                    .engine(engine)
                    .build()
                    .engineFamily());
        }

        assertThat(families).containsExactly("vllm", "vllm", "vllm", "tensorrt-llm", "sglang", "myown");
    }

    @Test
    void nothing_takesNoTime() {
        Predictor predictor = Deployments.predictor("llama-3.1-8b", "h100-sxm", 1, DType.BF16);

        assertThat(predictor.prefill(0, 5000).estimate()).isZero();
        assertThat(predictor.decodeStep(0, 0).estimate()).isZero();
        assertThat(predictor.interference(0, 100).estimate()).isZero();
    }

    @Test
    void negativeSizes_areRefused() {
        Predictor predictor = Deployments.predictor("llama-3.1-8b", "h100-sxm", 1, DType.BF16);
        Estimate answer = new Estimate();
        predictor.prefill(100, 0, answer);
        double before = answer.estimate();

        assertThatThrownBy(() -> predictor.prefill(-1, 0, answer))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("newTokens: must be at least 0, but was -1")
                .hasMessageContaining("Maybe");
        assertThatThrownBy(() -> predictor.decodeStep(-3, 0, answer)).hasMessageContaining("batch");
        assertThatThrownBy(() -> new ClosedLoop(0, 1, 1, ClosedLoop.Statistic.MEAN))
                .hasMessageContaining("promptTokens: must be at least 1, but was 0");
        assertThat(answer.estimate()).isEqualTo(before);
    }

    @Test
    void impossibleDeployments_areRefused() {
        assertThatThrownBy(() -> Deployments.of("llama-3.1-8b", "h100-sxm", 3, DType.BF16)
                        .build())
                .hasMessageContaining("32 attention heads")
                .hasMessageContaining("Maybe");
        assertThatThrownBy(() -> Deployments.of("llama-3.1-8b", "h100-sxm", 1, DType.BF16)
                        .prefillChunkTokens(0)
                        .build())
                .hasMessageContaining("prefillChunkTokens");
        assertThatThrownBy(() -> Deployments.of("llama-3.1-405b", "h100-sxm", 2, DType.BF16)
                        .build()
                        .requireKvCapacity())
                .hasMessageContaining("does not fit")
                .hasMessageContaining("Maybe use more chips");
    }

    @Test
    void kvCapacity_ofAUsualDeployment_isPlausible() {
        // vLLM reports about 450,000 tokens for Llama 3.1 8B in BF16 on an H100 with its defaults.
        long tokens = Deployments.of("llama-3.1-8b", "h100-sxm", 1, DType.BF16)
                .build()
                .requireKvCapacity()
                .tokens();

        assertThat(tokens).isBetween(380_000L, 480_000L);
    }

    @Test
    void pipeline_doesNotSpeedUpOneToken_butSharesTheBatch() {
        Deployment.Builder builder = Deployments.of("llama-3.1-70b", "h100-sxm", 4, DType.FP8);
        CostModel model = CostModel.shipped();

        Predictor flat = model.predictor(builder.build());
        Predictor piped =
                model.predictor(builder.parallelism(new Parallelism(4, 2, 1, 1)).build());

        assertThat(piped.decodeStep(1, 0).lowerBound())
                .isCloseTo(flat.decodeStep(1, 0).lowerBound(), within(1e-6));
        assertThat(piped.decodeStep(512, 2_000_000).estimate())
                .isLessThan(flat.decodeStep(512, 2_000_000).estimate());
    }

    private static double sum(Scaled scaled, double[] terms) {
        double[] coefficients = scaled.toArray();
        double sum = 0;
        for (int i = 0; i < terms.length; i++) {
            sum += coefficients[i] * terms[i];
        }
        return sum;
    }
}
