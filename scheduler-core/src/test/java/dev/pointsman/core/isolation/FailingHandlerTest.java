// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.isolation;

import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.rejected;
import static dev.pointsman.core.Fixtures.request;
import static dev.pointsman.core.isolation.Plugins.handler;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A profile handler that fails or asks for the impossible makes no decision and holds no load. */
class FailingHandlerTest {
    static Stream<Arguments> badHandlers() {
        return Stream.of(
                Arguments.of(
                        "next throws",
                        handler(
                                results -> {
                                    throw new IllegalStateException("next");
                                },
                                (results, draft) -> {})),
                Arguments.of("next is null", handler(results -> null, (results, draft) -> {})),
                Arguments.of("names an unknown profile", handler(results -> List.of("nobody"), (results, draft) -> {})),
                Arguments.of("runs one twice at once", handler(results -> List.of("p", "p"), (results, draft) -> {})),
                Arguments.of("runs one again and again", handler(results -> List.of("p"), (results, draft) -> {})),
                Arguments.of("fold throws", handler(Plugins::once, (results, draft) -> {
                    draft.primary("p");
                    throw new IllegalStateException("fold");
                })),
                Arguments.of("primary is unknown", handler(Plugins::once, (results, draft) -> draft.primary("nobody"))),
                Arguments.of("leg did not run", handler(Plugins::once, (results, draft) -> {
                    draft.primary("p");
                    draft.leg("q");
                })),
                Arguments.of("header without a value", handler(Plugins::once, (results, draft) -> {
                    draft.primary("p");
                    draft.header("x-header", null);
                })),
                Arguments.of("rejects with nothing", handler(Plugins::once, (results, draft) -> {
                    draft.primary("p");
                    draft.reject(null);
                })));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badHandlers")
    void handlerThatErrs_makesNoDecisionAndLeaksNoLoad(String what, ProfileHandler handler) {
        LoadWitness witness = new LoadWitness();
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .profile(Profile.builder("p").build())
                .profile(Profile.builder("q").build())
                .profileHandler(PluginRef.instance("bad", handler))
                .plugin("load", witness)
                .build();

        Rejection rejection = rejected(pointsman, request("r", 10));

        assertThat(rejection.reason()).isEqualTo(Rejection.Reason.NO_DECISION);
        assertThat(rejection.plugin()).isEqualTo("bad");
        assertThat(pointsman.failures("bad")).isEqualTo(1);
        assertThat(witness.look(pointsman)).isZero();
    }

    @Test
    void handlerThatNamesNoPrimary_makesNoDecision() {
        LoadWitness witness = new LoadWitness();
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .profile(Profile.builder("p").build())
                .profileHandler(
                        PluginRef.instance("mute", handler(Plugins::once, (results, draft) -> draft.header("a", "b"))))
                .plugin("load", witness)
                .build();

        Rejection rejection = rejected(pointsman, request("r", 10));

        assertThat(rejection.reason()).isEqualTo(Rejection.Reason.NO_DECISION);
        assertThat(pointsman.failures("mute")).isZero();
        assertThat(witness.look(pointsman)).isZero();
    }
}
