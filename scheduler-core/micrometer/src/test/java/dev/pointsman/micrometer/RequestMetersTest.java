// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.api.plugin.EndpointFilter;
import dev.pointsman.api.plugin.EndpointScorer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.decider.AlwaysDisaggPdDecider;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.handler.DisaggProfileHandler;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a real scheduler tells of requests, as Prometheus gets it. */
class RequestMetersTest {
    private static final String M = "{model=\"test-model\"}";

    private final Host host = new Host();

    @Test
    void streamedAnswer_isTimedAndCounted() {
        InferenceRequest request = host.request("test-model")
                .tokens(new int[900])
                .ttftTarget(Duration.ofMillis(300))
                .tpotTarget(Duration.ofMillis(20))
                .build();

        Dispatch dispatch = host.dispatch(request);
        assertThat(host.samples("pointsman_in_flight_requests")).contains("pointsman_in_flight_requests" + M + " 1.0");
        dispatch.sent();
        host.pass(250);
        dispatch.firstToken();
        host.pass(40);
        dispatch.tokens(1);
        host.pass(80);
        dispatch.tokens(3);
        dispatch.tokens(0);
        dispatch.completed(new Usage(1000, 640, 5));
        dispatch.completed(new Usage(1, 1, 1));

        assertThat(host.scrape().lines())
                .contains(
                        "pointsman_dispatched_requests_total{model=\"test-model\",path=\"local\"} 1.0",
                        "pointsman_dispatched_requests_total{model=\"test-model\",path=\"split\"} 0.0",
                        "pointsman_in_flight_requests" + M + " 0.0",
                        "pointsman_ended_requests_total{ending=\"completed\",model=\"test-model\"} 1.0",
                        "pointsman_ttft_seconds_count" + M + " 1",
                        "pointsman_ttft_seconds_sum" + M + " 0.25",
                        "pointsman_ttft_seconds_max" + M + " 0.25",
                        "pointsman_itl_seconds_count" + M + " 2",
                        "pointsman_itl_seconds_sum" + M + " 0.12",
                        "pointsman_tpot_seconds_count" + M + " 1",
                        "pointsman_tpot_seconds_sum" + M + " 0.03",
                        "pointsman_request_duration_seconds_count" + M + " 1",
                        "pointsman_request_duration_seconds_sum" + M + " 0.37",
                        "pointsman_prompt_tokens_sum{cached=\"told\",model=\"test-model\"} 1000.0",
                        "pointsman_cached_tokens_sum" + M + " 640.0",
                        "pointsman_output_tokens_sum" + M + " 5.0",
                        "pointsman_objectives_total{model=\"test-model\",objective=\"ttft\",result=\"met\"} 1.0",
                        "pointsman_objectives_total{model=\"test-model\",objective=\"ttft\",result=\"missed\"} 0.0",
                        "pointsman_objectives_total{model=\"test-model\",objective=\"tpot\",result=\"met\"} 0.0",
                        "pointsman_objectives_total{model=\"test-model\",objective=\"tpot\",result=\"missed\"} 1.0",
                        "pointsman_failovers_total" + M + " 0.0");
    }

    @Test
    void answerOfWhichTheEngineSaysNothing_hasWhatWasReported() {
        Dispatch dispatch =
                host.dispatch(host.request("test-model").tokens(new int[900]).build());
        dispatch.firstToken();
        host.pass(60);
        dispatch.tokens(3);
        dispatch.completed(Usage.UNKNOWN);

        assertThat(host.scrape().lines())
                .contains(
                        "pointsman_prompt_tokens_sum{cached=\"untold\",model=\"test-model\"} 900.0",
                        "pointsman_cached_tokens_count" + M + " 0",
                        "pointsman_output_tokens_sum" + M + " 4.0",
                        "pointsman_tpot_seconds_sum" + M + " 0.02");
    }

    @Test
    void answerThatIsNotStreamed_hasNoTimesOfTokens() {
        Dispatch dispatch = host.dispatch();
        host.pass(2_000);
        dispatch.completed(new Usage(-1, -1, 40));

        assertThat(host.scrape().lines())
                .contains(
                        "pointsman_ttft_seconds_count" + M + " 0",
                        "pointsman_tpot_seconds_count" + M + " 0",
                        "pointsman_prompt_tokens_count{cached=\"untold\",model=\"test-model\"} 0",
                        "pointsman_output_tokens_sum" + M + " 40.0",
                        "pointsman_request_duration_seconds_sum" + M + " 2.0");
    }

