// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.model.ModelCatalog;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a model is served, and which chips and models there are. */
final class ServedOptions {
    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            defaultValue = "fp8",
            description = "How weights are stored (default: ${DEFAULT-VALUE}).")
    private String dtype = "";

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            defaultValue = "vLLM",
            description = "The engine (default: ${DEFAULT-VALUE}).")
    private String engine = "";

    @Option(
            names = "--catalog",
            paramLabel = "FILE",
            description = "Accelerators, prices and models of your own, beside those that ship.")
    private @Nullable Path catalog;

    DType weights() {
        return DType.of(dtype);
    }

    String engine() {
        return engine;
    }

    AcceleratorCatalog chips() {
        AcceleratorCatalog shipped = AcceleratorCatalog.shipped();
        return catalog == null ? shipped : shipped.with(catalog);
    }

    ModelCatalog models() {
        ModelCatalog shipped = ModelCatalog.shipped();
        return catalog == null ? shipped : shipped.with(catalog);
    }
}
