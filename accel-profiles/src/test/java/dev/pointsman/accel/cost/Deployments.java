// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.model.Model;
import dev.pointsman.accel.model.ModelCatalog;

/** Deployments for tests, each in one line. */
public final class Deployments {
    private Deployments() {}

    public static Model model(String id) {
        return ModelCatalog.shipped().get(id);
    }

    public static Accelerator chip(String id) {
        return AcceleratorCatalog.shipped().get(id);
    }

    /** Starts a deployment with tensor parallelism and vLLM. */
    public static Deployment.Builder of(String model, String chip, int tensor, DType weights) {
        return Deployment.of(model(model), chip(chip))
                .tensorParallel(tensor)
                .weights(weights)
                .engine("vLLM");
    }

    /** Predicts a deployment with the coefficients that ship. */
    public static Predictor predictor(String model, String chip, int tensor, DType weights) {
        return CostModel.shipped().predictor(of(model, chip, tensor, weights).build());
    }
}
