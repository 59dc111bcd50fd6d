// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class FleetPlanningTest {
    private static final AcceleratorCatalog CHIPS = AcceleratorCatalog.shipped();

    @Test
    void limitedChips_inPlansOfOneKindOfReplica_haveACurveWithoutTheOthers() {
        StageFleet.Terms servers = new StageFleet.Terms(
                ModelCatalog.shipped().get("llama-3.1-8b"), CHIPS, CostModel.shipped(), DType.FP8, "vLLM");
        PlanTerms terms = new PlanTerms(
                servers,
                List.of(CHIPS.get("h100-sxm")),
                List.of(1),
                List.of(Role.PREFILL_DECODE),
                PriceKind.RENTAL,
                Map.of("h100-sxm", 8),
                LatencyTarget.mean(Duration.ofSeconds(2), Duration.ofMillis(50)),
                ReplicaCapacities.Headroom.DEFAULT);

        PlannedFleet planned =
                FleetPlanning.plan(List.of(RequestClass.of(2, 2_000, 200, 0)), terms, SizingProgress.TO_THE_END);

        assertThat(planned.curve()).isNotEmpty().allSatisfy(point -> {
            assertThat(point.aggregated()).isPositive().isEqualTo(point.best());
            assertThat(point.apart()).isNaN();
        });
    }
}
