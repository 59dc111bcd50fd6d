// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.pointsman.accel.catalog.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ModelArchitectureTest {
    private static final double GIB = 1L << 30;

    @Test
    void kvCapacity_llama70bOnEightH100s_isTheFormula() {
        ModelArchitecture llama = shape("llama-3.1-70b");

        KvCapacity capacity = llama.kvCapacity(
                WeightFormat.of(DType.FP8), DType.BF16, Parallelism.tensor(8), 79.65 * GIB, 0.9, 4 * GIB);

        double weights = (70.55e9 + 2.1e9) / 8;
        double perToken = 2.0 * 80 * 1 * 128 * 2;
        assertThat(capacity.bytesPerTokenPerChip()).isEqualTo(perToken);
        assertThat(capacity.weightBytesPerChip()).isCloseTo(weights, withinPercentage(0.1));
        assertThat((double) capacity.tokens())
                .isCloseTo((79.65 * 0.9 * GIB - 4 * GIB - weights) / perToken, withinPercentage(0.1));
    }

    @Test
    void kvCapacity_latentAttention_growsWithDataParallelAttentionOnly() {
        ModelArchitecture r1 = shape("deepseek-r1");
        WeightFormat format = WeightFormat.of(DType.FP8_BLOCK);

        KvCapacity tensor = r1.kvCapacity(format, DType.BF16, Parallelism.tensor(8), 141 * GIB, 0.9, 0);
        KvCapacity data = r1.kvCapacity(format, DType.BF16, new Parallelism(8, 1, 8, 8), 141 * GIB, 0.9, 0);

        assertThat(tensor.bytesPerTokenPerChip()).isEqualTo(70_272);
        assertThat(data.bytesPerTokenPerChip()).isEqualTo(70_272);
        assertThat(data.weightBytesPerChip()).isGreaterThan(tensor.weightBytesPerChip());
        assertThat((double) data.tokens() / tensor.tokens()).isBetween(5.0, 8.0);
    }

    @Test
    void kvCapacity_modelThatDoesNotFit_hasNone() {
        KvCapacity capacity = shape("llama-3.1-405b")
                .kvCapacity(WeightFormat.of(DType.BF16), DType.BF16, Parallelism.tensor(8), 80 * GIB, 0.9, 0);

        assertThat(capacity.fits()).isFalse();
        assertThat(capacity.tokens()).isZero();
        assertThat(capacity.freeBytesPerChip()).isNegative();
    }

    @Test
    void kvCapacity_windowLayersOnly_countsWholeWindows() {
        ModelArchitecture windowed = new ModelArchitecture(
                2,
                64,
                100,
                true,
                new WindowedAttention(
                        new GroupedQueryAttention(0, 4, 4, 16), new GroupedQueryAttention(2, 4, 4, 16), 10),
                FeedForward.dense(2, 64));

        KvCapacity capacity =
                windowed.kvCapacity(WeightFormat.of(DType.BF16), DType.BF16, Parallelism.SINGLE, GIB, 1, 0);

        assertThat(capacity.bytesPerTokenPerChip()).isZero();
        assertThat(capacity.fixedBytesPerSequencePerChip()).isEqualTo(2 * 2 * 4 * 16 * 2 * 10.0);
        assertThat((double) capacity.tokens())
                .isCloseTo(capacity.freeBytesPerChip() / (2 * 2 * 4 * 16 * 2), withinPercentage(0.001));
    }

    @Test
    void prefillFlops_llama8b_areTwicePerWeightAndToken_andAttention() {
        ModelArchitecture llama = shape("llama-3.1-8b");

        double layers = 8.03e9 - 2.0 * 128_256 * 4096;
        double expected =
                2 * layers * 1000 + 2.0 * 128_256 * 4096 + 4.0 * 32 * 128 * 32 * (1000 * 500 + 1000 * 1001 / 2);
        assertThat(llama.prefillFlops(1000, 500)).isCloseTo(expected, withinPercentage(0.1));
        assertThat(llama.prefillFlops(0, 500)).isZero();
    }

    @Test
    void selection_sparseAttention_readsAtMostTheChosenTokens() {
        LatentAttention sparse = (LatentAttention) shape("deepseek-v3.2").attention();

        double latent = 70_272;
        double keys = 61 * 132.0;
        assertThat(sparse.cacheBytes(100_000, DType.BF16, 8)).isEqualTo(100_000 * (latent + keys));
        assertThat(sparse.readBytes(100_000, DType.BF16, 8)).isEqualTo(2048 * latent + 100_000 * keys);
    }

    @Test
    void hybrid_state_isConstantAndDividedOverChips() {
        ModelArchitecture hybrid = shape("qwen3.5-397b-a17b");

        double state = hybrid.attention().stateBytesPerSequence(1);
        assertThat(state).isEqualTo(45 * (4.0 * 64 * 128 * 128 + 2.0 * 3 * (2 * 16 * 128 + 64 * 128)));
        assertThat(hybrid.attention().stateBytesPerSequence(4)).isEqualTo(state / 4);
        assertThat(hybrid.cacheBytes(0, DType.BF16)).isEqualTo(state);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "llama-3.1-8b | 3 | 1 | 1 | 1 | tensor: 3 chips cannot share 32 attention heads evenly.",
                "llama-3.1-8b | 8 | 1 | 2 | 1 | expert: must be 1 for a model without experts, but was 2.",
                "llama-3.1-8b | 1 | 33 | 1 | 1 | pipeline: must be at most the 32 layers of the model, but was 33.",
                "mixtral-8x7b | 16 | 1 | 16 | 1 | expert: 16 groups cannot share 8 experts evenly.",
            })
    void check_impossibleParallelism_isRefused(
            String model, int tensor, int pipeline, int expert, int attentionData, String fact) {
        Parallelism parallelism = new Parallelism(tensor, pipeline, expert, attentionData);

        assertThatThrownBy(() -> parallelism.check(shape(model)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(fact + "\nMaybe ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 1 | 1 | 1 | tensor: must be between 1 and 65536, but was 0.",
                "8 | -1 | 1 | 1 | pipeline: must be between 1 and 65536, but was -1.",
                "8 | 1 | 3 | 1 | expert: must divide the 8 chips of a stage, but was 3.",
                "8 | 1 | 1 | 16 | attentionData: must divide the 8 chips of a stage, but was 16.",
            })
    void parallelism_wrongNumber_isRefused(int tensor, int pipeline, int expert, int attentionData, String fact) {
        assertThatThrownBy(() -> new Parallelism(tensor, pipeline, expert, attentionData))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(fact + "\nMaybe ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 0.9 | 0 | memoryBytesPerChip: must be finite and above 0, but was 0.0.",
                "NaN | 0.9 | 0 | memoryBytesPerChip: must be finite and above 0, but was NaN.",
                "1e9 | 90 | 0 | fraction: must be above 0 and at most 1, but was 90.0.",
                "1e9 | NaN | 0 | fraction: must be above 0 and at most 1, but was NaN.",
                "1e9 | 0.9 | -1 | reserveBytesPerChip: must be finite and at least 0, but was -1.0.",
            })
    void kvCapacity_wrongNumber_isRefused(double memory, double fraction, double reserve, String fact) {
        WeightFormat format = WeightFormat.of(DType.BF16);

        assertThatThrownBy(() -> shape("llama-3.1-8b")
                        .kvCapacity(format, DType.BF16, Parallelism.SINGLE, memory, fraction, reserve))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(fact + "\nMaybe ");
    }

    private static ModelArchitecture shape(String id) {
        return ModelCatalog.shipped().get(id).architecture();
    }
}
