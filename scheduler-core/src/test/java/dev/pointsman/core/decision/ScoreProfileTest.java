// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decision;

import static dev.pointsman.core.Fixtures.byNumber;
import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.profile;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Target;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.Profile;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** In a score profile the highest total wins and the next best stand by. */
class ScoreProfileTest {
    @Test
    void fallbacks_areAtMostThreeBestFirst() {
        double[] scores = {0.1, 0.9, 0.5, 0.7, 0.3, 0.2};
        Pointsman pointsman = Pointsman.builder(fleet(6))
                .profile(Profile.builder("p").scorer(byNumber(scores)).build())
                .build();

        Leg leg = dispatched(pointsman, request("r")).decision().primary();

        assertThat(leg.target().endpoint().id()).isEqualTo("e1");
        assertThat(leg.fallbacks()).extracting(target -> target.endpoint().id()).containsExactly("e3", "e2", "e4");
        assertThat(leg.fallbacks()).extracting(Target::total).containsExactly(0.7, 0.5, 0.3);
    }

    @Test
    void zeroWeightScorer_isShownAndChangesNothing() {
        UnaryOperator<Profile.Builder> base = profile -> profile.scorer(byNumber(0.2, 0.4, 0.3));
        Pointsman without = Pointsman.builder(fleet(3))
                .profile(base.apply(Profile.builder("p")).build())
                .build();
        Pointsman with = Pointsman.builder(fleet(3))
                .profile(base.apply(Profile.builder("p"))
                        .scorer(byNumber(1, 0, 1), 0)
                        .build())
                .build();

        Dispatch dispatch = explained(with, request("r"));

        assertThat(dispatch.decision().primary())
                .isEqualTo(dispatched(without, request("r")).decision().primary());
        assertThat(profile(dispatch).candidates().get(0).scores()).hasSize(2);
    }
}
