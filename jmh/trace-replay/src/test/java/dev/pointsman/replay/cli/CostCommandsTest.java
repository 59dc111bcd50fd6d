// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CostCommandsTest {
    private static final String POINT =
            "{\"accelerator\":\"%s\",\"model\":\"llama-3.1-70b\",\"dtype\":\"fp8\",\"tp\":4,"
                    + "\"numChips\":4,\"isl\":1024,\"osl\":1024,\"concurrency\":%d,\"ttftMs\":%s,\"tpotMs\":%s,"
                    + "\"statistic\":\"mean\",\"scenario\":\"closed-loop concurrency\",\"engine\":\"vLLM\","
                    + "\"specDecode\":\"%s\",\"quality\":\"ok\"}";

    @TempDir
    Path directory;

    @Test
    void validate_printsTheShapeThatProgramsRelyOn() throws IOException {
        Run run = Run.of("validate", "--measured", points().toString(), "--json");

        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode json = new ObjectMapper().readTree(run.out());
        JsonNode pooled = json.get("pooled");
        assertThat(pooled.fieldNames())
                .toIterable()
                .containsExactly("tpot", "ttft", "lowerBoundViolations", "orderingAccuracy", "orderingPairs");
        assertThat(pooled.get("tpot").fieldNames())
                .toIterable()
                .containsExactly("count", "meanAbsPctError", "medianAbsPctError", "bias", "insideBand");
        assertThat(pooled.get("tpot").get("count").intValue()).isEqualTo(4);
        assertThat(pooled.get("ttft").get("count").intValue()).isEqualTo(2);
        assertThat(pooled.get("tpot").get("meanAbsPctError").doubleValue()).isBetween(0.1, 25.0);
        assertThat(pooled.get("tpot").get("insideBand").doubleValue()).isBetween(0.0, 1.0);
        assertThat(pooled.get("orderingPairs").intValue()).isEqualTo(2);
        assertThat(pooled.get("orderingAccuracy").doubleValue()).isEqualTo(1);
        assertThat(json.get("groups")).hasSize(2);
        assertThat(json.get("groups").get(0).get("accelerator").asText()).isEqualTo("b200-sxm");
        assertThat(json.get("excluded").get("speculative decoding").intValue()).isEqualTo(1);
        assertThat(json.get("excluded").get("unknown accelerator abacus").intValue())
                .isEqualTo(1);
    }

    @Test
    void validate_printsATableWithWhatWasLeftOut() throws IOException {
        Run run = Run.of("validate", "--measured=" + points());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("h100-sxm, vLLM, fp8", "pooled", "Lower bound violated by 0.0% of points")
                .contains("named right in 100.0% of 2 pairs")
                .contains("1  speculative decoding");
    }

    @Test
    void validate_ofNothingUsable_saysSo() throws IOException {
        Path file = directory.resolve("none.jsonl");
        Files.writeString(file, String.format(POINT, "abacus", 4, 1, 1, "none"));

        Run table = Run.of("validate", "--measured=" + file);
        Run json = Run.of("validate", "--measured=" + file, "--json");

        assertThat(table.exitCode()).as(table.err()).isZero();
        assertThat(table.out()).contains("0 points compared", "1  unknown accelerator abacus");
        assertThat(json.out()).contains("\"meanAbsPctError\" : null");
    }

    @Test
    void fittedCoefficients_areUsedAndReproducible() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int clients = 1; clients <= 32; clients++) {
            lines.add(String.format(POINT, "h100-sxm", clients, 100 + clients, 30 + clients, "none"));
        }
        Path file = directory.resolve("slow.jsonl");
        Files.write(file, lines);
        Path first = directory.resolve("first.json");
        Path second = directory.resolve("second.json");

        Run fit = Run.of("fit", "--measured=" + file, "--out=" + first);
        Run.of("fit", "--measured=" + file, "--out=" + second);
        Run validate = Run.of("validate", "--measured=" + file, "--coefficients=" + first, "--json");

        assertThat(fit.exitCode()).as(fit.err()).isZero();
        assertThat(fit.out()).contains("Fitted 32 points");
        assertThat(Files.readString(first)).isEqualTo(Files.readString(second));
        JsonNode tpot =
                new ObjectMapper().readTree(validate.out()).get("pooled").get("tpot");
        assertThat(tpot.get("meanAbsPctError").doubleValue()).isLessThan(5);
    }

    @Test
    void badInput_isOneLine() throws IOException {
        Path broken = directory.resolve("broken.jsonl");
        Files.writeString(broken, "{\"accelerator\":");
        Path empty = directory.resolve("empty.jsonl");
        Files.writeString(empty, "");

        assertThat(Run.of("validate", "--measured=" + directory.resolve("absent"))
                        .err())
                .contains("there is no such file");
        assertThat(Run.of("validate", "--measured=" + broken).err()).contains("broken.jsonl, line 1: is not JSON");
        assertThat(Run.of("validate", "--measured=" + broken).exitCode()).isEqualTo(1);
        assertThat(Run.of("validate").exitCode()).isEqualTo(2);
        assertThat(Run.of("fit", "--measured=" + empty, "--out=" + directory.resolve("no.json"))
                        .err())
                .contains("must have at least 10 usable points, but has 0");
        assertThat(directory.resolve("no.json")).doesNotExist();
    }

    private Path points() throws IOException {
        Path file = directory.resolve("points.jsonl");
        Files.write(
                file,
                List.of(
                        String.format(POINT, "h100-sxm", 64, 210, 19.5, "none"),
                        String.format(POINT, "h100-sxm", 128, 400, 27, "none"),
                        String.format(POINT, "b200-sxm", 64, 150, 13.6, "none"),
                        String.format(POINT, "b200-sxm", 128, 300, 18.5, "none"),
                        String.format(POINT, "b200-sxm", 64, 150, 5, "mtp"),
                        String.format(POINT, "abacus", 64, 150, 5, "none")));
        return file;
    }
}
