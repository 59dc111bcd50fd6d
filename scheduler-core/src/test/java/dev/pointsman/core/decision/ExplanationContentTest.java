// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decision;

import static dev.pointsman.core.Fixtures.byNumber;
import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.explanation;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.named;
import static dev.pointsman.core.Fixtures.profile;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.explain.CandidateExplanation;
import dev.pointsman.api.explain.Explanation;
import dev.pointsman.api.explain.FilterVerdict;
import dev.pointsman.api.explain.ProfileExplanation;
import dev.pointsman.api.explain.ScoreExplanation;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An explanation holds what each plugin said of each candidate. */
class ExplanationContentTest {
    @Test
    void explanation_saysWhatEachPluginSaid() {
        ManualClock clock = new ManualClock(100_000);
        Fleet fleet = fleet(4);
        fleet.update("e1", EndpointMetrics.builder(40_000).waitingRequests(2).build());
        double[] scores = {0.5, 1, 1, 0.9};
        Pointsman pointsman = Pointsman.builder(fleet)
                .clock(clock)
                .seed(9)
                .profile(Profile.builder("p")
                        .filter(named("not-e3", id -> !id.equals("e3")))
                        .scorer(PluginRef.instance("by-number", byNumber(scores)), 2)
                        .build())
                .build();
        dispatched(pointsman, request("first", 11)).close();

        Dispatch dispatch = explained(pointsman, request("second", 7));

        Explanation explanation = explanation(dispatch);
        assertThat(explanation.requestId()).isEqualTo("second");
        assertThat(explanation.seed()).isEqualTo(9);
        assertThat(explanation.fleetVersion()).isEqualTo(fleet.snapshot().version());
        assertThat(explanation.endpoints()).isEqualTo(4);
        assertThat(explanation.outcome())
                .isEqualTo("sent to " + dispatch.target().id() + " by profile p");
        assertThat(explanation.notes()).isEmpty();
        ProfileExplanation profile = explanation.profiles().get(0);
        assertThat(profile.unit()).isEqualTo("score");
        assertThat(profile.picker()).isEqualTo("max-score-picker");
        assertThat(profile.attempts()).isEqualTo(1);
        assertThat(profile.target()).isIn("e1", "e2");
        assertThat(profile.fallbacks()).hasSize(2).last().isEqualTo("e0");
        assertThat(profile.margin()).isZero();
        assertThat(profile.tied()).isEqualTo(2);
        assertThat(profile.candidates())
                .extracting(CandidateExplanation::endpoint)
                .containsExactly("e1", "e2", "e0", "e3");
        CandidateExplanation e0 = profile.candidates().get(2);
        assertThat(e0.verdicts()).containsExactly(new FilterVerdict("not-e3", true, false));
        assertThat(e0.scores())
                .containsExactly(new ScoreExplanation("by-number", 0.5, 0.5, 2, 1, ScoreExplanation.Note.USED));
        assertThat(e0.total()).isEqualTo(1);
        assertThat(e0.signalAges()).isEmpty();
        assertThat(profile.candidates().get(0).signalAges())
                .isEqualTo(Map.of("WAITING_REQUESTS", Duration.ofNanos(60_000)));
        CandidateExplanation e3 = profile.candidates().get(3);
        assertThat(e3.removedBy()).isEqualTo("not-e3");
        assertThat(e3.scores()).isEmpty();
        assertThat(e3.total()).isNaN();
        // Read when the profile began, so without what this request itself reserves.
        assertThat(profile.candidates()).allSatisfy(candidate -> {
            assertThat(candidate.inFlightRequests()).isZero();
            assertThat(candidate.inFlightTokens()).isZero();
        });
    }

    @Test
    void explanation_ofOneCandidateHasNoMargin() {
        Dispatch dispatch = explained(Pointsman.builder(fleet(1)).build(), request("r"));

        assertThat(profile(dispatch).margin()).isNaN();
        assertThat(profile(dispatch).tied()).isEqualTo(1);
    }

    @Test
    void explanation_ofARefusal_saysWhoRemovedEach() {
        Pointsman pointsman = Pointsman.builder(fleet(2))
                .profile(Profile.builder("p")
                        .filter(named("a", id -> id.equals("e1")))
                        .filter(named("b", id -> false))
                        .build())
                .build();

        Rejection rejection = (Rejection) pointsman.scheduleExplained(request("r"));

        assertThat(rejection.explanation()).isNotNull();
        ProfileExplanation profile = rejection.explanation().profiles().get(0);
        assertThat(profile.target()).isNull();
        assertThat(profile.margin()).isNaN();
        assertThat(profile.candidates())
                .extracting(CandidateExplanation::removedBy)
                .containsExactly("a", "b");
        assertThat(rejection.explanation().outcome()).startsWith("refused (FILTERED_OUT): ");
    }

    @Test
    void explanation_holdsWhatProducersNote_andNobodyElseIsAskedForIt() {
        List<Boolean> asked = new ArrayList<>();
        DataProducer noting = new DataProducer() {
            @Override
            public Set<DataKey> produces() {
                return Set.of();
            }

            @Override
            public void produce(ProductionCycle cycle, Candidates candidates) {
                asked.add(cycle.explaining());
                cycle.note(candidates.size() + " endpoints are cold");
            }
        };
        Pointsman pointsman =
                Pointsman.builder(fleet(2)).plugin("caches", noting).build();

        dispatched(pointsman, request("plain"));
        Dispatch dispatch = explained(pointsman, request("explained"));

        assertThat(asked).containsExactly(false, true);
        assertThat(explanation(dispatch).notes()).containsExactly("producer caches: 2 endpoints are cold");
    }
}
