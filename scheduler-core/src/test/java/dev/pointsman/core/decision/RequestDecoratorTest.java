// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decision;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.named;
import static dev.pointsman.core.Fixtures.rejected;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Evaluation;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.plugin.RequestDecorator;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Plugins besides the profile handler may write request headers. */
class RequestDecoratorTest {
    private static final RequestDecorator BROKEN = (cycle, primary, others, headers) -> {
        headers.put("x-broken", "yes");
        throw new IllegalStateException("decorator");
    };

    private static Pointsman.Builder twoLegs() {
        return Pointsman.builder(fleet(2))
                .profile(Profile.builder("decode")
                        .filter(named("even", "e0"::equals))
                        .build())
                .profile(Profile.builder("prefill")
                        .filter(named("odd", "e1"::equals))
                        .build())
                .profileHandler(PluginRef.instance("legs", new Legs()));
    }

    @Test
    void decorator_seesTheLegs_andItsHeadersAreInTheDecision() {
        RequestDecorator decorator = (cycle, primary, others, headers) -> {
            headers.put("x-request", cycle.request().id());
            headers.put("x-answers", primary.target().endpoint().id());
            headers.put("x-helps", others.get(0).target().endpoint().id());
            headers.put("x-gone", "");
        };

        Pointsman pointsman = twoLegs().plugin("decorator", decorator).build();

        assertThat(dispatched(pointsman, request("r")).decision().headers())
                .containsOnlyKeys("x-prefiller", "x-request", "x-answers", "x-helps", "x-gone")
                .containsEntry("x-request", "r")
                .containsEntry("x-answers", "e0")
                .containsEntry("x-helps", "e1")
                .containsEntry("x-gone", "");
    }

    @Test
    void evaluation_isDecoratedToo() {
        Pointsman pointsman = twoLegs()
                .plugin("decorator", (RequestDecorator) (cycle, primary, others, headers) -> headers.put("x-a", "b"))
                .build();

        Evaluation evaluation = pointsman.evaluate(request("r"));

        assertThat(evaluation.decision()).isNotNull();
        assertThat(evaluation.decision().headers()).containsEntry("x-a", "b");
    }

    @Test
    void laterDecorator_wins_andABrokenOneCostsItsOwnHeaders() {
        Pointsman pointsman = twoLegs()
                .plugin("first", (RequestDecorator) (cycle, primary, others, headers) -> headers.put("x-a", "first"))
                .plugin("broken", BROKEN)
                .plugin("second", (RequestDecorator) (cycle, primary, others, headers) -> headers.put("x-a", "second"))
                .build();

        assertThat(dispatched(pointsman, request("r")).decision().headers())
                .containsEntry("x-a", "second")
                .doesNotContainKey("x-broken");
        assertThat(pointsman.failures("broken")).isOne();
    }

    @Test
    void broken_failsTheRequestIfPluginsAreToFailFast() {
        Pointsman pointsman = twoLegs().plugin("broken", BROKEN).failFast().build();

        Rejection rejection = rejected(pointsman, request("r"));

        assertThat(rejection.reason()).isEqualTo(Rejection.Reason.PLUGIN_FAILED);
        assertThat(rejection.plugin()).isEqualTo("broken");
        assertThat(pointsman.requestsInFlight("e0")).isZero();
    }

    @Test
    void refusedRequest_isNotDecorated() {
        List<String> asked = new ArrayList<>();
        Pointsman pointsman = Pointsman.builder(fleet(2))
                .profile(Profile.builder("p").filter(named("none", id -> false)).build())
                .plugin("decorator", (RequestDecorator) (cycle, primary, others, headers) ->
                        asked.add(cycle.request().id()))
                .build();

        rejected(pointsman, request("r"));

        assertThat(asked).isEmpty();
    }
}
