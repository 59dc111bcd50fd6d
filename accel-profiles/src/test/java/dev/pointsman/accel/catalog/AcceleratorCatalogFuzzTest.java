// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.accel.internal.json.HostileJson;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a file contains, it is read whole or refused in two lines, and accelerators that were read have sound numbers. */
final class AcceleratorCatalogFuzzTest {
    private static final String CHANGES = """
            {"accelerators": [
              {"id": "l4", "tdpWatts": 60, "peakTflops": {"bf16": 120}, "links": {"host": null}},
              {"id": "h100-nvl", "extends": "h100-pcie", "memoryGiB": 94, "aliases": ["nvl"]}],
             "prices": [{"accelerator": "h200-sxm", "usdPerHour": 2.35, "basis": "ours", "asOf": "2026-11-01"}]}""";

    @Property(tries = 500)
    void anyBytes_areReadOrRefused(@ForAll byte[] bytes) {
        HostileJson.readOrRefused(bytes, AcceleratorCatalog.shipped()::with);
    }

    @Property(tries = 2000)
    void changedFiles_areReadOrRefused(@ForAll("changed") byte[] bytes) {
        HostileJson.readOrRefused(
                bytes, file -> check(AcceleratorCatalog.shipped().with(file)));
    }

    @Property(tries = 1000)
    void changedCatalogs_areReadOrRefused(@ForAll("shipped") byte[] bytes) {
        HostileJson.readOrRefused(
                bytes, file -> check(AcceleratorCatalog.empty().with(file)));
    }

    @Provide
    Arbitrary<byte[]> changed() {
        return Arbitraries.oneOf(HostileJson.changedValues(CHANGES), HostileJson.changedLetters(CHANGES));
    }

    @Provide
    Arbitrary<byte[]> shipped() {
        String intel = HostileJson.resource(AcceleratorCatalog.class, "intel.json");
        return Arbitraries.oneOf(HostileJson.changedValues(intel), HostileJson.changedLetters(intel));
    }

    private static void check(AcceleratorCatalog catalog) {
        assertThat(catalog.all()).allSatisfy(accelerator -> {
            assertThat(catalog.get(accelerator.id())).isSameAs(accelerator);
            for (DType type : DType.values()) {
                assertThat(accelerator.computeTflops(type)).isPositive().isFinite();
            }
            assertThat(accelerator.memoryBytes()).isPositive().isFinite();
            assertThat(accelerator.memoryBytesPerSecond()).isPositive().isFinite();
        });
    }
}
