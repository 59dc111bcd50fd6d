// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What is read from metrics and loads, and what stands in for those that are missing. */
class QuestionTest {
    private static final String PREFIX = PrefixMatch.DEFAULT_PRODUCER;
    private static final JointSettings SETTINGS =
            new JointSettings(8, 0, 0, 0, 0, Distance.OTHER, Map.of(), null, 0.5, true, 0, "revision");

    private static Question ask(Role role, Consumer<EndpointMetrics.Builder> metrics, long inFlight) {
        return new Question(
                cycle(role, metrics).with(InFlightLoad.REQUESTS, "e", inFlight),
                Scene.KEYS,
                Question.Prefix.by(PREFIX),
                SETTINGS,
                new Places(SETTINGS),
                new ComingKv(),
                new ModelMemory().of("m"));
    }

    private static TestCycle cycle(Role role, Consumer<EndpointMetrics.Builder> metrics) {
        TestFleet fleet = TestFleet.builder()
                .endpoint(Endpoint.builder("e", "e:8000").role(role).build(), metrics)
                .build();
        return TestCycle.of(
                fleet, TestRequests.builder("r").tokens(new int[100]).build());
    }

    private static double waiting(Role role, Consumer<EndpointMetrics.Builder> metrics, long inFlight) {
        Question question = ask(role, metrics, inFlight);
        return question.waiting(0, place(question), question.fleet.metrics(0));
    }

    private static Places.Place place(Question question) {
        return question.places.at(question.fleet, 0, null);
    }

    @Test
    void requestsThatWait_areThoseReported_elseWhatIsInFlightButOneWherePromptsAreOnlyRead() {
        assertThat(waiting(Role.PREFILL, metrics -> metrics.waitingRequests(3), 9))
                .isEqualTo(3);
        assertThat(waiting(Role.PREFILL, metrics -> {}, 9)).isEqualTo(8);
        assertThat(waiting(Role.PREFILL, metrics -> {}, 0)).isZero();
        assertThat(waiting(Role.DECODE, metrics -> {}, 9)).isZero();
        assertThat(waiting(Role.PREFILL_DECODE, metrics -> {}, 9)).isZero();
    }

    private static long decoding(Role role, Consumer<EndpointMetrics.Builder> metrics, long inFlight) {
        Question question = ask(role, metrics, inFlight);
        return question.decoding(0, place(question), question.fleet.metrics(0));
    }

    @Test
    void requestsThatRun_areDecodedOnlyWhereTheRoleSaysSo() {
        assertThat(decoding(Role.PREFILL, metrics -> metrics.runningRequests(5), 9))
                .isZero();
        assertThat(decoding(Role.DECODE, metrics -> metrics.runningRequests(5), 9))
                .isEqualTo(9);
        assertThat(decoding(Role.UNSPECIFIED, metrics -> metrics.runningRequests(50), 9))
                .isEqualTo(50);
    }

    @Test
    void promptsThatAreReadAlready_areNotWaitedFor_whereAReaderSaysWhatItHas() {
        Consumer<EndpointMetrics.Builder> two =
                metrics -> metrics.waitingRequests(1).runningRequests(1);

        assertThat(unread(Role.PREFILL, two, 6, 0)).isEqualTo(0.5, within(1e-9));
        assertThat(unread(Role.PREFILL, two, 2, 0)).isEqualTo(1);
        assertThat(unread(Role.PREFILL, two, 0, 0)).isEqualTo(1);
        assertThat(unread(Role.PREFILL, metrics -> metrics.runningRequests(1), 6, 0))
                .isEqualTo(1);
        assertThat(unread(Role.DECODE, two, 6, 0)).isEqualTo(1);
    }

    @Test
    void promptsSentSinceAReaderSaidWhatItHas_areWaitedForAsWell() {
        Consumer<EndpointMetrics.Builder> none =
                metrics -> metrics.waitingRequests(0).runningRequests(0);

        assertThat(unread(Role.PREFILL, none, 4, 1)).isEqualTo(0.25, within(1e-9));
        assertThat(unread(Role.PREFILL, none, 4, 3)).isEqualTo(0.75, within(1e-9));
        assertThat(unread(Role.PREFILL, none, 4, 9)).isEqualTo(1);
    }

    private static double unread(Role role, Consumer<EndpointMetrics.Builder> metrics, long inFlight, int since) {
        Question question = ask(role, metrics, inFlight);
        Places.Place place = place(question);
        for (int i = 0; i < since; i++) {
            question.places.sent(question.fleet, 0);
        }
        return question.unread(0, place, question.fleet.metrics(0));
    }
}
