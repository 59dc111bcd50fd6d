// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decision;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.rejected;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.explain.Explanation;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import org.junit.jupiter.api.Test;

/** One decision in so many explains itself, by its draw and not by chance. */
class ExplanationSamplingTest {
    @Test
    void explainOneIn_samplesAboutOneInNAndAlwaysTheSame() {
        Pointsman pointsman = Pointsman.builder(fleet(1)).explainOneIn(10).build();
        Pointsman again = Pointsman.builder(fleet(1)).explainOneIn(10).build();
        int explained = 0;

        for (int i = 0; i < 5000; i++) {
            Explanation explanation =
                    dispatched(pointsman, request("r" + i)).decision().explanation();
            Explanation second = dispatched(again, request("r" + i)).decision().explanation();
            assertThat(second == null).isEqualTo(explanation == null);
            explained += explanation != null ? 1 : 0;
        }

        // 500 expected, with a standard deviation of 21.
        assertThat(explained).isBetween(395, 605);
    }

    @Test
    void explainOneIn_zeroIsNoneAndOneIsAll() {
        Pointsman none = Pointsman.builder(fleet(1)).explainOneIn(0).build();
        Pointsman all = Pointsman.builder(fleet(1)).explainOneIn(1).build();

        assertThat(dispatched(none, request("r")).decision().explanation()).isNull();
        assertThat(dispatched(all, request("r")).decision().explanation()).isNotNull();
        assertThat(rejected(Pointsman.builder(Fleet.create()).explainOneIn(1).build(), request("r"))
                        .explanation())
                .isNotNull();
        assertThatThrownBy(() -> Pointsman.builder(fleet(1)).explainOneIn(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\nMaybe");
    }
}
