// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.explain.Explanation;
import dev.pointsman.api.fleet.Endpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DecisionValuesTest {
    private static final Target TARGET = new Target(Endpoint.of("a", "a:1"), 3, 17, 0.75);
    private static final Leg LEG = new Leg("decode", TARGET, List.of());
    private static final Explanation EXPLANATION = new Explanation("req-1", "ran on a", 42, 1, 1, List.of(), List.of());
    private static final Rejection REJECTION = Rejection.of(Rejection.Reason.NOT_ADMITTED, "shed", "load-shedder");
    private static final SchedulingDecision DECISION =
            new SchedulingDecision("req-1", LEG, List.of(), Map.of(), EXPLANATION);

    @Test
    void rejection_negativeRetryAfter_isRefused() {
        assertThatThrownBy(() -> new Rejection(
                        Rejection.Reason.NOT_ADMITTED, "busy", null, java.time.Duration.ofSeconds(-1), null))
                .hasMessageStartingWith("retryAfter: must not be negative, but was PT-1S.\nMaybe ");
    }

    @Test
    void leg_keepsThreeFallbacksAndNoMore() {
        List<Target> fallbacks = new ArrayList<>(Collections.nCopies(3, TARGET));
        Leg leg = new Leg("decode", TARGET, fallbacks);

        fallbacks.add(TARGET);

        assertThat(leg.fallbacks()).hasSize(3);
        assertThatThrownBy(() -> new Leg("decode", TARGET, fallbacks))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("leg decode: has 4 fallbacks, at most 3 are kept.\nMaybe cut the list to the best ones.");
        assertThatThrownBy(() -> leg.fallbacks().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void decision_answersFromItsPrimaryLeg_andCopiesItsParts() {
        List<Leg> legs = new ArrayList<>(List.of(new Leg("prefill", TARGET, List.of())));
        Map<String, String> headers = new HashMap<>(Map.of("x-a", "1"));
        SchedulingDecision decision = new SchedulingDecision("req-1", LEG, legs, headers, null);

        legs.clear();
        headers.clear();

        assertThat(decision.endpoint()).isEqualTo(TARGET.endpoint());
        assertThat(decision.otherLegs()).hasSize(1);
        assertThat(decision.headers()).containsEntry("x-a", "1");
        assertThat(decision.explanation()).isNull();
    }

    @Test
    void missingParts_areRefusedByName() {
        assertThatThrownBy(() -> new Target(null, 0, 0, 0)).hasMessage("endpoint");
        assertThatThrownBy(() -> new Leg(null, TARGET, List.of())).hasMessage("profile");
        assertThatThrownBy(() -> new Leg("decode", null, List.of())).hasMessage("target");
        assertThatThrownBy(() -> new SchedulingDecision(null, LEG, List.of(), Map.of(), null))
                .hasMessage("requestId");
        assertThatThrownBy(() -> new SchedulingDecision("req-1", null, List.of(), Map.of(), null))
                .hasMessage("primary");
        assertThatThrownBy(() -> Rejection.of(null, "shed", null)).hasMessage("reason");
        assertThatThrownBy(() -> Rejection.of(Rejection.Reason.NOT_ADMITTED, null, null))
                .hasMessage("detail");
        assertThatThrownBy(() -> REJECTION.explained(null)).hasMessage("explanation");
        assertThatThrownBy(() -> new Evaluation(DECISION, null, null)).hasMessage("explanation");
    }

    @Test
    void evaluation_isADecisionOrARejection() {
        assertThat(new Evaluation(DECISION, null, EXPLANATION).rejection()).isNull();
        assertThat(new Evaluation(null, REJECTION, EXPLANATION).decision()).isNull();
        String message = "evaluation: needs a decision or a rejection, and not both.\n"
                + "Maybe the rejection of an earlier leg was kept.";
        assertThatThrownBy(() -> new Evaluation(null, null, EXPLANATION))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> new Evaluation(DECISION, REJECTION, EXPLANATION))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({
        "NO_ENDPOINTS, 503",
        "SCREENED_OUT, 503",
        "FILTERED_OUT, 429",
        "NOT_ADMITTED, 429",
        "ADMISSION_ERROR, 500",
        "NO_DECISION, 503",
        "PLUGIN_FAILED, 500"
    })
    void rejection_hasTheStatusThatSuitsIt(Rejection.Reason reason, int status) {
        assertThat(reason.httpStatus()).isEqualTo(status);
    }

    @ParameterizedTest
    @EnumSource(Rejection.Reason.class)
    void rejection_isAlwaysAnError(Rejection.Reason reason) {
        assertThat(reason.httpStatus()).isBetween(400, 599);
    }

    @Test
    void rejection_explained_keepsTheRest() {
        Rejection bare =
                new Rejection(Rejection.Reason.NOT_ADMITTED, "shed", "load-shedder", Duration.ofSeconds(2), null);

        assertThat(bare.explained(EXPLANATION))
                .isEqualTo(new Rejection(
                        Rejection.Reason.NOT_ADMITTED, "shed", "load-shedder", Duration.ofSeconds(2), EXPLANATION));
        assertThat(bare.explanation()).isNull();
        assertThat(REJECTION.retryAfter()).isNull();
        assertThat(REJECTION.plugin()).isEqualTo("load-shedder");
    }

    @Test
    void usage_knowsUnknownAndRefusesLess() {
        assertThat(Usage.UNKNOWN).isEqualTo(new Usage(-1, -1, -1));
        assertThat(new Usage(0, 0, 0).outputTokens()).isZero();
        assertThatThrownBy(() -> new Usage(10, -2, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("usage: token counts must be at least 0, or -1 if unknown, but were 10, -2 and 5.\n"
                        + "Maybe use Usage.UNKNOWN when the response has no usage.");
        assertThatThrownBy(() -> new Usage(-2, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Usage(0, 0, -2)).isInstanceOf(IllegalArgumentException.class);
    }
}
