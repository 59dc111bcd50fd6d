// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.catalog.PriceKind;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.model.ModelCatalog;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.sizing.FleetPlan;
import dev.pointsman.core.sizing.FleetSolver;
import dev.pointsman.core.sizing.Infeasible;
import dev.pointsman.core.sizing.LatencyTarget;
import dev.pointsman.core.sizing.ReplicaCapacities;
import dev.pointsman.core.sizing.SizingProgress;
import dev.pointsman.replay.stages.StageFleet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

final class CacheFitTest {
    private static final AcceleratorCatalog CHIPS = AcceleratorCatalog.shipped();
    private static final int CASES = 50;
    /** Up to which price all fleets are tried. */
    private static final double MOST_DOLLARS = 40;

    private static final List<Role> ROLES = List.of(Role.PREFILL_DECODE, Role.PREFILL, Role.DECODE);

    private static PlanTerms terms(String chip, int... sizes) {
        List<Integer> tensorParallel = new ArrayList<>();
        for (int size : sizes) {
            tensorParallel.add(size);
        }
        return terms(List.of(chip), tensorParallel, ROLES, Duration.ofSeconds(2));
    }

    private static PlanTerms terms(List<String> chips, List<Integer> sizes, List<Role> roles, Duration ttft) {
        StageFleet.Terms servers = new StageFleet.Terms(
                ModelCatalog.shipped().get("llama-3.1-70b"), CHIPS, CostModel.shipped(), DType.FP8, "vLLM");
        return new PlanTerms(
                servers,
                chips.stream().map(CHIPS::get).toList(),
                sizes,
                roles,
                PriceKind.RENTAL,
                Map.of(),
                LatencyTarget.mean(ttft, Duration.ofMillis(50)),
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
                FleetDraft.of(traffic.apply(CacheFit.SPREAD_TOKENS), terms, null, 0, SizingProgress.TO_THE_END);

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

    private record Case(LongFunction<List<RequestClass>> traffic, PlanTerms terms) {}

    /** Traffic and terms by seed: hits grow with the cache evenly, less and less, or in steps. */
    private static Case madeUp(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double rate = random.nextDouble(0.5, 5);
        int input = 5_000 * random.nextInt(1, 11);
        int output = 100 * random.nextInt(1, 7);
        double most = random.nextDouble(0.5, 0.95);
        double tokensForAll = 5e5 * Math.pow(20, random.nextDouble());
        int shape = random.nextInt(3);
        LongFunction<List<RequestClass>> traffic = tokens -> {
            double part = Math.min(1, tokens / tokensForAll);
            double found = switch (shape) {
                case 0 -> part;
                case 1 -> 1 - Math.exp(-3 * part);
                default -> part < 0.3 ? 0 : part < 1 ? 0.5 : 1;
            };
            return List.of(RequestClass.of(rate, input, output, most * found));
        };
        boolean mixed = random.nextInt(3) == 0;
        List<String> chips = mixed ? List.of("h100-sxm", "h200-sxm") : List.of("h" + random.nextInt(1, 3) + "00-sxm");
        List<Integer> sizes = mixed ? List.of(2) : random.nextBoolean() ? List.of(2, 4) : List.of(1, 2);
        Duration ttft = Duration.ofMillis(random.nextInt(1_000, 4_000));
        return new Case(traffic, terms(chips, sizes, ROLES, ttft));
    }

    @Test
    void noFleetThatHasTheCacheItsHitsWereCountedWith_isCheaper() {
        int pinned = 0;
        for (int seed = 0; seed < CASES; seed++) {
            Case made = madeUp(seed);

            FleetDraft fit = fit(made.traffic, made.terms);

            double below = Math.min(MOST_DOLLARS, fit.dollars());
            assertThat(EveryFleet.cheapest(made.traffic, made.terms, below))
                    .as("seed %d: %s", seed, fit.outcome())
                    .isEqualTo(below);
            if (fit.outcome() instanceof FleetPlan plan) {
                CacheUse use = requireNonNull(fit.cache());
                assertThat(use.tokens()).isLessThanOrEqualTo(fit.readerTokens() / (use.pinned() ? 2 : 1));
                assertThat(plan.utilization()).isLessThanOrEqualTo(1 + 1e-8);
                pinned += use.pinned() ? 1 : 0;
            }
        }
        assertThat(pinned).isGreaterThan(CASES / 5);
    }

    /** If the search ends early, fleets may be dearer, but still have what they were planned with. */
    @Test
    void searchThatEndsEarly_stillPlansFleetsThatHaveTheirCache() {
        int dearer = 0;
        for (int seed = 0; seed < CASES / 5; seed++) {
            Case made = madeUp(seed);

            FleetDraft exact = fit(made.traffic, made.terms);
            FleetDraft early = new CacheFit(made.traffic, made.terms, SizingProgress.TO_THE_END, 0).cheapest();

            assertThat(early.dollars()).isGreaterThanOrEqualTo(exact.dollars());
            if (early.dollars() > exact.dollars()) {
                dearer++;
                assertThat(early.outcome())
                        .satisfiesAnyOf(
                                none -> assertThat(none).isNotInstanceOf(FleetPlan.class),
                                plan -> assertThat(((FleetPlan) plan).proven()).isFalse());
            }
            if (early.outcome() instanceof FleetPlan) {
                CacheUse use = requireNonNull(early.cache());
                assertThat(use.tokens()).isLessThanOrEqualTo(early.readerTokens() / (use.pinned() ? 2 : 1));
            }
        }
        assertThat(dearer).isPositive();
    }

    /** Where there are many replicas, what one more has is a small step from the cache of a few to that of all. */
    @Test
    void largeFleets_areFoundInFewPlans() {
        PlanTerms terms = terms(List.of("h100-sxm", "h200-sxm"), List.of(1, 2, 4), ROLES, Duration.ofSeconds(2));
        LongFunction<List<RequestClass>> traffic = found(20, 40_000, 0.9, 4e7);

        FleetDraft fit = fit(traffic, terms);

        FleetPlan plan = (FleetPlan) fit.outcome();
        FleetDraft exhaustive = new CacheFit(traffic, terms, SizingProgress.TO_THE_END, 5_000).cheapest();
        assertThat(plan.proven()).isTrue();
        assertThat(plan.replicas().stream().mapToInt(FleetPlan.Pool::count).sum())
                .isGreaterThan(12);
        assertThat(fit.dollars()).isEqualTo(exhaustive.dollars());
    }

    /** Whoever asks for alternatives, or for other loads, asks for fleets that have the cache as well. */
    @Test
    void problemOfAPlan_asksForTheCacheThatItsHitsWereCountedWith() {
        for (int seed = 0; seed < CASES / 5; seed++) {
            Case made = madeUp(seed);

            FleetDraft fit = fit(made.traffic, made.terms);

            if (fit.outcome() instanceof FleetPlan plan) {
                CacheUse use = requireNonNull(fit.cache());
                assertThat(fit.problem().leastHeld()).isEqualTo(use.pinned() ? 2 * use.tokens() : use.tokens());
                assertThat(((FleetPlan) FleetSolver.solve(fit.problem())).totalDollars())
                        .isCloseTo(plan.totalDollars(), within(1e-6));
            }
        }
    }

    /** More replicas would help, and there are not enough chips: so it is not the target. */
    @Test
    void tooFewChipsForACacheThatTheTargetNeeds_areTheReason() {
        PlanTerms terms = terms("h100-sxm", 2, 4);
        LongFunction<List<RequestClass>> traffic = found(2, 40_000, 0.9, 7e6);
        assertThat(fit(traffic, terms).dollars()).isFinite();

        FleetDraft few = fit(
                traffic,
                new PlanTerms(
                        terms.servers(),
                        terms.chips(),
                        terms.tensorParallel(),
                        terms.roles(),
                        terms.prices(),
                        Map.of("h100-sxm", 8),
                        terms.target(),
                        terms.headroom()));

        assertThat(((Infeasible) few.outcome()).cause()).isEqualTo(Infeasible.Cause.RESOURCES);
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
