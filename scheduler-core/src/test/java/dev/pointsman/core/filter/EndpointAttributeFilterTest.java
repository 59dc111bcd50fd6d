// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.core.filter.EndpointAttributeFilter.Comparison;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointAttributeFilterTest {
    private static final TestCycle CYCLE = TestCycle.of(TestFleet.builder()
            .endpoint("low", known -> known.gauge("heat", 1))
            .endpoint("limit", known -> known.gauge("heat", 2))
            .endpoint("high", known -> known.gauge("heat", 3))
            .endpoint("unknown", known -> known.gauge("other", 2))
            .build());

    @ParameterizedTest
    @CsvSource({
        "LESS_THAN, low",
        "LESS_THAN_OR_EQUAL, low limit",
        "GREATER_THAN, high",
        "GREATER_THAN_OR_EQUAL, limit high",
        "EQUAL, limit",
        "NOT_EQUAL, low high"
    })
    void comparison_isOfTheNumberWithTheLimit(Comparison comparison, String expected) {
        EndpointAttributeFilter filter = new EndpointAttributeFilter("heat", comparison, 2);

        assertThat(CYCLE.filter(filter.withMissingFailing())).isEqualTo(List.of(expected.split(" ")));
        assertThat(CYCLE.filter(filter)).isEqualTo(List.of((expected + " unknown").split(" ")));
    }

    @Test
    void nobody_isKeptOrAllIfTold() {
        EndpointAttributeFilter filter =
                new EndpointAttributeFilter("heat", Comparison.GREATER_THAN, 9).withMissingFailing();

        assertThat(CYCLE.filter(filter)).isEmpty();
        assertThat(CYCLE.filter(filter.withFallbackOnEmpty())).containsExactly("low", "limit", "high", "unknown");
    }

    @Test
    void missingThatPasses_isSomebody() {
        EndpointAttributeFilter filter =
                new EndpointAttributeFilter("heat", Comparison.GREATER_THAN, 9).withFallbackOnEmpty();

        assertThat(CYCLE.filter(filter)).containsExactly("unknown");
    }

    @Test
    void enginesSignals_haveLlmdsNames() {
        TestCycle cycle = TestCycle.of(TestFleet.builder()
                .endpoint(
                        "small",
                        known -> known.waitingRequests(1)
                                .runningRequests(1)
                                .kvUsage(0.1)
                                .kvBlockSize(1)
                                .kvBlockCount(1))
                .endpoint(
                        "large",
                        known -> known.waitingRequests(5)
                                .runningRequests(5)
                                .kvUsage(0.5)
                                .kvBlockSize(5)
                                .kvBlockCount(5))
                .build());

        for (String name : List.of(
                "WaitingQueueSize", "RunningRequestsSize", "KVCacheUsagePercent", "CacheBlockSize", "CacheNumBlocks")) {
            double limit = name.startsWith("KV") ? 0.3 : 3;
            assertThat(cycle.filter(new EndpointAttributeFilter(name, Comparison.LESS_THAN, limit)))
                    .as(name)
                    .containsExactly("small");
        }
    }

    @Test
    void isNoConstraint() {
        assertThat(new EndpointAttributeFilter("heat", Comparison.EQUAL, 1).constraint())
                .isFalse();
    }

    @Test
    void whatCannotBeMeant_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new EndpointAttributeFilter(" ", Comparison.EQUAL, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EndpointAttributeFilter("heat", Comparison.EQUAL, Double.NaN));
    }
}
