// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.assembly;

import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.profile;
import static dev.pointsman.core.Fixtures.refused;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.explain.ScoreExplanation;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which references share a plugin, and the name it goes by. */
class PluginInstanceTest {
    @Test
    void equalReferences_shareAnInstance() {
        MarkerFactory factory = new MarkerFactory("mark");
        Pointsman.builder(fleet(1))
                .factory(factory)
                .profile(Profile.builder("p").scorer("mark", 1).build())
                .profile(Profile.builder("q").scorer("mark", 2).build())
                .profileHandler(PluginRef.instance("handler", new FirstProfile()))
                .build();

        assertThat(factory.made).containsExactly("mark");
    }

    @Test
    void declaredPlugin_isUsedByItsName() {
        MarkerFactory factory = new MarkerFactory("mark");
        Pointsman.builder(fleet(1))
                .factory(factory)
                .plugin("mine", "mark", Map.of())
                .profile(Profile.builder("p").scorer("mine", 1).build())
                .build();

        assertThat(factory.made).containsExactly("mine");
    }

    @Test
    void bareType_isNotTheOneThatAnotherProfileGaveParameters() {
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .profile(Profile.builder("p")
                        .scorer("token-load-scorer", 1, Map.of("queueThresholdTokens", 10))
                        .scorer("token-load-scorer", 1)
                        .build())
                .build();

        Dispatch dispatch = explained(pointsman, request("r", 5));

        // 5 of 10 tokens, and 5 of about 4 million.
        List<ScoreExplanation> scores = profile(dispatch).candidates().get(0).scores();
        assertThat(scores.get(0).raw()).isEqualTo(0.5);
        assertThat(scores.get(1).raw()).isGreaterThan(0.99);
        assertThat(scores).extracting(ScoreExplanation::scorer).doesNotHaveDuplicates();
    }

    @Test
    void oneInstanceInSeveralPlaces_hearsOfEverythingOnce() {
        Marker both = new Marker();
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .plugin("declared", both)
                .profile(Profile.builder("p").scorer(both, 1).build())
                .build();

        Dispatch dispatch = explained(pointsman, request("r"));

        assertThat(both.dispatched).containsExactly("r");
        assertThat(profile(dispatch).candidates().get(0).scores().get(0).scorer())
                .isEqualTo("declared");
        refused(Pointsman.builder(fleet(1)).plugin("one", both).plugin("two", both))
                .hasMessageContaining("plugin two: is the same instance as plugin one")
                .hasMessageContaining("\nMaybe");
    }

    @Test
    void twoLambdas_getNamesOfTheirOwn() {
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .profile(Profile.builder("p")
                        .scorer((request, candidate) -> 0.25)
                        .scorer((request, candidate) -> 0.5)
                        .filter((request, candidate) -> true)
                        .build())
                .build();

        Dispatch dispatch = explained(pointsman, request("r"));

        assertThat(profile(dispatch).candidates().get(0).scores())
                .extracting(ScoreExplanation::scorer)
                .containsExactly("scorer", "scorer-2");
    }
}
