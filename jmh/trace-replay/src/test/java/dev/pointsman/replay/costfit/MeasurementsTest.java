// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.costfit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.cost.ClosedLoop;
import dev.pointsman.accel.model.ModelCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MeasurementsTest {
    private static final String GOOD = "{\"accelerator\":\"h100-sxm\",\"model\":\"llama-3.1-70b\",\"dtype\":\"fp8\","
            + "\"tp\":4,\"numChips\":4,\"isl\":1024,\"osl\":1024,\"concurrency\":64,\"ttftMs\":210.5,\"tpotMs\":19.5,"
            + "\"statistic\":\"mean\",\"scenario\":\"closed-loop concurrency\",\"engine\":\"vLLM\","
            + "\"date\":\"2025-10-29\",\"specDecode\":\"none\",\"quality\":\"ok\"}";

    @TempDir
    Path directory;

    @Test
    void aGoodPoint_isReadInFull() throws IOException {
        UsablePoint point = read(GOOD).points().get(0);

        assertThat(point.deployment()).hasToString("llama-3.1-70b on 4 x h100-sxm, fp8, vLLM 2025-Q4");
        assertThat(point.load()).isEqualTo(new ClosedLoop(1024, 1024, 64, ClosedLoop.Statistic.MEAN));
        assertThat(point.tpotSeconds()).hasValue(19.5e-3);
        assertThat(point.ttftSeconds()).hasValue(210.5e-3);
    }

    @Test
    void pointsThatCannotBeUsed_areCountedByReason() throws IOException {
        Measurements measurements = read(
                GOOD,
                GOOD.replace("\"none\"", "\"mtp\""),
                GOOD.replace("\"none\"", "\"unknown\""),
                GOOD.replace("\"ok\"", "\"kv-overflow\""),
                GOOD.replace("\"ok\"", "\"suspect: slower than the next\""),
                GOOD.replace("\"quality\"", "\"flaggedPostHoc\":true,\"quality\""),
                GOOD.replace("h100-sxm", "h1000-sxm"),
                GOOD.replace("llama-3.1-70b", "llama-9"),
                GOOD.replace("\"fp8\"", "\"fp3\""),
                GOOD.replace("\"tp\":4,\"numChips\":4", "\"tp\":3,\"numChips\":3"),
                GOOD.replace("closed-loop concurrency", "MLPerf Inference v5.1 Server"),
                GOOD.replace("\"ttftMs\":210.5,\"tpotMs\":19.5,", ""),
                GOOD.replace("\"concurrency\":64,", ""),
                GOOD.replace("\"osl\":1024,", ""),
                GOOD.replace("\"dtype\":\"fp8\",", ""),
                GOOD.replace("210.5", "-1"),
                GOOD.replace("19.5", "\"fast\""),
                GOOD.replace("19.5", "NaN"));

        assertThat(measurements.size()).isEqualTo(1);
        assertThat(measurements.excluded())
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("speculative decoding", 1),
                        Map.entry("unknown whether speculative decoding", 1),
                        Map.entry("quality: kv-overflow", 1),
                        Map.entry("quality: suspect", 1),
                        Map.entry("flagged after the fact", 1),
                        Map.entry("unknown accelerator h1000-sxm", 1),
                        Map.entry("unknown model llama-9", 1),
                        Map.entry("unknown data type fp3", 1),
                        Map.entry("impossible deployment: tensor: 3 chips cannot share 64 attention heads evenly.", 1),
                        Map.entry("neither a closed loop nor a static batch", 1),
                        Map.entry("neither TTFT nor TPOT", 1),
                        Map.entry("no concurrency", 1),
                        Map.entry("no prompt or output length", 1),
                        Map.entry("no data type", 1),
                        Map.entry("wrong field: ttftMs", 1),
                        Map.entry("wrong field: tpotMs", 2)));
    }

    @Test
    void byteOrderMark_isPassedOver() throws IOException {
        assertThat(read("\uFEFF" + GOOD).size()).isEqualTo(1);
    }

    @Test
    void fieldsThatNobodyNeeds_doNotDisturb() throws IOException {
        Measurements measurements = read(
                "",
                GOOD.replace("\"statistic\"", "\"nested\":{\"a\":[1,2]},\"ep\":null,\"date\":null,\"statistic\""),
                GOOD.replace("\"statistic\":\"mean\",", "").replace("\"engine\":\"vLLM\",", ""));

        assertThat(measurements.size()).isEqualTo(2);
        assertThat(measurements.excluded()).isEmpty();
    }

    @Test
    void coresAndStages_areToldFromChips() throws IOException {
        Measurements measurements = read(
                GOOD.replace("\"tp\":4,\"numChips\":4", "\"tp\":8,\"numChips\":4"),
                GOOD.replace("\"tp\":4,\"numChips\":4", "\"tp\":4,\"numChips\":8"),
                GOOD.replace("\"tp\":4,\"numChips\":4", "\"tp\":4,\"numChips\":4,\"dpAttention\":true"));

        assertThat(measurements.points().stream()
                        .map(point -> point.deployment().parallelism().toString()))
                .containsExactly(
                        "Parallelism[tensor=4, pipeline=1, expert=1, attentionData=1]",
                        "Parallelism[tensor=4, pipeline=2, expert=1, attentionData=1]",
                        "Parallelism[tensor=4, pipeline=1, expert=1, attentionData=4]");
    }

    @Test
    void whatIsNotJson_isAnErrorWithItsLine() {
        assertThatThrownBy(() -> read(GOOD, GOOD.substring(0, 40)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("points.jsonl, line 2: is not JSON")
                .hasMessageContaining("Maybe");
        assertThatThrownBy(() -> read("[" + GOOD + "]")).hasMessageContaining("line 1: must be a JSON object");
    }

    @Test
    void quartersAreReadFromEveryFormOfDate() throws IOException {
        Measurements measurements = read(
                GOOD.replace("2025-10-29", "2026-02"),
                GOOD.replace("2025-10-29", "20260213"),
                GOOD.replace("2025-10-29", "2024"),
                GOOD.replace("\"date\":\"2025-10-29\"", "\"engineVersion\":\"1.0.0RC3\""));

        assertThat(measurements.points().stream()
                        .map(point -> point.deployment().release()))
                .containsExactly("2026-Q1", "2026-Q1", "2024", "1.0.0rc3");
    }

    @Test
    void shippedPoints_areAllUsable_andAllThatAreUsableOfTheReference() throws IOException {
        assertThat(Measurements.shipped().excluded()).isEmpty();
        Path reference = Path.of(System.getProperty("pointsman.root")).resolve("../shared/reference/measured.jsonl");
        Assumptions.assumeTrue(Files.exists(reference), "../shared/reference/measured.jsonl is not there");

        Measurements all = Measurements.read(reference, AcceleratorCatalog.shipped(), ModelCatalog.shipped());

        assertThat(Measurements.shipped().points()).isEqualTo(all.points());
    }

    private Measurements read(String... lines) throws IOException {
        Path file = directory.resolve("points.jsonl");
        Files.writeString(file, String.join("\n", lines));
        return Measurements.read(file, AcceleratorCatalog.shipped(), ModelCatalog.shipped());
    }
}
