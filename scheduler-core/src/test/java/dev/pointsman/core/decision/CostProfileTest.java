// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decision;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.number;
import static dev.pointsman.core.Fixtures.profile;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.ProfileResult;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.explain.CandidateExplanation;
import dev.pointsman.api.explain.ProfileExplanation;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.CostUnit;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In a cost profile costs add up and the least total wins. */
class CostProfileTest {
    @Test
    void costs_addUpAndTheLeastWins() {
        CostScorer queue = costs(5, 1, 3);
        CostScorer prefill = costs(0, 1, 2);
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(Profile.costs("p", CostUnit.SECONDS)
                        .cost(queue)
                        .cost(prefill)
                        .build())
                .build();

        Dispatch dispatch = explained(pointsman, request("r"));

        Leg leg = dispatch.decision().primary();
        assertThat(leg.target().endpoint().id()).isEqualTo("e1");
        assertThat(leg.target().total()).isEqualTo(2);
        assertThat(leg.fallbacks()).extracting(Target::total).containsExactly(5.0, 5.0);
        ProfileExplanation profile = profile(dispatch);
        assertThat(profile.unit()).isEqualTo("seconds");
        assertThat(profile.margin()).isEqualTo(3);
        assertThat(profile.candidates()).extracting(CandidateExplanation::total).containsExactly(2.0, 5.0, 5.0);
    }

    @Test
    void missingCost_isTheMeanOfTheOthers() {
        assertThat(costOf("e1", 4, Double.NaN, 1)).isEqualTo(2.5);
        assertThat(costOf("e0", Double.NaN, Double.NaN, Double.NaN)).isZero();
        // Neither favoured nor shunned where every other one is out of the question.
        assertThat(costOf("e0", Double.NaN, Double.POSITIVE_INFINITY))
                .isEqualTo(costOf("e1", Double.NaN, Double.POSITIVE_INFINITY));
    }

    @Test
    void infiniteCost_isTheLastResort() {
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(Profile.costs("p", CostUnit.SECONDS)
                        .cost(costs(Double.POSITIVE_INFINITY, 1e9, Double.POSITIVE_INFINITY))
                        .cost(costs(0, 1e9, 0))
                        .build())
                .build();

        assertThat(dispatched(pointsman, request("r")).target().id()).isEqualTo("e1");
        assertThat(costOf("e1", Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY))
                .isFinite()
                .isPositive();
    }

    @Test
    void negativeCost_isNone() {
        assertThat(costOf("e0", -7, 1, 1)).isZero();
    }

    @Test
    void handler_seesCostsAsTheyAre() {
        List<Double> totals = new ArrayList<>();
        ProfileHandler handler = new ProfileHandler() {
            @Override
            public List<String> next(ProductionCycle cycle, ProfileResults results) {
                return results.results().isEmpty() ? results.declared() : List.of();
            }

            @Override
            public void fold(SchedulingCycle cycle, ProfileResults results, DecisionDraft draft) {
                ProfileResult result = results.results().get(0);
                for (int i = 0; i < result.size(); i++) {
                    totals.add(result.total(i));
                }
                draft.primary(result.profile());
            }
        };
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(Profile.costs("p", CostUnit.SECONDS)
                        .cost(costs(3, 1, 2))
                        .build())
                .profileHandler(PluginRef.instance("handler", handler))
                .build();

        dispatched(pointsman, request("r"));

        assertThat(totals).containsExactly(3.0, 1.0, 2.0);
    }

    private static double costOf(String endpoint, double... costs) {
        Pointsman pointsman = Pointsman.builder(fleet(costs.length))
                .profile(Profile.costs("p", CostUnit.SECONDS).cost(costs(costs)).build())
                .build();
        return pointsman.evaluate(request("r")).explanation().profiles().get(0).candidates().stream()
                .filter(candidate -> candidate.endpoint().equals(endpoint))
                .mapToDouble(CandidateExplanation::total)
                .findFirst()
                .orElseThrow();
    }

    private static CostScorer costs(double... values) {
        return (cycle, candidates, costs) -> {
            for (int i = 0; i < candidates.size(); i++) {
                costs[i] = values[number(candidates.endpoint(i))];
            }
        };
    }
}
