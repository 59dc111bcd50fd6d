// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;

/**
 * Any bytes are a configuration that loads, or refused with an error of our form that changes nothing; one that loads prints
 * itself back. Runs over the checked-in inputs only, but for profile {@code fuzz}.
 */
class EndpointPickerConfigFuzzTest {
    private static final int MOST_MESSAGE = 5_000;
    private static final int SLOW = 20_000;

    @FuzzTest(maxDuration = "1m")
    void load(byte[] input) {
        if (input.length > SLOW) {
            return; // What is longer only makes each try slower.
        }
        try (Pointsman running = Pointsman.builder(Fleet.create())
                .configuration(EndpointPickerConfig.parse("default.yaml", ""))
                .build()) {
            String before = running.effectiveConfiguration();
            try {
                running.reload(EndpointPickerConfig.parse("input.yaml", new String(input, UTF_8)));
            } catch (ConfigurationException e) {
                assertThat(e.getMessage()).startsWith("input.yaml:").hasSizeLessThan(MOST_MESSAGE);
                assertThat(e.getMessage().lines().toList())
                        .hasSize(2)
                        .last()
                        .asString()
                        .startsWith("Maybe ");
                assertThat(running.effectiveConfiguration()).isEqualTo(before);
                return;
            }
            String effective = running.effectiveConfiguration();
            running.findings(Expectations.NONE.longestPromptTokens(100_000));
            running.reload(EndpointPickerConfig.parse("effective.yaml", effective));
            assertThat(running.effectiveConfiguration()).isEqualTo(effective);
        }
    }
}
