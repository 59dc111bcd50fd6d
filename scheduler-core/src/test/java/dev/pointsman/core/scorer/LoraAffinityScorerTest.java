// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.fleet.LoraState;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LoraAffinityScorerTest {
    private static final TestFleet FLEET = TestFleet.builder()
            .endpoint("active", signals -> signals.lora(new LoraState(Set.of("ours"), Set.of("x", "y"), 1)))
            .endpoint("room", signals -> signals.lora(new LoraState(Set.of("x"), Set.of("y"), 3)))
            .endpoint("room-and-waiting", signals -> signals.lora(new LoraState(Set.of("x"), Set.of("ours"), 3)))
            .endpoint("waiting", signals -> signals.lora(new LoraState(Set.of("x"), Set.of("ours"), 2)))
            .endpoint("full", signals -> signals.lora(new LoraState(Set.of("x"), Set.of("y"), 2)))
            .endpoint("takes-none", signals -> signals.lora(new LoraState(Set.of(), Set.of(), 0)))
            .endpoint("silent")
            .build();

    @Test
    void requestForAnAdapter_prefersWhereItRunsAtOnce() {
        assertThat(cycle("ours").score(new LoraAffinityScorer()))
                .containsExactly(1, 0.8, 0.8, 0.6, 0, 0, Scorer.MISSING);
    }

    @Test
    void requestForThePlainModel_isNeutralEverywhere() {
        assertThat(cycle(null).score(new LoraAffinityScorer())).hasSize(7).containsOnly(Scorer.NEUTRAL);
    }

    private static TestCycle cycle(@Nullable String adapter) {
        return TestCycle.of(FLEET, TestRequests.builder().loraAdapter(adapter).build());
    }
}
