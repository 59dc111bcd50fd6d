// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.isolation;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.profile;
import static dev.pointsman.core.Fixtures.request;
import static dev.pointsman.core.isolation.Plugins.picker;
import static dev.pointsman.core.isolation.Plugins.preferring;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A picker that fails or picks what is not there is replaced by the best total. */
class FailingPickerTest {
    static Stream<Arguments> badPickers() {
        return Stream.of(
                Arguments.of("throws", picker((candidates, picks) -> {
                    throw new IllegalStateException("picker");
                })),
                Arguments.of("picks none", picker((candidates, picks) -> 0)),
                Arguments.of("picks a negative number", picker((candidates, picks) -> -1)),
                Arguments.of("picks more than there is room for", picker((candidates, picks) -> picks.length + 1)),
                Arguments.of("picks one twice", picker((candidates, picks) -> {
                    picks[0] = 1;
                    picks[1] = 1;
                    return 2;
                })),
                Arguments.of("picks past the end", picker((candidates, picks) -> {
                    picks[0] = candidates.size();
                    return 1;
                })),
                Arguments.of("picks before the start", picker((candidates, picks) -> {
                    picks[0] = -1;
                    return 1;
                })));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badPickers")
    void pickerThatErrs_isReplacedByTheBestTotal(String what, Picker picker) {
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(preferring("e2")
                        .picker(PluginRef.instance("bad", picker))
                        .build())
                .build();

        Dispatch dispatch = explained(pointsman, request("r", 10));

        assertThat(dispatch.target().id()).isEqualTo("e2");
        assertThat(dispatch.decision().primary().fallbacks()).isEmpty();
        assertThat(profile(dispatch).picker()).isEqualTo("bad (failed; best total taken)");
        assertThat(pointsman.failures("bad")).isEqualTo(1);
    }

    @Test
    void pickerThatThrows_leavesTiesToTheDraw() {
        Picker broken = picker((candidates, picks) -> {
            throw new IllegalStateException("picker");
        });
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(Profile.builder("p").picker(broken).build())
                .build();

        assertThat(IntStream.range(0, 100)
                        .mapToObj(i ->
                                dispatched(pointsman, request("r" + i)).target().id())
                        .distinct())
                .hasSize(3);
    }
}