    @Test
    void endings_areToldApart_andWhatBrokeOffHasItsTokens() {
        Pointsman leased = Pointsman.builder(host.fleet)
                .clock(host.clock)
                .leases(Duration.ofSeconds(10))
                .plugin("metrics", host.metrics)
                .build();
        Dispatch lost = (Dispatch) leased.schedule(host.request("test-model").build());
        Dispatch broken = host.dispatch();
        broken.firstToken();
        broken.tokens(6);

        broken.close();
        host.dispatch().failed("connection reset");
        host.pass(11_000);
        leased.maintain(host.clock.getAsLong());

        assertThat(lost.ended()).isTrue();
        assertThat(host.scrape().lines())
                .contains(
                        "pointsman_ended_requests_total{ending=\"cancelled\",model=\"test-model\"} 1.0",
                        "pointsman_ended_requests_total{ending=\"failed\",model=\"test-model\"} 1.0",
                        "pointsman_ended_requests_total{ending=\"expired\",model=\"test-model\"} 1.0",
                        "pointsman_ended_requests_total{ending=\"completed\",model=\"test-model\"} 0.0",
                        "pointsman_in_flight_requests" + M + " 0.0",
                        "pointsman_output_tokens_count" + M + " 1",
                        "pointsman_output_tokens_sum" + M + " 7.0",
                        "pointsman_request_duration_seconds_count" + M + " 0");
    }

    @Test
    void failover_isCounted_andTheTimeToTheFirstTokenIsTheCallers() {
        Dispatch dispatch = host.dispatch();
        host.pass(100);
        dispatch.failover();
        host.pass(150);
        dispatch.firstToken();
        dispatch.close();

        assertThat(host.scrape().lines())
                .contains(
                        "pointsman_failovers_total" + M + " 1.0",
                        "pointsman_ttft_seconds_count" + M + " 1",
                        "pointsman_ttft_seconds_sum" + M + " 0.25",
                        "pointsman_dispatched_requests_total{model=\"test-model\",path=\"local\"} 1.0");
    }

    @Test
    void objectiveOfTheFirstToken_isJudgedOnce_andMissedByWhatBrokeOffTooLate() {
        Dispatch moved = dispatchFor(Duration.ofMillis(300));
        host.pass(200);
        moved.firstToken();
        moved.failover();
        host.pass(200);
        moved.firstToken();
        moved.completed(Usage.UNKNOWN);
        Dispatch never = dispatchFor(Duration.ofMillis(300));
        Dispatch early = dispatchFor(Duration.ofMillis(300));
        host.pass(299);
        early.close();
        host.pass(2);
        never.failed("timed out");
        dispatchFor(Duration.ofMillis(300)).completed(Usage.UNKNOWN);

        assertThat(host.samples("pointsman_objectives_total{model=\"test-model\",objective=\"ttft\""))
                .containsExactlyInAnyOrder(
                        "pointsman_objectives_total{model=\"test-model\",objective=\"ttft\",result=\"met\"} 0.0",
                        "pointsman_objectives_total{model=\"test-model\",objective=\"ttft\",result=\"missed\"} 2.0");
    }

    private Dispatch dispatchFor(Duration ttft) {
        return host.dispatch(host.request("test-model").ttftTarget(ttft).build());
    }

    @Test
    void refusedRequests_haveNoMetersOfTheirOwn() {
        host.fleet.leave("a");
        host.fleet.leave("b");
        int meters = host.registry.getMeters().size();

        for (int i = 0; i < 200; i++) {
            host.pointsman.schedule(host.request("junk-" + i).build());
        }

        assertThat(host.registry.getMeters()).hasSize(meters);
        assertThat(host.samples("pointsman_rejected_requests_total"))
                .contains("pointsman_rejected_requests_total{model=\"other\",reason=\"no_endpoints\"} 200.0");
    }

