// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decision;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.profile;
import static dev.pointsman.core.Fixtures.request;
import static dev.pointsman.core.Fixtures.requestsInFlight;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.cycle.Candidate;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.plugin.EndpointScorer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request that loses a place to another is decided anew, and in the end under the lock. */
class ReservationConflictTest {
    @Test
    void lostReservation_isDecidedAnew() {
        Rival rival = new Rival(1);
        Pointsman pointsman = rival.over(fleet(2));

        Dispatch dispatch = explained(pointsman, request("r"));

        assertThat(profile(dispatch).attempts()).isEqualTo(2);
        assertThat(rival.taken).hasSize(1);
        // Decided on what the rival left: the other endpoint.
        assertThat(dispatch.target().id())
                .isNotEqualTo(rival.taken.get(0).target().id());
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 10, 1000})
    void manyLostReservations_endUnderTheLock(int conflicts) {
        Rival rival = new Rival(conflicts);
        Pointsman pointsman = rival.over(fleet(1));

        Dispatch dispatch = explained(pointsman, request("r"));

        int attempts = profile(dispatch).attempts();
        assertThat(attempts).isEqualTo(Math.min(conflicts + 1, 20));
        dispatch.close();
        rival.taken.forEach(Dispatch::close);
        assertThat(requestsInFlight(pointsman)).isEqualTo(Map.of("e0", 0L));
    }

    /** A load scorer during which another request takes the place that this one is about to choose, some times over. */
    private static final class Rival implements EndpointScorer {
        final List<Dispatch> taken = new ArrayList<>();
        private int left;
        private boolean busy;
        private Pointsman pointsman;

        Rival(int times) {
            left = times;
        }

        Pointsman over(Fleet fleet) {
            pointsman = Pointsman.builder(fleet)
                    .profile(Profile.builder("p").scorer(this, 1).build())
                    .build();
            return pointsman;
        }

        @Override
        public Set<DataKey> consumes() {
            return Set.of(InFlightLoad.REQUESTS);
        }

        @Override
        public double score(InferenceRequest request, Candidate candidate) {
            if (request.id().equals("r")
                    && left > 0
                    && !busy
                    && candidate.endpoint().id().equals("e0")) {
                busy = true;
                left--;
                // The same id, and so the same draw and the same choice.
                taken.add(dispatched(pointsman, request));
                busy = false;
            }
            return 1.0 / (1 + candidate.number(InFlightLoad.REQUESTS));
        }
    }
}
