// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.kvcache.feed.EndpointHealth;
import dev.pointsman.kvcache.feed.EndpointHealth.State;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpectedStepsTest {
    private static final EndpointHealth HEALTH = new EndpointHealth(State.FRESH, null, 0, "");
    private static final List<String> DONE =
            List.of("apply 2", "drop DUPLICATE_BATCH", "replay from 3", "clear", "apply 9");

    private static void require(String... expected) {
        new ExpectedSteps("case", List.of(expected)).requireOf(DONE, HEALTH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"drop events", "duplicate", "ignore second 2", "live 3 is a duplicate", "drops it"})
    void wordsForADrop_meanOne(String words) {
        assertThatCode(() -> require("apply 2", words, "apply 9")).doesNotThrowAnyException();
        assertThatCode(() -> require(words)).doesNotThrowAnyException();
        assertThatThrownBy(() -> require("clear", words)).isInstanceOf(Mismatch.class);
    }

    @Test
    void prose_isPassedOver() {
        assertThatCode(() -> require("short replay -> clear, then apply 9")).doesNotThrowAnyException();
    }

    @Test
    void proseAlone_isNotTakenForSuccess() {
        assertThatThrownBy(() -> require("all is well")).isInstanceOf(Mismatch.class);
    }
}
