// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.catalog.PriceKind;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.model.ModelCatalog;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.sizing.LatencyTarget;
import dev.pointsman.core.sizing.ReplicaCapacities;
import dev.pointsman.core.sizing.SizingProgress;
import dev.pointsman.replay.stages.StageFleet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

final class CacheFitTest {
    private static final AcceleratorCatalog CHIPS = AcceleratorCatalog.shipped();

    private static PlanTerms terms(String chip, int... sizes) {
        StageFleet.Terms servers = new StageFleet.Terms(
                ModelCatalog.shipped().get("llama-3.1-70b"), CHIPS, CostModel.shipped(), DType.FP8, "vLLM");
        List<Integer> tensorParallel = new ArrayList<>();
        for (int size : sizes) {
            tensorParallel.add(size);
        }
        return new PlanTerms(
                servers,
                List.of(CHIPS.get(chip)),
                tensorParallel,
                List.of(Role.PREFILL_DECODE, Role.PREFILL, Role.DECODE),
                PriceKind.RENTAL,
                Map.of(),
                LatencyTarget.mean(Duration.ofSeconds(2), Duration.ofMillis(50)),
                ReplicaCapacities.Headroom.DEFAULT);
    }

    /** Prompts that are found cached up to a share, in proportion to the cache. */
    private static LongFunction<List<RequestClass>> found(double rate, int input, double most, double tokensForAll) {
        return tokens -> List.of(RequestClass.of(rate, input, 200, most * Math.min(1, tokens / tokensForAll)));
    }

    private static FleetDraft fit(LongFunction<List<RequestClass>> traffic, PlanTerms terms) {
        return new CacheFit(traffic, terms, SizingProgress.TO_THE_END).cheapest();
    }

    @Test
    void conversationsThatAFleetHolds_arePlannedByWhatItHolds() {
        LongFunction<List<RequestClass>> traffic = found(4, 40_000, 0.9, 3e6);
        PlanTerms terms = terms("h100-sxm", 2, 4);
        FleetDraft spread =
                FleetDraft.of(traffic.apply(CacheFit.SPREAD_TOKENS), terms, null, SizingProgress.TO_THE_END);

        FleetDraft fit = fit(traffic, terms);

        CacheUse use = requireNonNull(fit.cache());
        assertThat(use.pinned()).isTrue();
        assertThat(use.tokens()).isBetween(CacheFit.SPREAD_TOKENS, fit.readerTokens() / 2);
        assertThat(fit.dollars()).isLessThan(0.7 * spread.dollars());
        assertThat(fit.problem().options())
                .allSatisfy(option -> assertThat(option.among(8))
                        .as("each replica has a queue of its own")
                        .isEqualTo(option));
    }

    /** The smallest fleet there is holds too little for the target, and a few times as much is enough. */
    @Test
    void fleetThatMustHoldMoreThanTheSmallestOne_isFound() {
        for (double tokensForAll : new double[] {4e6, 5e6, 7e6}) {
            FleetDraft fit = fit(found(2, 40_000, 0.9, tokensForAll), terms("h100-sxm", 2, 4));

            assertThat(fit.dollars()).isFinite();
            CacheUse use = requireNonNull(fit.cache());
            assertThat(use.pinned()).isTrue();
            assertThat(use.tokens()).isBetween(CacheFit.SPREAD_TOKENS, fit.readerTokens() / 2);
        }
    }

    @Test
    void promptsThatNobodyRepeats_shareAQueue() {
        FleetDraft fit = fit(found(4, 40_000, 0, 3e6), terms("h100-sxm", 2, 4));

        assertThat(fit.cache()).isEqualTo(new CacheUse(CacheFit.SPREAD_TOKENS, false));
    }

    @Test
    void replicasThatHoldLittle_areNotPlannedAsIfTheyHeldMore() {
        FleetDraft fit = fit(found(0.5, 4_000, 0.5, 1e6), terms("h200-sxm", 1));

        assertThat(fit.readerTokens()).isLessThan(CacheFit.SPREAD_TOKENS);
        assertThat(requireNonNull(fit.cache()).tokens()).isLessThanOrEqualTo(fit.readerTokens());
    }

    @Test
    void targetThatNothingMeets_isSaidByTheDraft() {
        FleetDraft fit = fit(found(0.5, 40_000, 0.5, 1e6), terms("h100-sxm", 1));

        assertThat(fit.dollars()).isInfinite();
        assertThat(requireNonNull(fit.cache()).pinned()).isFalse();
    }
}
