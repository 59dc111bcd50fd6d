// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.accel.catalog.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CoefficientsTest {
    @TempDir
    Path directory;

    @Test
    void shippedCoefficients_surviveWritingAndReading() throws IOException {
        String written = CostModelJson.write(CostModel.shipped(), Map.of("by", "a test"));
        Path file = directory.resolve("coefficients.json");
        Files.writeString(file, written);

        CostModel read = CostModel.read(file);

        assertThat(read.decode().groups())
                .isEqualTo(CostModel.shipped().decode().groups());
        assertThat(read.firstToken().bands())
                .isEqualTo(CostModel.shipped().firstToken().bands());
        assertThat(CostModelJson.write(read, Map.of("by", "a test"))).isEqualTo(written);
    }

    @Test
    void everyGroup_saysHowManyPointsAndHowFarOff() {
        for (Coefficients coefficients :
                List.of(CostModel.shipped().decode(), CostModel.shipped().firstToken())) {
            assertThat(coefficients.groups()).allSatisfy(group -> {
                assertThat(group.points()).isPositive();
                assertThat(group.meanError()).isNotNegative();
                assertThat(group.medianError()).isNotNegative();
            });
            assertThat(coefficients.groups().get(0).points()).isGreaterThan(1500);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "deepseek-r1, h200-sxm, 8, FP8_BLOCK, fp8",
        "llama-3.1-70b, h100-sxm, 4, FP16, bf16",
        "gpt-oss-120b, b200-sxm, 1, MXFP4, fp4"
    })
    void dataTypesThatDifferInScalesOnly_restOnTheSameMeasurements(
            String model, String chip, int chips, DType weights, String measured) {
        Deployment deployment =
                Deployments.predictor(model, chip, chips, weights).deployment();

        assertThat(Coefficients.path(deployment)).element(3).isEqualTo(measured);
        assertThat(CostModel.shipped().decode().resolve(deployment).key()).hasSizeGreaterThan(2);
    }

    @Test
    void everyGroup_hasItsParent() {
        List<List<String>> keys = CostModel.shipped().decode().groups().stream()
                .map(Coefficients.Group::key)
                .toList();

        assertThat(keys)
                .allSatisfy(key -> assertThat(keys).contains(key.subList(0, Math.max(0, key.size() - 1))))
                .doesNotHaveDuplicates();
    }

    @Test
    void brokenFiles_areRefusedWithTheirPlace() throws IOException {
        Path file = directory.resolve("broken.json");
        Files.writeString(file, "{\"decode\": {");
        assertThatThrownBy(() -> CostModel.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("broken.json: is not JSON");

        Files.writeString(file, "{}");
        assertThatThrownBy(() -> CostModel.read(file)).hasMessageContaining("broken.json.decode: is missing");

        String good = CostModelJson.write(CostModel.shipped(), Map.of());
        Files.writeString(file, good.replaceFirst("\"name\":\"kv\"", "\"name\":\"other\""));
        assertThatThrownBy(() -> CostModel.read(file)).hasMessageContaining("decode.terms: must be [weights, kv,");

        Files.writeString(file, good.replaceFirst("\"coefficients\":\\[", "\"coefficients\":[-1,"));
        assertThatThrownBy(() -> CostModel.read(file)).hasMessageContaining("must be finite and at least 0");
    }
}
