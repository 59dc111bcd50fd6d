// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.core.sizing.rules.DynamoBudget.Band;
import dev.pointsman.core.sizing.rules.DynamoLoadScaling.Easy;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DynamoRulesTest {
    private static final RolePair ONE = new RolePair(1, 1);

    private static RolePair pair(int prefill, int decode) {
        return new RolePair(prefill, decode);
    }

    private static Band band(int least, int most) {
        return new Band(least, most, ONE, ONE);
    }

    @Test
    void demand_hasNoHeadroom() {
        // 4 rps of 0.4 s on two replicas: 80 % busy, which a target of 0.5 s does not allow.
        assertThat(DynamoDemand.replicas(4, 2.5, 1)).isEqualTo(2);
        assertThat(DynamoDemand.prefill(18, 4000, 1.7, 40_000, 1)).isEqualTo(2);
        assertThat(DynamoDemand.prefill(18, 4000, 0.5, 40_000, 1)).isEqualTo(1);
        assertThat(DynamoDemand.encode(2, 0, 2, 3)).isEqualTo(3);
        assertThatThrownBy(() -> DynamoDemand.replicas(1, 0, 1)).hasMessageContaining("throughputPerGpu");
    }

    @Test
    void clamp_growsToTheFloor_orGivesUp() {
        assertThat(DynamoBudget.clamp(pair(1, 1), band(4, 4))).isEqualTo(pair(2, 2));
        assertThat(DynamoBudget.clamp(pair(0, 0), band(4, 4))).isEqualTo(pair(2, 2));
        assertThat(DynamoBudget.clamp(pair(5, 5), band(-1, 1))).isEqualTo(pair(0, 0));
        assertThat(DynamoBudget.clamp(pair(2, 2), band(100, 4))).isEqualTo(pair(2, 2));
    }

    @Test
    void clampOne_fitsWholeReplicas() {
        Band band = new Band(5, 5, pair(2, 1), ONE);

        assertThat(DynamoBudget.clampOne(1, band)).isEqualTo(2);
        assertThat(DynamoBudget.clampOne(9, band)).isEqualTo(2);
        assertThat(DynamoBudget.clampOne(2, band)).isEqualTo(2);
    }

    @Test
    void guard_holdsAtTheBounds_andInventsNoDonor() {
        Band fixed = band(64, 64);

        assertThat(DynamoBudget.guard(pair(28, 36), pair(27, 36), fixed).reason())
                .isEqualTo("gpu_budget_guard_hold");
        assertThat(DynamoBudget.guard(pair(28, 36), pair(29, 37), fixed).replicas())
                .isEqualTo(pair(28, 36));
        assertThat(DynamoBudget.guard(pair(28, 36), pair(27, 37), fixed).replicas())
                .isEqualTo(pair(27, 37));
        assertThat(DynamoBudget.guard(pair(40, 40), pair(39, 40), fixed).reason())
                .isEqualTo("gpu_budget_reconcile");
    }

    @Test
    void easy_emptyQueueAtTheLatencyThreshold_shrinks() {
        assertThat(DynamoLoadScaling.easy(Easy.PREFILL_LATENCY, new double[] {0, 0}, 2, 1)
                        .replicas())
                .isEqualTo(1);
        assertThat(DynamoLoadScaling.easy(Easy.PREFILL_LATENCY, new double[] {0.1, 0}, 2, 1)
                        .replicas())
                .isEqualTo(3);
        assertThat(DynamoLoadScaling.easy(Easy.PREFILL_THROUGHPUT, new double[] {0.1, 0}, 2, 1)
                        .replicas())
                .isEqualTo(2);
        assertThat(DynamoLoadScaling.easy(Easy.DECODE_THROUGHPUT, new double[] {1.0}, 1, 1)
                        .replicas())
                .isEqualTo(1);
    }

    @Test
    void load_allMiss_grows_andLoneReplicaStays() {
        assertThat(DynamoLoadScaling.decode(new double[] {9000, 9000}, 1e5, kv -> kv * 1e-5, 0.05, 0.8))
                .isEqualTo(new DynamoLoadScaling.Scaled(3, "scale_up"));
        assertThat(DynamoLoadScaling.decode(new double[] {10}, 1e5, kv -> kv * 1e-5, 0.05, 0.8))
                .isEqualTo(new DynamoLoadScaling.Scaled(1, "no_change"));
        assertThat(DynamoLoadScaling.decode(new double[] {60_000, 60_000}, 1e5, kv -> 0.01, 0.05, 0.8)
                        .reason())
                .as("KV would not fit")
                .isEqualTo("scale_down_refused_consolidation");
    }

    /** Each role ends between what it is and what is proposed, in the band if it can be; opposing legs move together. */
    @Property
    void fit_keepsDirections_andTheBudget(
            @ForAll @IntRange(min = 1, max = 6) int p,
            @ForAll @IntRange(min = 1, max = 6) int d,
            @ForAll @IntRange(min = 1, max = 8) int wantedP,
            @ForAll @IntRange(min = 1, max = 8) int wantedD,
            @ForAll @IntRange(min = 1, max = 3) int gpusP,
            @ForAll @IntRange(min = 1, max = 3) int gpusD) {
        int budget = p * gpusP + d * gpusD;
        Band band = new Band(budget, budget, pair(gpusP, gpusD), ONE);

        RolePair fitted = DynamoBudget.fit(pair(p, d), pair(wantedP, wantedD), band);

        assertThat(fitted.prefill()).isBetween(Math.min(p, wantedP), Math.max(p, wantedP));
        assertThat(fitted.decode()).isBetween(Math.min(d, wantedD), Math.max(d, wantedD));
        assertThat(band.holds(fitted)).isTrue();
        if (pair(p, d).opposes(pair(wantedP, wantedD))) {
            assertThat(fitted.prefill() == p).isEqualTo(fitted.decode() == d);
        }
    }

    /** Whatever is proposed, neither the target nor both legs under way exceed the ceiling that the present keeps. */
    @Property
    void power_neverPeaksAboveTheCeiling(
            @ForAll @IntRange(min = 1, max = 6) int p,
            @ForAll @IntRange(min = 1, max = 6) int d,
            @ForAll @IntRange(min = 1, max = 8) int wantedP,
            @ForAll @IntRange(min = 1, max = 8) int wantedD) {
        int ceiling = (p + d) * 1000;
        Band watts = new Band(-1, ceiling, pair(1000, 1000), ONE);

        RolePair fitted =
                DynamoBudget.power(pair(p, d), pair(wantedP, wantedD), watts).replicas();

        int peak = Math.max(p, fitted.prefill()) + Math.max(d, fitted.decode());
        assertThat(peak * 1000).isLessThanOrEqualTo(ceiling);
    }
}
