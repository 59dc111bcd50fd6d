// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.model.ModelCatalog;

/** Makes fleets for tests. */
final class StageFleets {
    private StageFleets() {}

    /** Llama 3.1 70B in FP8. */
    static StageFleet parse(String pools) {
        return parse(pools, "llama-3.1-70b", "fp8");
    }

    static StageFleet parse(String pools, String model, String dtype) {
        return StageFleet.parse(
                pools,
                new StageFleet.Terms(
                        ModelCatalog.shipped().get(model),
                        AcceleratorCatalog.shipped(),
                        CostModel.shipped(),
                        DType.of(dtype),
                        "vLLM"));
    }
}
