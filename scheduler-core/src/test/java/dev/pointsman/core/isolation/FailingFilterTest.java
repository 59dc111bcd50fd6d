// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.isolation;

import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.profile;
import static dev.pointsman.core.Fixtures.rejected;
import static dev.pointsman.core.Fixtures.request;
import static dev.pointsman.core.isolation.Plugins.BROKEN_CONSTRAINT;
import static dev.pointsman.core.isolation.Plugins.BROKEN_FILTER;
import static dev.pointsman.core.isolation.Plugins.preferring;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.explain.FilterVerdict;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import org.junit.jupiter.api.Test;

/** A filter that fails removes nothing, unless it is a constraint: that lets nothing through. */
class FailingFilterTest {
    @Test
    void filterThatThrows_removesNothing() {
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(preferring("e2").filter(BROKEN_FILTER).build())
                .build();

        Dispatch dispatch = explained(pointsman, request("r", 10));

        assertThat(dispatch.target().id()).isEqualTo("e2");
        assertThat(profile(dispatch).candidates())
                .hasSize(3)
                .allSatisfy(candidate ->
                        assertThat(candidate.verdicts()).containsExactly(new FilterVerdict("broken", true, true)));
        assertThat(pointsman.failures("broken")).isEqualTo(1);
    }

    @Test
    void constraintThatThrows_endsTheProfileAndIsNamed() {
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(preferring("e2").filter(BROKEN_CONSTRAINT).build())
                .build();

        Rejection rejection = rejected(pointsman, request("r"));

        assertThat(rejection.reason()).isEqualTo(Rejection.Reason.FILTERED_OUT);
        assertThat(rejection.plugin()).isEqualTo("broken");
        assertThat(rejection.detail()).contains("filter broken failed").contains("3 candidates");
        assertThat(pointsman.failures("broken")).isEqualTo(1);
        assertThat(pointsman
                        .evaluate(request("r"))
                        .explanation()
                        .profiles()
                        .get(0)
                        .candidates())
                .allSatisfy(candidate ->
                        assertThat(candidate.verdicts()).containsExactly(new FilterVerdict("broken", false, true)));
    }

    @Test
    void filterThatCannotSayWhetherItIsAConstraint_isTakenForOne() {
        Filter unsure = new Filter() {
            @Override
            public void filter(SchedulingCycle cycle, CandidateSet candidates) {
                throw new IllegalStateException("filter");
            }

            @Override
            public boolean constraint() {
                throw new IllegalStateException("constraint");
            }
        };
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(Profile.builder("p")
                        .filter(PluginRef.instance("unsure", unsure))
                        .build())
                .build();

        assertThat(rejected(pointsman, request("r")).plugin()).isEqualTo("unsure");
        assertThat(pointsman.failures("unsure")).isEqualTo(2);
    }

    @Test
    void filterThatThrows_hasItsMarksTakenBack() {
        Filter halfway = (Filter) (cycle, candidates) -> {
            candidates.remove(0);
            candidates.remove(1);
            throw new IllegalStateException("halfway");
        };
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(preferring("e0")
                        .filter(PluginRef.instance("halfway", halfway))
                        .build())
                .build();

        assertThat(explained(pointsman, request("r", 10)).target().id()).isEqualTo("e0");
    }
}
