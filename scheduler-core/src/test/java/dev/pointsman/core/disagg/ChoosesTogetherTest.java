// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.explanation;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.leastRequests;
import static dev.pointsman.core.Fixtures.rejected;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.PluginRef;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What the engine does for handlers that choose among candidates themselves. */
class ChoosesTogetherTest {
    private final List<String> folded = new ArrayList<>();

    /** Names positions, and does something before. */
    private final class Naming implements ProfileHandler {
        private final boolean together;
        private final Supplier<int[]> positions;

        Naming(boolean together, Supplier<int[]> positions) {
            this.together = together;
            this.positions = positions;
        }

        @Override
        public boolean choosesTogether() {
            return together;
        }

        @Override
        public List<String> next(ProductionCycle cycle, ProfileResults results) {
            if (results.results().isEmpty()) {
                return List.of("default");
            }
            cycle.note("chose among " + results.results().get(0).size());
            return List.of();
        }

        @Override
        public void fold(SchedulingCycle cycle, ProfileResults results, DecisionDraft draft) {
            int[] chosen = positions.get();
            folded.add(results.results().get(0).size() + " candidates");
            draft.primary("default", chosen);
        }
    }

    private Pointsman scheduler(Fleet fleet, boolean together, Supplier<int[]> positions) {
        return Pointsman.builder(fleet)
                .profile(leastRequests())
                .profileHandler(PluginRef.instance("naming", new Naming(together, positions)))
                .build();
    }

    @Test
    void candidateThatThePickerDidNotChoose_isReservedAndNoOther() {
        Pointsman pointsman = scheduler(fleet(3), true, () -> new int[] {2, 0});

        Dispatch first = dispatched(pointsman, request("a"));
        Dispatch second = dispatched(pointsman, request("b"));

        assertThat(first.target().id()).isEqualTo("e2");
        assertThat(second.target().id()).isEqualTo("e2");
        assertThat(pointsman.requestsInFlight("e2")).isEqualTo(2);
        assertThat(pointsman.requestsInFlight("e0") + pointsman.requestsInFlight("e1"))
                .isZero();
        assertThat(first.failover())
                .hasValueSatisfying(next -> assertThat(next.id()).isEqualTo("e0"));
        first.close();
        second.close();
        assertThat(pointsman.requestsInFlight("e2") + pointsman.requestsInFlight("e0"))
                .isZero();
    }

    @Test
    void endpointThatLeavesWhileItIsChosen_hasAllChosenAgain() {
        Fleet fleet = fleet(3);
        Pointsman pointsman = scheduler(fleet, true, () -> {
            fleet.leave("e0");
            return new int[] {0};
        });

        Dispatch dispatch = dispatched(pointsman, request("a"));

        assertThat(folded).containsExactly("3 candidates", "2 candidates");
        assertThat(dispatch.target().id()).isEqualTo("e1");
    }

    @Test
    void whatWasChosenInVain_isNotExplained() {
        Fleet fleet = fleet(3);
        Pointsman pointsman = scheduler(fleet, true, () -> {
            fleet.leave("e0");
            return new int[] {0};
        });

        Dispatch dispatch = explained(pointsman, request("a"));

        assertThat(explanation(dispatch).notes())
                .anyMatch(note -> note.contains("e0"))
                .contains("profile handler naming: chose among 2")
                .doesNotContain("profile handler naming: chose among 3");
        dispatch.close();
    }

    @Test
    void loadThatCameMeanwhile_hasAllChosenAgain_andAnEndIsReached() {
        Pointsman[] self = new Pointsman[1];
        List<SchedulingOutcome> rivals = new ArrayList<>();
        boolean[] inside = new boolean[1];
        self[0] = scheduler(fleet(1), true, () -> {
            if (!inside[0] && rivals.size() < 2) {
                inside[0] = true;
                rivals.add(self[0].schedule(request("rival-" + rivals.size())));
                inside[0] = false;
            }
            return new int[] {0};
        });

        dispatched(self[0], request("a"));

        assertThat(rivals).hasSize(2);
        assertThat(folded).hasSize(5); // Each rival once, and the request itself until nobody came in between.
        assertThat(self[0].requestsInFlight("e0")).isEqualTo(3);
    }

    @Test
    void handlerThatDoesNotChooseTogether_cannotNamePositions_andNothingStaysReserved() {
        Pointsman pointsman = scheduler(fleet(2), false, () -> new int[] {0});

        Rejection rejection = rejected(pointsman, request("a"));

        assertThat(rejection.reason()).isEqualTo(Rejection.Reason.NO_DECISION);
        assertThat(rejection.detail()).contains("what its picker chose is reserved already");
        assertThat(pointsman.requestsInFlight("e0") + pointsman.requestsInFlight("e1"))
                .isZero();
    }

    @Test
    void positionsThatAreNone_areRefused() {
        for (int[] wrong : new int[][] {{}, {2}, {-1}, {0, 0}, {0, 1, 2, 3, 4}}) {
            Rejection rejection = rejected(scheduler(fleet(2), true, () -> wrong), request("a"));

            assertThat(rejection.detail()).contains("different positions from 0 to 1");
        }
    }
}
