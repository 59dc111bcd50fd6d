// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decision;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.endpoint;
import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.explanation;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.number;
import static dev.pointsman.core.Fixtures.profile;
import static dev.pointsman.core.Fixtures.request;
import static dev.pointsman.core.Fixtures.requestsInFlight;
import static dev.pointsman.core.Fixtures.scoring;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An endpoint that leaves while it is being chosen is not chosen. */
class VanishingEndpointTest {
    @Test
    void bestEndpointLeavesDuringScoring_theNextIsChosen() {
        Fleet fleet = fleet(4);
        Pointsman pointsman = Pointsman.builder(fleet)
                .profile(scoring((request, candidate) -> {
                    fleet.leave("e0");
                    return 1.0 / (1 + number(candidate.endpoint()));
                }))
                .build();

        Dispatch dispatch = explained(pointsman, request("r"));

        assertThat(dispatch.target().id()).isEqualTo("e1");
        assertThat(explanation(dispatch).notes())
                .containsExactly("endpoint e0 left the fleet while it was being chosen");
        assertThat(profile(dispatch).attempts()).isEqualTo(2);
        assertThat(requestsInFlight(pointsman)).isEqualTo(Map.of("e1", 1L, "e2", 0L, "e3", 0L));
    }

    @Test
    void bestEndpointReturnsDuringScoring_isAnotherAndNotChosen() {
        Fleet fleet = fleet(2);
        boolean[] done = new boolean[1];
        Pointsman pointsman = Pointsman.builder(fleet)
                .profile(scoring((request, candidate) -> {
                    if (!done[0]) {
                        done[0] = true;
                        fleet.leave("e0");
                        fleet.join(endpoint(0));
                    }
                    return 1.0 / (1 + number(candidate.endpoint()));
                }))
                .build();

        assertThat(dispatched(pointsman, request("r")).target().id()).isEqualTo("e1");
    }

    @Test
    void everyEndpointLeavesDuringScoring_nowhereToGo() {
        Fleet fleet = fleet(3);
        Pointsman pointsman = Pointsman.builder(fleet)
                .profile(scoring((request, candidate) -> {
                    fleet.leave("e0");
                    fleet.leave("e1");
                    fleet.leave("e2");
                    return 1;
                }))
                .build();

        Rejection rejection = (Rejection) pointsman.scheduleExplained(request("r"));

        assertThat(rejection.reason()).isEqualTo(Rejection.Reason.NO_ENDPOINTS);
        assertThat(rejection.explanation()).isNotNull();
        assertThat(rejection.explanation().notes()).hasSize(3);
        assertThat(rejection.explanation().profiles().get(0).target()).isNull();
    }
}
