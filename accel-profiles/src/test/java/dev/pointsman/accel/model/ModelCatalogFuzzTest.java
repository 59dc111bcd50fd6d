// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.internal.json.HostileJson;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a file of models contains, it is read whole or refused in two lines, and what was read has sound numbers. */
final class ModelCatalogFuzzTest {
    private static final String MODELS = """
            {"models": [
              {"id": "a", "layers": 4, "hiddenSize": 64, "vocabularySize": 100,
               "attention": {"kind": "hybrid", "full": {"layers": 1, "heads": 4, "kvHeads": 2, "headDim": 16},
                 "recurrent": {"kind": "gated-delta", "layers": 3, "keyHeads": 2, "keyHeadDim": 8, "valueHeads": 4,
                   "valueHeadDim": 8, "convolution": 4}},
               "feedForward": {"denseLayers": 1, "denseIntermediate": 128,
                 "experts": {"layers": 3, "count": 8, "active": 2, "intermediate": 32, "shared": 1,
                   "sharedIntermediate": 32}},
               "weights": {"linear": "fp8", "experts": "fp4"}, "published": {"parametersBillions": 1}},
              {"id": "b", "extends": "deepseek-v3.2", "layers": 62, "attention": {"selector": {"tokens": 1024}}},
              {"id": "gpt-oss-20b", "attention": {"windowTokens": 256}}]}""";

    @Property(tries = 3000)
    void changedFiles_areReadOrRefused(@ForAll("changed") byte[] bytes) {
        HostileJson.readOrRefused(bytes, file -> check(ModelCatalog.shipped().with(file)));
    }

    @Provide
    Arbitrary<byte[]> changed() {
        return Arbitraries.oneOf(HostileJson.changedValues(MODELS), HostileJson.changedLetters(MODELS));
    }

    static void check(ModelCatalog catalog) {
        assertThat(catalog.all()).allSatisfy(model -> check(model.architecture()));
    }

    /** A shape that was read has as many weights as all its parts, and no number overflowed. */
    private static void check(ModelArchitecture shape) {
        assertThat(shape.parameters()).isPositive().isGreaterThanOrEqualTo(shape.activeParameters());
        assertThat(shape.activeLayerParameters()).isPositive();
        assertThat(shape.kvBytesPerToken(DType.BF16)).isNotNegative().isFinite();
        assertThat(shape.prefillFlops(1000, 1000)).isPositive().isFinite();
        assertThat(shape.decodeFlops(1000)).isPositive().isFinite();
        assertThat(shape.cacheBytes(1000, DType.FP8)).isNotNegative().isFinite();
    }
}
