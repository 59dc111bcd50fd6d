// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.isolation;

import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.rejected;
import static dev.pointsman.core.Fixtures.request;
import static dev.pointsman.core.isolation.Plugins.BROKEN_CONSTRAINT;
import static dev.pointsman.core.isolation.Plugins.BROKEN_FILTER;
import static dev.pointsman.core.isolation.Plugins.BROKEN_SCORER;
import static dev.pointsman.core.isolation.Plugins.WORD;
import static dev.pointsman.core.isolation.Plugins.handler;
import static dev.pointsman.core.isolation.Plugins.picker;
import static dev.pointsman.core.isolation.Plugins.preferring;
import static dev.pointsman.core.isolation.Plugins.producer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Evaluation;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.plugin.Admission;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.CostUnit;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.api.plugin.Screener;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A host that asks for it gets a refusal that names the failed plugin. */
class FailFastTest {
    @Test
    void failFast_refusesWithTheFailedPlugin() {
        Admission admission = (cycle, candidates) -> {
            throw new IllegalStateException("admission");
        };
        ProfileHandler handler = handler(
                results -> {
                    throw new IllegalStateException("handler");
                },
                (results, draft) -> {});
        List<Pointsman.Builder> builders = List.of(
                Pointsman.builder(fleet(2))
                        .profile(preferring("e1").filter(BROKEN_FILTER).build()),
                Pointsman.builder(fleet(2))
                        .profile(preferring("e1").filter(BROKEN_CONSTRAINT).build()),
                Pointsman.builder(fleet(2))
                        .profile(preferring("e1").scorer(BROKEN_SCORER, 1).build()),
                Pointsman.builder(fleet(2))
                        .profile(Profile.costs("p", CostUnit.DOLLARS)
                                .cost(PluginRef.instance("broken", (CostScorer) (cycle, candidates, costs) -> {
                                    throw new IllegalStateException("cost");
                                }))
                                .build()),
                Pointsman.builder(fleet(2))
                        .profile(preferring("e1")
                                .picker(PluginRef.instance("broken", picker((candidates, picks) -> 0)))
                                .build()),
                Pointsman.builder(fleet(2)).plugin("broken", producer(Set.of(WORD), cycle -> {
                    throw new IllegalStateException("producer");
                })),
                Pointsman.builder(fleet(2)).plugin("broken", (Screener) (cycle, candidates) -> {
                    throw new IllegalStateException("screener");
                }),
                Pointsman.builder(fleet(2)).plugin("broken", admission),
                Pointsman.builder(fleet(2)).profileHandler(PluginRef.instance("broken", handler)));

        for (Pointsman.Builder builder : builders) {
            Pointsman pointsman = builder.failFast().build();
            SchedulingOutcome outcome = pointsman.scheduleExplained(request("r", 10));

            assertThat(outcome).isInstanceOf(Rejection.class);
            Rejection rejection = (Rejection) outcome;
            assertThat(rejection.reason()).isEqualTo(Rejection.Reason.PLUGIN_FAILED);
            assertThat(rejection.plugin()).isEqualTo("broken");
            assertThat(rejection.explanation()).isNotNull();
            assertThat(pointsman.failures("broken")).isEqualTo(1);
            Evaluation evaluation = pointsman.evaluate(request("r"));
            assertThat(evaluation.decision()).isNull();
        }
    }

    @Test
    void failFast_inASecondProfile_releasesTheFirst() {
        ProfileHandler both = handler(
                results -> results.results().isEmpty() ? List.of("p", "q") : List.of(),
                (results, draft) -> draft.primary("p"));
        LoadWitness witness = new LoadWitness();
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .profile(Profile.builder("p").build())
                .profile(Profile.builder("q").scorer(BROKEN_SCORER, 1).build())
                .profileHandler(PluginRef.instance("both", both))
                .plugin("load", witness)
                .failFast()
                .build();

        assertThat(rejected(pointsman, request("r", 10)).reason()).isEqualTo(Rejection.Reason.PLUGIN_FAILED);

        assertThat(witness.look(pointsman)).isZero();
    }
}