    @Test
    void rejections_haveTheirReason() {
        Host nowhere = new Host(
                builder -> builder.models("test-model"),
                Profile.builder("default")
                        .filter(PluginRef.instance("none", (EndpointFilter) (request, candidate) -> false))
                        .build());

        assertThat(nowhere.pointsman.schedule(nowhere.request("test-model").build()))
                .isInstanceOf(Rejection.class);
        nowhere.fleet.leave("a");
        nowhere.fleet.leave("b");
        nowhere.pointsman.schedule(nowhere.request("test-model").build());
        nowhere.pointsman.evaluate(nowhere.request("test-model").build());

        assertThat(nowhere.scrape().lines())
                .contains(
                        "pointsman_rejected_requests_total{model=\"test-model\",reason=\"filtered_out\"} 1.0",
                        "pointsman_rejected_requests_total{model=\"test-model\",reason=\"no_endpoints\"} 1.0",
                        "pointsman_rejected_requests_total{model=\"test-model\",reason=\"not_admitted\"} 0.0",
                        "pointsman_decision_duration_seconds_count{outcome=\"rejected\"} 2",
                        "pointsman_decision_duration_seconds_count{outcome=\"dispatched\"} 0",
                        "pointsman_in_flight_requests" + M + " 0.0");
    }

    @Test
    void splitRequests_areCountedApart() {
        Fleet fleet = Fleet.of(
                Endpoint.builder("p", "10.0.0.1:8000").role(Role.PREFILL).build(),
                Endpoint.builder("d", "10.0.0.2:8000").role(Role.DECODE).build());
        Pointsman split = Pointsman.builder(fleet)
                .clock(host.clock)
                .profile(Profile.builder("decode").filter("decode-filter").build())
                .profile(Profile.builder("prefill").filter("prefill-filter").build())
                .profileHandler(PluginRef.instance(
                        "stages",
                        DisaggProfileHandler.builder()
                                .prefillDecider(new AlwaysDisaggPdDecider())
                                .build()))
                .plugin("metrics", host.metrics)
                .build();

        split.schedule(host.request("test-model").tokens(new int[64]).build());

        assertThat(host.scrape().lines())
                .contains(
                        "pointsman_dispatched_requests_total{model=\"test-model\",path=\"split\"} 1.0",
                        "pointsman_dispatched_requests_total{model=\"test-model\",path=\"local\"} 0.0",
                        "pointsman_in_flight_requests" + M + " 1.0");
    }

    @Test
    void plugins_thatThrowOrScoreBadly_areNamed() {
        Host odd = new Host(
                UnaryOperator.identity(),
                Profile.builder("default")
                        .scorer(
                                PluginRef.instance("wild", (EndpointScorer) (request, candidate) ->
                                        candidate.endpoint().id().equals("a") ? Double.NaN : 2),
                                1)
                        .scorer(
                                PluginRef.instance("broken", (EndpointScorer) (request, candidate) -> {
                                    throw new IllegalStateException("broken");
                                }),
                                1)
                        .build());

        odd.dispatch().close();

        assertThat(odd.scrape().lines())
                .contains(
                        "pointsman_plugin_failures_total{plugin=\"broken\"} 1.0",
                        "pointsman_scores_clamped_total{scorer=\"wild\"} 1.0",
                        "pointsman_scores_missing_total{scorer=\"wild\"} 1.0");
    }

    @Test
    void decisions_areTimedByTheSchedulersClock() {
        Host slow = new Host(UnaryOperator.identity(), (request, candidate) -> 1);
        Pointsman thinking = Pointsman.builder(slow.fleet)
                .clock(slow.clock)
                .profile(Profile.builder("default")
                        .scorer(
                                (request, candidate) -> {
                                    slow.pass(2);
                                    return 1;
                                },
                                1)
                        .build())
                .plugin("metrics", slow.metrics)
                .build();

        thinking.schedule(slow.request("test-model").build());

        assertThat(slow.scrape().lines())
                .contains(
                        "pointsman_decision_duration_seconds_sum{outcome=\"dispatched\"} 0.004",
                        "pointsman_decision_duration_seconds_bucket{outcome=\"dispatched\",le=\"0.002\"} 0",
                        "pointsman_decision_duration_seconds_bucket{outcome=\"dispatched\",le=\"0.005\"} 1");
    }
}
