// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decision;

import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.explanation;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.named;
import static dev.pointsman.core.Fixtures.profile;
import static dev.pointsman.core.Fixtures.rejected;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.plugin.Admission;
import dev.pointsman.api.plugin.Screener;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A request that may go nowhere is refused with the reason and with whoever kept it out. */
class RejectionTest {
    @Test
    void emptyFleet_isNowhereToGo() {
        Pointsman pointsman = Pointsman.builder(Fleet.create()).build();

        assertThat(rejected(pointsman, request("r")).reason()).isEqualTo(Rejection.Reason.NO_ENDPOINTS);
        assertThat(pointsman.evaluate(request("r")).rejection()).isNotNull();
    }

    @Test
    void filteredOut_namesTheFilterThatRemovedTheLast() {
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(Profile.builder("p")
                        .filter(named("some", candidate -> !candidate.equals("e0")))
                        .filter(named("rest", candidate -> false))
                        .filter(named("never", candidate -> false))
                        .build())
                .build();

        Rejection rejection = rejected(pointsman, request("r"));

        assertThat(rejection.reason()).isEqualTo(Rejection.Reason.FILTERED_OUT);
        assertThat(rejection.plugin()).isEqualTo("rest");
        assertThat(rejection.detail()).contains("profile p").contains("none of 2 candidates");
        assertThat(rejection.explanation()).isNull();
    }

    @Test
    void screenedOut_isRefused() {
        Pointsman pointsman = Pointsman.builder(fleet(2))
                .plugin("first", screener(new ArrayList<>(), "e0"))
                .plugin("second", screener(new ArrayList<>(), "e1"))
                .build();

        assertThat(rejected(pointsman, request("r")).reason()).isEqualTo(Rejection.Reason.SCREENED_OUT);
    }

    @Test
    void screeners_eachSeeTheFleetAndTogetherKeepOut() {
        List<Integer> seen = new ArrayList<>();
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .plugin("first", screener(seen, "e0"))
                .plugin("second", screener(seen, "e2"))
                .build();

        Dispatch dispatch = explained(pointsman, request("r"));

        assertThat(seen).containsExactly(3, 3);
        assertThat(dispatch.target().id()).isEqualTo("e1");
        assertThat(explanation(dispatch).notes())
                .containsExactly(
                        "screener first kept out 1 of 3 endpoints", "screener second kept out 1 of 3 endpoints");
        assertThat(explanation(dispatch).endpoints()).isEqualTo(3);
        assertThat(profile(dispatch).candidates()).hasSize(1);
    }

    @Test
    void admissionThatRefuses_isTheOutcome() {
        Rejection shed = new Rejection(Rejection.Reason.NOT_ADMITTED, "shed", "guard", Duration.ofSeconds(3), null);
        List<String> asked = new ArrayList<>();
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .plugin("first", (Admission) (cycle, candidates) -> {
                    asked.add("first");
                    return null;
                })
                .plugin("guard", (Admission) (cycle, candidates) -> shed)
                .plugin("never", (Admission) (cycle, candidates) -> {
                    asked.add("never");
                    return null;
                })
                .build();

        assertThat(rejected(pointsman, request("r"))).isSameAs(shed);
        assertThat(asked).containsExactly("first");
    }

    private static Screener screener(List<Integer> seen, String out) {
        return (cycle, candidates) -> {
            seen.add(candidates.size());
            candidates.keepIf(position -> !candidates.endpoint(position).id().equals(out));
        };
    }
}
