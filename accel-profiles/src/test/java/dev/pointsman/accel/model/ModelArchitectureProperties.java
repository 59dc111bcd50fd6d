// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.pointsman.accel.catalog.DType;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** More work never costs less, and formulas agree with counting one by one. */
final class ModelArchitectureProperties {
    private static final double GIB = 1L << 30;

    @Property
    void pairs_areThoseCountedOneByOne(
            @ForAll @IntRange(max = 300) int newTokens,
            @ForAll @IntRange(max = 300) int cachedTokens,
            @ForAll @IntRange(min = 1, max = 400) int limit) {
        long counted = 0;
        for (int i = 1; i <= newTokens; i++) {
            counted += Math.min(cachedTokens + i, limit);
        }

        assertThat(Attention.pairs(newTokens, cachedTokens, limit)).isEqualTo((double) counted);
        assertThat(Attention.pairs(newTokens, cachedTokens, Integer.MAX_VALUE))
                .isEqualTo((double) newTokens * cachedTokens + newTokens * (newTokens + 1) / 2.0);
    }

    @Property
    void prefillFlops_moreTokens_areMore(
            @ForAll("models") Model model,
            @ForAll @LongRange(max = 200_000) long newTokens,
            @ForAll @LongRange(max = 200_000) long cachedTokens,
            @ForAll @LongRange(min = 1, max = 50_000) long more) {
        ModelArchitecture shape = model.architecture();

        double flops = shape.prefillFlops(newTokens, cachedTokens);
        assertThat(shape.prefillFlops(newTokens + more, cachedTokens)).isGreaterThan(flops);
        assertThat(shape.prefillFlops(newTokens, cachedTokens + more)).isGreaterThanOrEqualTo(flops);
        assertThat(shape.prefillFlops(newTokens, cachedTokens + more))
                .isLessThanOrEqualTo(shape.prefillFlops(newTokens + more, cachedTokens));
    }

    @Property
    void prefillFlops_inTwoChunks_areThoseOfOneAndOneMoreProjection(
            @ForAll("models") Model model,
            @ForAll @LongRange(min = 1, max = 50_000) long first,
            @ForAll @LongRange(min = 1, max = 50_000) long second) {
        ModelArchitecture shape = model.architecture();

        double chunked = shape.prefillFlops(first, 0) + shape.prefillFlops(second, first);
        assertThat(chunked - 2.0 * shape.embeddingParameters())
                .isCloseTo(shape.prefillFlops(first + second, 0), withinPercentage(1e-9));
    }

    @Property
    void decodeAndCache_longerContext_isNeverLess(
            @ForAll("models") Model model,
            @ForAll DType type,
            @ForAll @LongRange(max = 200_000) long context,
            @ForAll @LongRange(min = 1, max = 50_000) long more) {
        ModelArchitecture shape = model.architecture();
        Attention attention = shape.attention();

        assertThat(shape.decodeFlops(context + more)).isGreaterThanOrEqualTo(shape.decodeFlops(context));
        assertThat(shape.cacheBytes(context + more, type)).isGreaterThanOrEqualTo(shape.cacheBytes(context, type));
        assertThat(attention.readBytes(context + more, type, 1))
                .isGreaterThanOrEqualTo(attention.readBytes(context, type, 1));
        assertThat(attention.readBytes(context, type, 1)).isLessThanOrEqualTo(attention.cacheBytes(context, type, 1));
    }

    @Property
    void cacheBytes_beyondTheWindow_growByBytesPerToken(
            @ForAll("models") Model model, @ForAll @IntRange(max = 100_000) int beyond) {
        ModelArchitecture shape = model.architecture();
        long context = shape.attention().windowTokens() + (long) beyond;

        double growth = shape.cacheBytes(context + 1, DType.BF16) - shape.cacheBytes(context, DType.BF16);
        assertThat(growth)
                .isCloseTo(
                        shape.kvBytesPerToken(DType.BF16) + shape.attention().selectionBytesPerToken(), within(0.01));
    }

    @Property
    void expectedDistinctExperts_areAtLeastThoseOfOneTokenAndAtMostAll(
            @ForAll("models") Model model, @ForAll @DoubleRange(min = 1, max = 100_000) double tokens) {
        FeedForward.Experts experts = model.architecture().feedForward().experts();
        Assume.that(experts != null);

        double distinct = model.architecture().expectedDistinctExperts(tokens);
        assertThat(distinct).isBetween(experts.active() - 1e-9, (double) experts.count());
        assertThat(model.architecture().expectedDistinctExperts(tokens + 1)).isGreaterThanOrEqualTo(distinct);
        assertThat(model.architecture().expectedDistinctExperts(1)).isCloseTo(experts.active(), within(1e-9));
        assertThat(model.architecture().expectedDistinctExperts(0)).isZero();
    }

