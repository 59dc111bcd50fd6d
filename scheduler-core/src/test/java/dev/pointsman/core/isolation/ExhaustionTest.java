// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.isolation;

import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.request;
import static dev.pointsman.core.isolation.Plugins.handler;
import static dev.pointsman.core.isolation.Plugins.picker;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.plugin.EndpointFilter;
import dev.pointsman.api.plugin.EndpointScorer;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An error that says that the process is in trouble is for the host; the request it met holds no load. */
class ExhaustionTest {
    static Stream<Arguments> exhausted() {
        OutOfMemoryError error = new OutOfMemoryError("test");
        return Stream.of(
                Arguments.of("scorer", (EndpointScorer) (request, candidate) -> {
                    throw error;
                }),
                Arguments.of("filter", (EndpointFilter) (request, candidate) -> {
                    throw error;
                }),
                Arguments.of("picker", picker((candidates, picks) -> {
                    throw error;
                })),
                Arguments.of("handler", handler(Plugins::once, (results, draft) -> {
                    throw error;
                })),
                Arguments.of("observer", new SchedulingObserver() {
                    @Override
                    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
                        if (!cycle.request().id().equals("probe")) {
                            throw error;
                        }
                    }
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("exhausted")
    void outOfMemory_isNotSwallowedAndLeaksNoLoad(String what, Plugin plugin) {
        LoadWitness witness = new LoadWitness();
        Profile.Builder profile = Profile.builder("p");
        Pointsman.Builder builder = Pointsman.builder(fleet(1)).plugin("load", witness);
        if (plugin instanceof Scorer scorer) {
            profile.scorer(onlyFor("r", scorer), 1);
        } else if (plugin instanceof Filter filter) {
            profile.filter(filter);
        } else if (plugin instanceof Picker picker) {
            profile.picker(picker);
        } else if (plugin instanceof ProfileHandler handler) {
            builder.profileHandler(PluginRef.instance("handler", handler));
        } else {
            builder.plugin("observer", plugin);
        }
        Pointsman pointsman = builder.profile(profile.build()).build();

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> pointsman.schedule(request("r", 10))).isInstanceOf(OutOfMemoryError.class);
        }

        assertThat(witness.look(pointsman)).isZero();
    }

    private static Scorer onlyFor(String id, Scorer scorer) {
        return (cycle, candidates, scores) -> {
            if (cycle.request().id().equals(id)) {
                scorer.score(cycle, candidates, scores);
            }
        };
    }
}
