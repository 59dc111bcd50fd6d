// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model.huggingface;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.accel.internal.json.HostileJson;
import dev.pointsman.accel.model.Model;
import dev.pointsman.accel.model.WeightFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a config contains, it is read or refused in two lines. */
final class HuggingFaceConfigFuzzTest {
    @Property(tries = 4000)
    void changedConfigs_areReadOrRefused(@ForAll("changed") byte[] bytes) {
        HostileJson.readOrRefused(bytes, root -> {
            Model model = HuggingFaceConfig.read("fuzz", root);
            WeightFormat weights = model.weights();
            assertThat(model.architecture().parameters()).isPositive();
            assertThat(model.architecture().weightBytes(weights)).isPositive().isFinite();
        });
    }

    @Provide
    Arbitrary<byte[]> changed() {
        return Arbitraries.of(
                        "llama-3.1-8b",
                        "gpt-oss-20b",
                        "kimi-k2.5",
                        "nemotron-3-nano-30b-a3b",
                        "gemma-4-26b-a4b",
                        "llama-4-maverick",
                        "qwen3.5-397b-a17b",
                        "falcon-180b")
                .map(name -> HostileJson.resource(HuggingFaceConfigTest.class, name + ".json"))
                .flatMap(json -> Arbitraries.oneOf(HostileJson.changedValues(json), HostileJson.changedLetters(json)));
    }
}
