// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WhichCommandTest {
    @TempDir
    Path directory;

    @Test
    void model_getsATableAndAPageThatLoadsNothing() throws IOException {
        Run run = Run.of(
                "which",
                "llama-3.1-70b",
                "--prompts=2000,16000",
                "--cached=0,0.8",
                "--accelerators=h100-sxm,mi300x,b200-sxm,l4",
                "--out=" + directory);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("2,000 prompt tokens, 0 % cached", "16,000 prompt tokens, 80 % cached")
                .contains("fastest ", "cheapest in time ", "b200-sxm", "mi300x", " points)");
        String page = Files.readString(directory.resolve("which.html"));
        assertThat(page)
                .contains("llama-3.1-70b", "id=\"ttft-1\"", "id=\"usd-1\"", "Rests on", "which llama-3.1-70b")
                .doesNotContain("{{", "src=\"http", "href=\"http");
    }

    @Test
    void json_hasWhatTheTableHas_theFastestFirst() throws IOException {
        Run run = Run.of(
                "which",
                "llama-3.1-70b",
                "--prompts=2000",
                "--accelerators=h100-sxm,b200-sxm,l4",
                "--out=" + directory,
                "--json");

        assertThat(run.exitCode()).as(run.err()).isZero();
        Map<?, ?> traffic = (Map<?, ?>) ((List<?>) run.json().get("traffic")).get(0);
        List<?> offers = (List<?>) traffic.get("offers");
        assertThat(offers)
                .hasSize(3)
                .allSatisfy(offer -> assertThat(micros(offer)).isPositive());
        assertThat(offers).isSortedAccordingTo(Comparator.comparingLong(WhichCommandTest::micros));
        assertThat(((Map<?, ?>) offers.get(0)).get("accelerator"))
                .isEqualTo(traffic.get("fastest"))
                .isEqualTo("b200-sxm");
        assertThat(directory.resolve("which.html")).exists();
    }

    private static long micros(Object offer) {
        Map<?, ?> ttft = (Map<?, ?>) requireNonNull(((Map<?, ?>) offer).get("ttftMicros"));
        return ((Number) requireNonNull(ttft.get("estimate"))).longValue();
    }

    @Test
    void equalInput_makesEqualPages() throws IOException {
        String[] command = {"which", "llama-3.1-8b", "--accelerators=h100-sxm,l4", "--out=" + directory};

        Run.of(command);
        byte[] first = Files.readAllBytes(directory.resolve("which.html"));
        Run.of(command);

        assertThat(directory.resolve("which.html")).hasBinaryContent(first);
    }

    @Test
    void chipThatCannotHoldTheModel_isLeftOutWithTheReason() {
        Run run = Run.of("which", "deepseek-r1", "--accelerators=l4,b200-sxm", "--out=" + directory);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("Left out:", "l4: ");
    }

    @Test
    void ownPrices_areUsed() throws IOException {
        Path prices = directory.resolve("prices.json");
        Files.writeString(prices, """
                {"prices": [{"accelerator": "l4", "usdPerHour": 0.001, "basis": "ours", "asOf": "2026-11-01"}]}
                """);

        Run run = Run.of(
                "which",
                "llama-3.1-8b",
                "--prompts=500",
                "--ttft-ms=60000",
                "--tpot-ms=60000",
                "--accelerators=l4,h100-sxm",
                "--catalog=" + prices,
                "--out=" + directory);

        assertThat(run.out()).contains("cheapest in time l4");
    }

    @Test
    void wrongNames_areRefusedInOneLine() {
        Run model = Run.of("which", "llama-3.1-71b", "--out=" + directory);
        Run chip = Run.of("which", "llama-3.1-8b", "--accelerators=h100-sxn", "--out=" + directory);
        Run share = Run.of("which", "llama-3.1-8b", "--cached=80", "--out=" + directory);

        assertThat(model.exitCode()).isEqualTo(1);
        assertThat(model.err()).contains("llama-3.1-71b");
        assertThat(chip.exitCode()).isEqualTo(1);
        assertThat(chip.err()).contains("h100-sxn");
        assertThat(share.exitCode()).isEqualTo(1);
        assertThat(share.err()).contains("between 0 and 1");
    }
}
