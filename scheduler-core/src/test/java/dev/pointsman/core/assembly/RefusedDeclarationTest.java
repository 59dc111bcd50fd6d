// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.assembly;

import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.refused;
import static dev.pointsman.core.Fixtures.rejected;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.CostUnit;
import dev.pointsman.api.plugin.EndpointScorer;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a host declares is checked before the first request, with the place and what would be right. */
class RefusedDeclarationTest {
    private static final EndpointScorer PLAIN = (request, candidate) -> 1;
    private static final AttributeKey<String> A = new AttributeKey<>("a", "a", String.class);

    @Test
    void unknownType_suggestsTheNearest() {
        refused(Pointsman.builder(fleet(1))
                        .profile(Profile.builder("p").scorer("queue-scorrer", 1).build()))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("profile p, scorer queue-scorrer")
                .hasMessageContaining("Maybe queue-scorer was meant");
    }

    @Test
    void unknownParameter_suggestsTheNearest() {
        refused(Pointsman.builder(fleet(1))
                        .profile(Profile.builder("p")
                                .scorer("token-load-scorer", 1, Map.of("queueTresholdTokens", 5))
                                .build()))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("queueTresholdTokens")
                .hasMessageContaining("Maybe queueThresholdTokens was meant");
    }

    @Test
    void wrongParameter_namesPathAndValue() {
        refused(Pointsman.builder(fleet(1)).plugin("mine", "token-load-scorer", Map.of("queueThresholdTokens", -5)))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("plugin mine")
                .hasMessageContaining("queueThresholdTokens")
                .hasMessageContaining("-5");
    }

    @Test
    void pluginInTheWrongPlace_isRefused() {
        refused(Pointsman.builder(fleet(1))
                        .profile(Profile.builder("p").filter("queue-scorer").build()))
                .hasMessageContaining("profile p, filter queue-scorer: needs a Filter")
                .hasMessageContaining("\nMaybe");
        refused(Pointsman.builder(fleet(1))
                        .profile(Profile.builder("p").picker("queue-scorer").build()))
                .hasMessageContaining("needs a Picker");
        refused(Pointsman.builder(fleet(1)).profileHandler(PluginRef.named("queue-scorer")))
                .hasMessageContaining("needs a ProfileHandler");
        refused(Pointsman.builder(fleet(1))
                        .profile(Profile.costs("p", CostUnit.SECONDS)
                                .cost("queue-scorer")
                                .build()))
                .hasMessageContaining("needs a CostScorer");
    }

    @Test
    void duplicateNames_areRefused() {
        refused(Pointsman.builder(fleet(1)).plugin("x", PLAIN).plugin("x", new Marker()))
                .hasMessageContaining("the name x is taken")
                .hasMessageContaining("\nMaybe");
        refused(Pointsman.builder(fleet(1))
                        .profile(Profile.builder("p").build())
                        .profile(Profile.builder("p").build()))
                .hasMessageContaining("profile p: is declared twice");
    }

    @Test
    void blankNames_areRefused() {
        assertThatThrownBy(() -> Profile.builder(" ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PluginRef.named("")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void weightThatIsNoWeight_isRefused(double weight) {
        assertThatThrownBy(() -> Profile.builder("p").scorer("queue-scorer", weight))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("queue-scorer")
                .hasMessageContaining("but was " + weight)
                .hasMessageContaining("\nMaybe");
    }

    @Test
    void severalProfilesWithoutAHandler_areRefused() {
        refused(Pointsman.builder(fleet(1))
                        .profile(Profile.builder("p").build())
                        .profile(Profile.builder("q").build()))
                .hasMessageContaining("profiles p, q")
                .hasMessageContaining("\nMaybe add a plugin that is one");
        refused(Pointsman.builder(fleet(1))
                        .profile(Profile.builder("p").build())
                        .profile(Profile.builder("q").build())
                        .profileHandler(PluginRef.named("single-profile-handler")))
                .hasMessageContaining("exactly one profile");
    }

    @Test
    void pickerThatNeedsScores_isRefusedInACostProfile() {
        refused(Pointsman.builder(fleet(1))
                        .profile(Profile.costs("p", CostUnit.DOLLARS)
                                .cost((CostScorer) (cycle, candidates, costs) -> {})
                                .picker("weighted-random-picker")
                                .build()))
                .hasMessageContaining("picker weighted-random-picker works on scores")
                .hasMessageContaining("\nMaybe use max-score-picker");
    }

    @Test
    void pickerThatCannotSayWhetherItDraws_failsTheBuildAndNoRequest() {
        Picker unsure = new Picker() {
            @Override
            public int pick(Candidates candidates, double[] totals, Draw draw, int[] picks) {
                return 1;
            }

            @Override
            public boolean deterministic() {
                throw new IllegalStateException("deterministic");
            }
        };

        assertThatThrownBy(() -> Pointsman.builder(fleet(1))
                        .profile(Profile.builder("p")
                                .scorer("active-request-scorer", 1)
                                .picker(unsure)
                                .build())
                        .build())
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void failedBuild_leavesTheFleetAlone() {
        Fleet fleet = fleet(1);
        refused(Pointsman.builder(fleet).plugin("reader", new Reader(Set.of(A))));

        Pointsman pointsman = Pointsman.builder(fleet).build();
        fleet.leave("e0");

        assertThat(rejected(pointsman, request("r")).reason()).isEqualTo(Rejection.Reason.NO_ENDPOINTS);
    }
}
