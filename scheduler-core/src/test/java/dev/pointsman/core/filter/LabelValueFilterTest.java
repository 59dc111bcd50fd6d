// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LabelValueFilterTest {
    private static final TestCycle CYCLE = TestCycle.of(TestFleet.builder()
            .endpoint(endpoint("gold", Map.of("tier", "gold")))
            .endpoint(endpoint("silver", Map.of("tier", "silver")))
            .hole()
            .endpoint(endpoint("empty", Map.of("tier", "")))
            .endpoint(endpoint("other", Map.of("zone", "gold")))
            .endpoint(endpoint("bare", Map.of()))
            .build());

    @Test
    void values_areTheOnesThatPass() {
        assertThat(CYCLE.filter(new LabelValueFilter("tier", List.of("gold", "", "gold"), false)))
                .containsExactly("gold", "empty");
    }

    @Test
    void absence_passesIfAllowed_andAnEmptyValueIsNoAbsence() {
        assertThat(CYCLE.filter(new LabelValueFilter("tier", List.of(), true))).containsExactly("other", "bare");
        assertThat(CYCLE.filter(new LabelValueFilter("tier", List.of("silver"), true)))
                .containsExactly("silver", "other", "bare");
    }

    @Test
    void nobody_isAnAnswer() {
        assertThat(CYCLE.filter(new LabelValueFilter("tier", List.of("bronze"), false)))
                .isEmpty();
    }

    @Test
    void isAConstraint() {
        assertThat(new LabelValueFilter("tier", List.of("gold"), false).constraint())
                .isTrue();
    }

    @Test
    void whatNobodyCanPass_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LabelValueFilter("tier", List.of(), false))
                .withMessageStartingWith("validValues: must have a value");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LabelValueFilter(" ", List.of("gold"), false))
                .withMessageStartingWith("label: must not be blank.");
    }

    private static Endpoint endpoint(String id, Map<String, String> labels) {
        return Endpoint.builder(id, id + ":8000").labels(labels).build();
    }
}
