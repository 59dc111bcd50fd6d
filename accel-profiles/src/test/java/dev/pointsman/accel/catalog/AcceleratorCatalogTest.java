// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.accel.CatalogException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AcceleratorCatalogTest {
    @TempDir
    private Path folder;

    @Test
    void everyReferenceChip_isInTheCatalog_withAllItsNumbers() throws IOException {
        Path reference = Path.of(System.getProperty("pointsman.root")).resolve("../shared/reference/accelerators.json");
        assumeTrue(Files.exists(reference), "needs ../shared/reference/accelerators.json");

        List<String> checked = new ArrayList<>();
        for (JsonNode chip : new ObjectMapper().readTree(reference.toFile())) {
            Accelerator accelerator =
                    AcceleratorCatalog.shipped().get(chip.get("id").textValue());
            checkNumbers(accelerator, chip);
            checkLinksAndPrices(accelerator, chip);
            checked.add(accelerator.id());
        }

        assertThat(checked).hasSize(22).doesNotHaveDuplicates();
    }

    private static void checkNumbers(Accelerator accelerator, JsonNode chip) {
        assertThat(accelerator.vendor()).isEqualTo(chip.get("vendor").textValue());
        chip.get("peakTflops").properties().forEach(peak -> {
            DType type = DType.of(peak.getKey());
            if (peak.getValue().isNull()) {
                assertThat(accelerator.peakTflops()).doesNotContainKey(type);
            } else {
                assertThat(accelerator.peakTflops())
                        .containsEntry(type, peak.getValue().doubleValue());
            }
        });
        assertThat(accelerator.memoryGiB()).isEqualTo(chip.get("memoryGiB").doubleValue());
        assertThat(accelerator.usableMemoryGiB()).isEqualTo(optional(chip.get("memoryUsableGiB")));
        assertThat(accelerator.memoryMarketingGB()).isEqualTo(optional(chip.get("memoryMarketingGB")));
        assertThat(accelerator.memoryGigabytesPerSecond())
                .isEqualTo(chip.get("memoryBandwidthGBs").doubleValue());
        assertThat(accelerator.tdpWatts()).isEqualTo(optional(chip.get("tdpW")));
        List<String> sources = new ArrayList<>();
        chip.get("source").forEach(source -> sources.add(source.textValue()));
        assertThat(accelerator.sources()).containsAll(sources);
        assertThat(String.join(" ", accelerator.notes()))
                .contains(chip.get("memoryUnit").textValue());
        if (chip.has("note")) {
            assertThat(accelerator.notes()).contains(chip.get("note").textValue());
        }
        if (chip.has("memoryNote")) {
            assertThat(String.join(" ", accelerator.notes()))
                    .contains(chip.get("memoryNote").textValue());
        }
    }

    private static void checkLinksAndPrices(Accelerator accelerator, JsonNode chip) {
        Link link = accelerator.link(LinkKind.SCALE_UP).orElseThrow();
        assertThat(link.gigabytesPerSecond())
                .isEqualTo(chip.at("/interconnectGBs/perDirection").doubleValue());
        assertThat(2 * link.gigabytesPerSecond())
                .isCloseTo(chip.at("/interconnectGBs/bidirectional").doubleValue(), within(1e-9));
        assertThat(link.technology()).isEqualTo(chip.at("/interconnectGBs/kind").textValue());
        if (chip.has("scaleUpDomain")) {
            assertThat(link.chips()).isEqualTo(chip.get("scaleUpDomain").intValue());
        }
        List<Double> prices = new ArrayList<>();
        chip.get("prices").forEach(price -> prices.add(price.get("usdPerHour").doubleValue()));
        assertThat(accelerator.prices()).extracting(Price::usdPerHour).containsExactlyInAnyOrderElementsOf(prices);
    }

    private static OptionalDouble optional(JsonNode node) {
        return node == null || node.isNull() ? OptionalDouble.empty() : OptionalDouble.of(node.doubleValue());
    }

    @Test
    void everyShippedNumber_hasASourceAndEveryPrice_aDay() {
        assertThat(AcceleratorCatalog.shipped().all()).hasSize(24).allSatisfy(accelerator -> {
            assertThat(accelerator.sources()).isNotEmpty();
            assertThat(accelerator.links())
                    .allSatisfy(link -> assertThat(link.source()).isNotBlank());
            assertThat(accelerator.prices()).allSatisfy(price -> {
                assertThat(price.source()).isNotBlank();
                assertThat(price.asOf()).isAfter(LocalDate.of(2026, 1, 1));
            });
        });
    }

    @Test
    void rtx4090_isThereFromItsDataSheet() {
        Accelerator card = AcceleratorCatalog.shipped().get("rtx-4090");

        assertThat(card.peakTflops())
                .containsEntry(DType.BF16, 165.2)
                .containsEntry(DType.FP8, 330.3)
                .containsEntry(DType.INT8, 660.6);
        assertThat(card.memoryGigabytesPerSecond()).isEqualTo(1008);
        assertThat(card.tdpWatts()).hasValue(450);
    }

    @Test
    void get_anotherSpellingOrAnAlias_isFound() {
        AcceleratorCatalog catalog = AcceleratorCatalog.shipped();

        assertThat(catalog.get("H100_SXM")).isSameAs(catalog.get("h100-sxm"));
        assertThat(catalog.get("NVIDIA-H100-80GB-HBM3")).isSameAs(catalog.get("h100-sxm"));
        assertThat(catalog.get("trillium").id()).isEqualTo("tpu-v6e");
        assertThat(catalog.find("abacus")).isEmpty();
    }

    @Test
    void get_misspelt_suggestsWhatWasMeant() {
        assertThatThrownBy(() -> AcceleratorCatalog.shipped().get("mi30x"))
                .isInstanceOf(CatalogException.class)
                .hasMessageStartingWith(
                        "no accelerator is called mi30x.\nMaybe mi300x was meant; there are: a100-pcie, ");
    }

    @Test
    void computeTflops_typeThatTheChipLacks_isThatOfBf16() {
        Accelerator a100 = AcceleratorCatalog.shipped().get("a100-sxm");
        Accelerator h100 = AcceleratorCatalog.shipped().get("h100-sxm");

        assertThat(a100.multiplies(DType.FP8)).isFalse();
        assertThat(a100.computeTflops(DType.FP8)).isEqualTo(312);
        assertThat(h100.computeTflops(DType.FP8_BLOCK)).isEqualTo(1979);
        assertThat(h100.computeTflops(DType.MXFP4)).isEqualTo(989);
        assertThat(h100.computeTflops(DType.INT4)).isEqualTo(989);
    }

    @Test
    void memoryBytes_whatTheDriverReports_winsOverTheLabel() {
        assertThat(AcceleratorCatalog.shipped().get("h100-sxm").memoryBytes()).isEqualTo(79.65 * (1L << 30));
        assertThat(AcceleratorCatalog.shipped().get("h200-sxm").memoryBytes()).isEqualTo(141.0 * (1L << 30));
    }

    @Test
    void with_entryOfAnIdThatIsThere_changesOnlyWhatItNames() throws IOException {
        AcceleratorCatalog changed = AcceleratorCatalog.shipped().with(file("""
                        {"accelerators": [{"id": "l4", "tdpWatts": 60, "peakTflops": {"bf16": 120},
                          "links": {"host": null}}]}"""));

        Accelerator before = AcceleratorCatalog.shipped().get("l4");
        Accelerator after = changed.get("l4");
        assertThat(after.tdpWatts()).hasValue(60);
        assertThat(after.peakTflops()).containsEntry(DType.BF16, 120.0).containsEntry(DType.FP8, 242.0);
        assertThat(after.link(LinkKind.HOST)).isEmpty();
        assertThat(after.memoryGigabytesPerSecond()).isEqualTo(before.memoryGigabytesPerSecond());
        assertThat(after.sources()).isEqualTo(before.sources());
        assertThat(before.tdpWatts()).hasValue(72);
    }

    @Test
    void with_entryThatExtendsAnother_startsAsItsCopyWithoutNamesAndPrices() throws IOException {
        AcceleratorCatalog changed = AcceleratorCatalog.shipped().with(file("""
                        {"accelerators": [{"id": "h100-nvl", "extends": "H100", "memoryGiB": 94,
                          "usableMemoryGiB": 93.6}]}"""));

        Accelerator nvl = changed.get("h100-nvl");
        assertThat(nvl.name()).isEqualTo("h100-nvl");
        assertThat(nvl.aliases()).isEmpty();
        assertThat(nvl.prices()).isEmpty();
        assertThat(nvl.memoryGiB()).isEqualTo(94);
        assertThat(nvl.computeTflops(DType.BF16)).isEqualTo(989);
        assertThat(changed.get("h100").id()).isEqualTo("h100-sxm");
    }

    @Test
    void with_newEntry_isAddedBesideTheOthers() throws IOException {
        AcceleratorCatalog changed = AcceleratorCatalog.shipped().with(file("""
                        {"about": "ours", "accelerators": [{"id": "npu-1", "vendor": "Ours", "family": "npu",
                          "peakTflops": {"float16": 100}, "memoryGiB": 32, "memoryGigabytesPerSecond": 500,
                          "links": {"scale-up": {"technology": "ring", "gigabytesPerSecond": 100, "chips": 4}}}]}"""));

        Accelerator npu = changed.get("npu-1");
        assertThat(npu.computeTflops(DType.FP8)).isEqualTo(100);
        assertThat(npu.tdpWatts()).isEmpty();
        assertThat(npu.price()).isEmpty();
        assertThat(changed.all()).hasSize(25);
    }

    @Test
    void with_price_becomesTheDefault() throws IOException {
        AcceleratorCatalog changed = AcceleratorCatalog.shipped().with(file("""
                        {"prices": [{"accelerator": "h200", "usdPerHour": 2.35, "basis": "our contract",
                          "asOf": "2026-11-01"}]}"""));

        Price price = changed.get("h200-sxm").price().orElseThrow();
        assertThat(price.usdPerHour()).isEqualTo(2.35);
        assertThat(price.kind()).isEqualTo(PriceKind.OWN);
        assertThat(price.asOf()).isEqualTo(LocalDate.of(2026, 11, 1));
        assertThat(changed.get("h200-sxm")
                        .price(PriceKind.OWNERSHIP)
                        .orElseThrow()
                        .basis())
                .isEqualTo("modelled TCO, neocloud");
    }

    @Test
    void with_twoFiles_theLaterOneChangesTheEarlier() throws IOException {
        AcceleratorCatalog changed = AcceleratorCatalog.shipped()
                .with(file("{\"accelerators\": [{\"id\": \"mine\", \"extends\": \"l4\"}]}"))
                .with(file("{\"accelerators\": [{\"id\": \"mine\", \"tdpWatts\": 1}]}"));

        assertThat(changed.get("mine").tdpWatts()).hasValue(1);
        assertThat(changed.get("mine").memoryGiB()).isEqualTo(24);
    }

    private Path file(String json) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "own", ".json"), json);
    }
}
