// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeaderLabelAffinityScorerTest {
    private static final TestFleet FLEET = TestFleet.builder()
            .endpoint(Endpoint.builder("gold", "gold:1").label("tier", "gold").build())
            .endpoint(Endpoint.builder("Gold", "Gold:1").label("tier", "Gold").build())
            .endpoint(Endpoint.builder("empty", "empty:1").label("tier", "").build())
            .endpoint("none")
            .build();

    private final HeaderLabelAffinityScorer scorer = new HeaderLabelAffinityScorer("X-Tier", "tier");
    private final HeaderLabelAffinityScorer llmD = new HeaderLabelAffinityScorer("X-Tier", "tier", Semantics.LLM_D);

    @Test
    void labelThatIsTheHeadersValue_scoresOne() {
        assertThat(asking("gold").score(scorer)).containsExactly(1, 0, 0, 0);
        assertThat(asking("gold").score(llmD)).containsExactly(1, 0, 0, 0);
    }

    @Test
    void withoutTheHeader_allAreNeutral_orZeroAsInLlmD() {
        assertThat(TestCycle.of(FLEET).score(scorer)).containsOnly(0.5);
        assertThat(TestCycle.of(FLEET).score(llmD)).containsOnly(0);
        assertThat(asking("").score(scorer)).containsOnly(0.5);
        assertThat(asking("").score(llmD)).containsOnly(0);
    }

    @Test
    void blankNames_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HeaderLabelAffinityScorer(" ", "tier"))
                .withMessageStartingWith("headerName: must not be blank.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HeaderLabelAffinityScorer("x-tier", ""))
                .withMessageStartingWith("labelKey: must not be blank.");
    }

    private static TestCycle asking(String value) {
        return TestCycle.of(
                FLEET,
                TestRequests.builder()
                        .headers(HeaderLookup.of(Map.of("x-tier", value)))
                        .build());
    }
}
