// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.core.scorer.LlmdCases;
import dev.pointsman.core.scorer.LlmdCases.Case;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import org.junit.jupiter.api.Test;

/** Holds the filters against llm-d's own cases; none differs by design. */
class FilterConformanceTest {
    @Test
    void llmdCases_hold() {
        int passed = 0;

        for (Case one : LlmdCases.of("filter", FilterFactories.all())) {
            TestCycle cycle = TestCycle.of(fleet(one));

            assertThat(cycle.filter((Filter) one.plugin()))
                    .as(one.toString())
                    .isEqualTo(one.object("expected").texts("kept"));
            passed++;
        }

        System.out.println("llm-d filter cases: " + passed + " passed, 0 differ by design");
        assertThat(passed).isEqualTo(7);
    }

    private static TestFleet fleet(Case one) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (Case endpoint : one.objects("endpoints")) {
            Endpoint.Builder builder = Endpoint.builder(endpoint.text("name"), "host:8000");
            Case labels = endpoint.object("labels");
            labels.names().forEach(key -> builder.label(key, labels.text(key)));
            fleet.endpoint(builder.build());
        }
        return fleet.build();
    }
}