    @Property
    void weightsRead_moreTokens_areMoreAndNeverMoreThanThereAre(
            @ForAll("models") Model model,
            @ForAll("types") DType type,
            @ForAll("parallelisms") Parallelism parallelism,
            @ForAll @DoubleRange(min = 1, max = 10_000) double tokens) {
        ModelArchitecture shape = model.architecture();
        WeightFormat format = model.weights(type);

        double read = shape.weightBytesReadPerChip(format, parallelism, tokens);
        assertThat(read).isPositive().isLessThanOrEqualTo(shape.weightBytesPerChip(format, parallelism) * 1.000001);
        assertThat(shape.weightBytesReadPerChip(format, parallelism, tokens + 100))
                .isGreaterThanOrEqualTo(read);
    }

    @Property
    void weightBytes_overAllChips_areThoseOfTheModelUnlessAttentionIsRepeated(
            @ForAll("models") Model model,
            @ForAll("types") DType type,
            @ForAll("parallelisms") Parallelism parallelism) {
        ModelArchitecture shape = model.architecture();
        WeightFormat format = WeightFormat.of(type);

        double repeated = (parallelism.attentionData() - 1)
                * shape.attentionParameters()
                * format.linear().bytesPerElement();
        assertThat(shape.weightBytesPerChip(format, parallelism) * parallelism.chips())
                .isCloseTo(shape.weightBytes(format) + repeated, withinPercentage(1e-9));
    }

    @Property
    void kvCapacity_moreMemoryOrNarrowerKv_isNeverLess(
            @ForAll("models") Model model,
            @ForAll @DoubleRange(min = 1, max = 300) double gib,
            @ForAll @DoubleRange(min = 0, max = 50) double more,
            @ForAll @DoubleRange(min = 0.5, max = 1) double fraction) {
        Parallelism parallelism = Parallelism.tensor(4);
        Assume.that(model.architecture().attention().heads() % 4 == 0);
        WeightFormat format = model.weights(DType.FP8);

        KvCapacity less = capacity(model, format, DType.BF16, parallelism, gib, fraction);
        assertThat(capacity(model, format, DType.BF16, parallelism, gib + more, fraction)
                        .tokens())
                .isGreaterThanOrEqualTo(less.tokens());
        assertThat(capacity(model, format, DType.FP8, parallelism, gib, fraction)
                        .tokens())
                .isGreaterThanOrEqualTo(less.tokens());
        assertThat(less.fits()).isEqualTo(less.freeBytesPerChip() >= less.bytesPerTokenPerChip());
        assertThat(less.tokens()).isGreaterThanOrEqualTo(0);
    }

    private static KvCapacity capacity(
            Model model, WeightFormat format, DType kv, Parallelism parallelism, double gib, double fraction) {
        return model.architecture().kvCapacity(format, kv, parallelism, gib * GIB, fraction, GIB / 2);
    }

    @Property
    void kvBytesPerChip_moreChips_areNeverMore(
            @ForAll("models") Model model, @ForAll @IntRange(min = 1, max = 64) int tensor) {
        ModelArchitecture shape = model.architecture();

        double all = shape.kvBytesPerTokenPerChip(DType.BF16, Parallelism.SINGLE);
        double each = shape.kvBytesPerTokenPerChip(DType.BF16, Parallelism.tensor(tensor));
        assertThat(each).isLessThanOrEqualTo(all).isGreaterThanOrEqualTo(all / tensor - 1e-6);
        if (shape.attention() instanceof LatentAttention) {
            assertThat(each).isEqualTo(all);
        }
    }

    @Provide
    Arbitrary<Model> models() {
        return Arbitraries.of(ModelCatalog.shipped().all());
    }

    @Provide
    Arbitrary<DType> types() {
        return Arbitraries.of(DType.values());
    }

    @Provide
    Arbitrary<Parallelism> parallelisms() {
        return Arbitraries.of(
                Parallelism.SINGLE,
                Parallelism.tensor(2),
                Parallelism.tensor(8),
                new Parallelism(4, 2, 1, 1),
                new Parallelism(8, 1, 8, 8),
                new Parallelism(8, 1, 1, 2));
    }
}
