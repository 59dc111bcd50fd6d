// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProfileResult;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SingleProfileHandlerTest {
    private static final TestCycle CYCLE = TestCycle.of(TestFleet.of("a"));
    private static final Leg LEG = new Leg("main", new Target(Endpoint.of("a", "a:1"), 0, 1, 0.7), List.of());

    private final SingleProfileHandler handler = new SingleProfileHandler();
    private final Written draft = new Written();

    @Test
    void theProfile_isRunOnce() {
        assertThat(handler.next(CYCLE, new Results())).containsExactly("main");
        assertThat(handler.next(CYCLE, new Results(new Result(LEG, null)))).isEmpty();
    }

    @Test
    void itsChoice_isTheDecision() {
        handler.fold(CYCLE, new Results(new Result(LEG, null)), draft);

        assertThat(draft.written).containsExactly("primary main");
    }

    @Test
    void itsRefusal_isTheRejection() {
        Rejection refusal = Rejection.of(Rejection.Reason.FILTERED_OUT, "no gold here", "label-selector-filter");

        handler.fold(CYCLE, new Results(new Result(null, refusal)), draft);

        assertThat(draft.written).containsExactly(refusal);
    }

    @Test
    void neitherChoiceNorRefusal_isNoDecision() {
        handler.fold(CYCLE, new Results(new Result(null, null)), draft);

        assertThat(draft.written)
                .containsExactly(Rejection.of(Rejection.Reason.NO_DECISION, "profile main found no endpoint", null));
    }

    @Test
    void otherThanOneProfile_isRefused() {
        assertThatCode(() -> handler.validate(List.of("main"))).doesNotThrowAnyException();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> handler.validate(List.of("decode", "prefill")))
                .withMessage("profile handler: needs exactly one profile, but there are 2: [decode, prefill]."
                        + "\nMaybe leave the others out, or use a handler for several.");
        assertThatIllegalArgumentException().isThrownBy(() -> handler.validate(List.of()));
    }

    private record Results(List<ProfileResult> results) implements ProfileResults {
        Results(ProfileResult... results) {
            this(List.of(results));
        }

        @Override
        public List<String> declared() {
            return List.of("main");
        }

        @Override
        public @Nullable ProfileResult result(String profile) {
            return results.isEmpty() ? null : results.get(0);
        }
    }

    private record Result(@Nullable Leg leg, @Nullable Rejection rejection) implements ProfileResult {
        @Override
        public String profile() {
            return "main";
        }

        @Override
        public int size() {
            return 0;
        }

        @Override
        public Endpoint endpoint(int position) {
            throw new IndexOutOfBoundsException(position);
        }

        @Override
        public int slot(int position) {
            throw new IndexOutOfBoundsException(position);
        }

        @Override
        public double total(int position) {
            throw new IndexOutOfBoundsException(position);
        }
    }

    private static final class Written implements DecisionDraft {
        final List<Object> written = new ArrayList<>();

        @Override
        public void primary(String profile) {
            written.add("primary " + profile);
        }

        @Override
        public void leg(String profile) {
            written.add("leg " + profile);
        }

        @Override
        public void primary(String profile, int[] positions) {
            primary(profile);
        }

        @Override
        public void leg(String profile, int[] positions) {
            leg(profile);
        }

        @Override
        public void promptReadBy(String profile) {
            written.add("prompt read by " + profile);
        }

        @Override
        public void header(String lowerCaseName, String value) {
            written.add(lowerCaseName + "=" + value);
        }

        @Override
        public void port(int port) {
            written.add("port " + port);
        }

        @Override
        public void reject(Rejection rejection) {
            written.add(rejection);
        }
    }
}
