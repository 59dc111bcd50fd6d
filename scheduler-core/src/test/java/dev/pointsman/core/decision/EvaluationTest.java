// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decision;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.evaluated;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.leastRequests;
import static dev.pointsman.core.Fixtures.request;
import static dev.pointsman.core.Fixtures.requestsInFlight;
import static dev.pointsman.core.Fixtures.tokensInFlight;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Evaluation;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An evaluation says what would be decided and leaves no trace. */
class EvaluationTest {
    @Test
    void evaluate_reservesNothingAndTellsNobody() {
        List<String> heard = new ArrayList<>();
        Pointsman pointsman = Pointsman.builder(fleet(2))
                .profile(Profile.builder("p")
                        .filter((request, candidate) -> !request.id().equals("nowhere"))
                        .scorer((request, candidate) -> 3)
                        .build())
                .plugin("witness", new SchedulingObserver() {
                    @Override
                    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
                        heard.add("dispatched");
                    }

                    @Override
                    public void rejected(SchedulingCycle cycle, Rejection rejection) {
                        heard.add("rejected");
                    }

                    @Override
                    public void scoresAdjusted(String scorer, int clamped, int missing) {
                        heard.add("scoresAdjusted");
                    }
                })
                .build();

        Evaluation evaluation = pointsman.evaluate(request("r", 50));
        Evaluation refused = pointsman.evaluate(request("nowhere", 50));

        assertThat(evaluation.decision()).isNotNull();
        assertThat(evaluation.decision().explanation()).isEqualTo(evaluation.explanation());
        assertThat(refused.rejection()).isNotNull();
        assertThat(heard).isEmpty();
        assertThat(requestsInFlight(pointsman).values()).containsOnly(0L);
        assertThat(tokensInFlight(pointsman).values()).containsOnly(0L);
    }

    @Test
    void evaluate_saysWhatScheduleThenDoes() {
        Pointsman pointsman =
                Pointsman.builder(fleet(5)).profile(leastRequests()).build();

        for (int i = 0; i < 50; i++) {
            String expected = evaluated(pointsman, "r" + i);
            assertThat(dispatched(pointsman, request("r" + i)).target().id()).isEqualTo(expected);
        }
    }
}
