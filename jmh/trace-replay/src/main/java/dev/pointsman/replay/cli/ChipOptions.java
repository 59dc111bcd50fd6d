// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.catalog.PriceKind;
import java.util.List;
import picocli.CommandLine.Option;

/** Which chips are compared, and by which kind of price. */
final class ChipOptions {
    @Option(
            names = "--accelerators",
            paramLabel = "NAME",
            split = ",",
            description = "Which chips (default: all of the catalog).")
    private List<String> accelerators = List.of();

    @Option(
            names = "--prices",
            paramLabel = "KIND",
            defaultValue = "rental",
            description = "Which kind of price is compared where the catalog has none of your own: own, rental,"
                    + " ownership or list (default: ${DEFAULT-VALUE}).")
    private String prices = "";

    List<Accelerator> of(AcceleratorCatalog catalog) {
        return accelerators.isEmpty()
                ? catalog.all()
                : accelerators.stream().map(catalog::get).toList();
    }

    PriceKind prices() {
        return PriceKind.of(prices);
    }
}
