// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.explanation;
import static dev.pointsman.core.Fixtures.rejected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.explain.ProfileExplanation;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.latency.LabelledDeployments;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whole requests through a scheduler over catalogued accelerators, with the times that ship. */
class JointRequestTest {
    private static final String PREFILLER = "x-prefiller-host-port";
    private static final String ENCODERS = "x-encoder-hosts-ports";
    private static final String SOURCE = "x-kv-cache-source-host-port";

    private static Endpoint endpoint(String id, Role role) {
        return Endpoint.builder(id, id + ":8000")
                .role(role)
                .label(LabelledDeployments.ACCELERATOR, "h100-sxm")
                .label(LabelledDeployments.MODEL, "llama-3.1-8b")
                .build();
    }

    private static Fleet fleet(int prefill, int decode) {
        Fleet fleet = Fleet.create();
        for (int i = 0; i < prefill; i++) {
            fleet.join(endpoint("p" + i, Role.PREFILL));
        }
        for (int i = 0; i < decode; i++) {
            fleet.join(endpoint("d" + i, Role.DECODE));
        }
        return fleet;
    }

    private static Pointsman scheduler(Fleet fleet) {
        return scheduler(fleet, System::nanoTime);
    }

    private static Pointsman scheduler(Fleet fleet, LongSupplier clock) {
        return Pointsman.builder(fleet)
                .clock(clock)
                .profile(Profile.builder("decode").filter("decode-filter").build())
                .profile(Profile.builder("prefill").filter("prefill-filter").build())
                .profileHandler(PluginRef.instance(
                        "joint",
                        JointDisaggHandler.builder().name("joint").perRole(64).build()))
                .build();
    }

    private static InferenceRequest request(String id, int tokens) {
        int[] prompt = new int[tokens];
        Arrays.fill(prompt, id.hashCode()); // Unlike any other's, so that nothing of it is cached.
        return TestRequests.builder(id).tokens(prompt).build();
    }

    /** Says that a decode endpoint is decoding many and has a queue. */
    private static void busy(Fleet fleet, String id) {
        fleet.update(
                id,
                EndpointMetrics.builder(System.nanoTime())
                        .runningRequests(48)
                        .waitingRequests(6)
                        .kvUsage(0.4)
                        .build());
    }

    @Test
    void busyDecodeEndpoint_hasItsPromptReadElsewhere_andLoadIsWhereTheWorkIs() {
        Fleet fleet = fleet(2, 1);
        busy(fleet, "d0");
        Pointsman pointsman = scheduler(fleet);

        Dispatch dispatch = explained(pointsman, request("r", 8_000));

        Leg prefill = dispatch.decision().otherLegs().get(0);
        String reader = prefill.target().endpoint().id();
        assertThat(dispatch.target().id()).isEqualTo("d0");
        assertThat(dispatch.decision().headers())
                .containsEntry(PREFILLER, reader + ":8000")
                .containsEntry(ENCODERS, "")
                .containsEntry(SOURCE, "");
        assertThat(prefill.fallbacks())
                .extracting(target -> target.endpoint().id())
                .containsExactly(reader.equals("p0") ? "p1" : "p0");
        assertThat(pointsman.requestsInFlight("d0")).isEqualTo(1);
        assertThat(pointsman.tokensInFlight(reader)).isEqualTo(8_000);
        assertThat(pointsman.tokensInFlight("d0")).isLessThan(8_000);
        assertThat(explanation(dispatch).notes())
                .anyMatch(note -> note.startsWith("profile handler joint: REMOTE_CHEAPER: " + reader + "->d0: ttft"))
                .anyMatch(note -> note.startsWith("profile handler joint: runner-up local d0"))
                .anyMatch(note -> note.contains("would win if every prefill queue were"));
        assertThat(explanation(dispatch).profiles())
                .extracting(ProfileExplanation::picker)
                .containsOnly("profile handler");

        dispatch.firstToken();
        assertThat(pointsman.requestsInFlight(reader)).isZero();
        dispatch.completed(new Usage(8_000, 10, 0));
        assertThat(pointsman.requestsInFlight("d0") + pointsman.tokensInFlight("d0"))
                .isZero();
        assertThat(pointsman.tokensInFlight(reader)).isZero();
    }

    @Test
    void prefillQueueThatGrowsBetweenReports_isSeen() {
        Fleet fleet = fleet(1, 1);
        busy(fleet, "d0");
        fleet.update(
                "p0",
                EndpointMetrics.builder(System.nanoTime())
                        .runningRequests(0)
                        .waitingRequests(0)
                        .build());
        Pointsman pointsman = scheduler(fleet);

        List<Dispatch> open = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            open.add(dispatched(pointsman, request("r" + i, 8_000)));
        }

        assertThat(open.get(0).decision().otherLegs()).isNotEmpty();
        assertThat(open).anyMatch(dispatch -> dispatch.decision().otherLegs().isEmpty());
        open.forEach(Dispatch::close);
    }

    @Test
    void kvThatIsStillToCome_isNoHelpToAPromptThatIsReadWhereItComes() {
        Fleet fleet = fleet(1, 1);
        busy(fleet, "d0");
        Pointsman pointsman = scheduler(fleet);
        Dispatch first = dispatched(pointsman, turn(8_000, 0));
        assertThat(first.decision().otherLegs()).isNotEmpty();

        double before = local(explained(pointsman, turn(8_200, 1)), "read");
        first.firstToken();
        double after = local(explained(pointsman, turn(8_200, 2)), "read");

        assertThat(after).isPositive().isLessThan(before / 4);
    }

    @Test
    void kvThatIsStillToCome_isNotPulledFromWhereItComes() {
        String before = notesOnceMoreMayDecode(Role.DECODE, false);
        String after = notesOnceMoreMayDecode(Role.DECODE, true);

        assertThat(before).contains("local d1: ").doesNotContain("KV from");
        assertThat(after).contains("local d1, KV from d0: ");
    }

    @Test
    void kvThatIsStillToCome_isNoHelpToAPromptThatIsReadThereForAnotherEndpoint() {
        double before = term(notesOnceMoreMayDecode(Role.PREFILL_DECODE, false), "d0->d1", "read");
        double after = term(notesOnceMoreMayDecode(Role.PREFILL_DECODE, true), "d0->d1", "read");

        assertThat(after).isPositive().isLessThan(before / 4);
    }

    @Test
    void kvThatWasToComeToAnEndpointThatLeft_isNotWaitedForByTheNextOneInItsPlace() {
        Fleet fleet = fleet(1, 1);
        busy(fleet, "d0");
        Pointsman pointsman = scheduler(fleet);
        assertThat(dispatched(pointsman, turn(8_000, 0)).decision().otherLegs()).hasSize(1);
        int slot = fleet.snapshot().slotOf("d0");
        fleet.leave("d0");
        fleet.join(endpoint("d0", Role.DECODE));
        fleet.leave("p0");
        assertThat(fleet.snapshot().slotOf("d0")).isEqualTo(slot);

        double first = local(explained(pointsman, turn(8_000, 0)), "read");
        double second = local(explained(pointsman, turn(8_200, 1)), "read");

        assertThat(second).isPositive().isLessThan(first / 4);
    }

    /** Splits a prompt between p0 and d0, puts an idle d1 in p0's place, and returns what is said of one that starts alike. */
    private static String notesOnceMoreMayDecode(Role first, boolean came) {
        Fleet fleet = Fleet.create();
        fleet.join(endpoint("p0", Role.PREFILL));
        fleet.join(endpoint("d0", first));
        busy(fleet, "d0");
        Pointsman pointsman = scheduler(fleet);
        Dispatch split = dispatched(pointsman, turn(8_000, 0));
        assertThat(split.decision().headers()).containsEntry(PREFILLER, "p0:8000");
        if (came) {
            split.firstToken();
        }
        fleet.leave("p0");
        fleet.join(endpoint("d1", Role.DECODE));
        return String.join(
                "\n", explanation(explained(pointsman, turn(8_200, 1))).notes());
    }

    @Test
    void answersWhosePromptsAreReadElsewhere_waitWhileOneIsReadWhereTheyAreMade() {
        long now = System.nanoTime();
        Fleet fleet = fleet(1, 1);
        fleet.update(
                "d0",
                EndpointMetrics.builder(now)
                        .runningRequests(48)
                        .waitingRequests(0)
                        .kvUsage(0.4)
                        .build());
        Pointsman pointsman = scheduler(fleet, () -> now);

        double before = local(explained(pointsman, request("first", 8_000)), "backlog");
        for (int i = 0; i < 299; i++) {
            Dispatch split = dispatched(pointsman, request("r" + i, 8_000));
            assertThat(split.decision().otherLegs()).hasSize(1);
            split.firstToken();
            split.close();
        }
        Dispatch last = explained(pointsman, request("last", 8_000));

        // Three hundred in 30 s.
        double seconds = local(last, "read") / 1e3;
        assertThat(before).isZero();
        assertThat(local(last, "backlog") / 1e3).isCloseTo(10 * seconds * seconds / 2, withinPercentage(1));
    }

    /** Makes a prompt that starts like the others do. */
    private static InferenceRequest turn(int tokens, int end) {
        int[] prompt = new int[tokens];
        Arrays.fill(prompt, 8_000, tokens, end);
        return TestRequests.builder("turn " + end).tokens(prompt).build();
    }

    /** Returns a term of reading on d0 itself, in milliseconds. */
    private static double local(Dispatch explained, String term) {
        return term(String.join("\n", explanation(explained).notes()), "local d0", term);
    }

    private static double term(String notes, String path, String term) {
        Matcher found = Pattern.compile(path + ".*, " + term + " ([0-9.]+)").matcher(notes);
        assertThat(found.find()).as(notes).isTrue();
        return Double.parseDouble(found.group(1));
    }

    @Test
    void idleFleet_readsWhereItDecodes_andNothingIsReservedOnThePrefillEndpoint() {
        Pointsman pointsman = scheduler(fleet(1, 2));

        Dispatch dispatch = dispatched(pointsman, request("r", 8_000));

        assertThat(dispatch.decision().otherLegs()).isEmpty();
        assertThat(dispatch.decision().headers()).containsEntry(PREFILLER, "");
        assertThat(pointsman.requestsInFlight("p0")).isZero();
        assertThat(pointsman.tokensInFlight(dispatch.target().id())).isGreaterThanOrEqualTo(8_000);
        assertThat(dispatch.failover()).isPresent();
        dispatch.failed("connection reset");
        assertThat(pointsman.requestsInFlight("d0") + pointsman.requestsInFlight("d1"))
                .isZero();
    }

    @Test
    void prefillFailure_leavesTheDispatchToGoOnLocally() {
        Fleet fleet = fleet(1, 1);
        busy(fleet, "d0");
        Pointsman pointsman = scheduler(fleet);
        Dispatch dispatch = dispatched(pointsman, request("r", 8_000));
        assertThat(dispatch.decision().otherLegs()).hasSize(1);

        // The host sends the request to the same endpoint, without the prefill header.
        fleet.leave("p0");
        dispatch.sent();
        dispatch.firstToken();

        assertThat(dispatch.completed(new Usage(8_000, 10, 0))).isTrue();
        assertThat(pointsman.requestsInFlight("d0") + pointsman.tokensInFlight("d0"))
                .isZero();
        assertThat(dispatched(pointsman, request("next", 8_000)).decision().otherLegs())
                .isEmpty();
    }

    @Test
    void kindOfTheLastDispatch_isRemembered_andThatOfAnEvaluationIsNot() {
        Fleet fleet = fleet(1, 1);
        Pointsman pointsman = Pointsman.builder(fleet)
                .profile(Profile.builder("decode").filter("decode-filter").build())
                .profile(Profile.builder("prefill").filter("prefill-filter").build())
                .profileHandler(PluginRef.instance(
                        "joint",
                        JointDisaggHandler.builder()
                                .switchFor(Duration.ofHours(1), 0)
                                .build()))
                .build();
        busy(fleet, "d0");
        pointsman.evaluate(request("only evaluated", 8_000));
        fleet.update("d0", EndpointMetrics.builder(System.nanoTime()).build());
        Dispatch idle = explained(pointsman, request("idle", 8_000));
        idle.completed(Usage.UNKNOWN);

        busy(fleet, "d0");
        Dispatch busy = explained(pointsman, request("busy", 8_000));

        assertThat(explanation(idle).notes()).anyMatch(note -> note.contains("LOCAL_CHEAPER"));
        assertThat(explanation(busy).notes()).anyMatch(note -> note.contains("LOCAL_KEPT"));
    }

    @Test
    void noDecodeEndpoint_isRefusedByType() {
        Rejection rejection = rejected(scheduler(fleet(2, 0)), request("r", 100));

        assertThat(rejection.reason()).isEqualTo(Rejection.Reason.FILTERED_OUT);
        assertThat(rejection.detail()).startsWith("NO_DECODE: found no endpoint to decode on: profile decode");
    }

    @Test
    void promptBeyondAnyKv_isRefused() {
        Rejection rejection = rejected(scheduler(fleet(1, 1)), request("r", 2_000_000));

        assertThat(rejection.reason()).isEqualTo(Rejection.Reason.NO_DECISION);
        assertThat(rejection.detail()).startsWith("KV_TOO_SMALL");
    }

    @Test
    void encoders_haveFallbacks_leastBusyFirst() {
        Fleet fleet = fleet(0, 1);
        busy(fleet, "d0");
        for (int i = 0; i < 4; i++) {
            fleet.join(endpoint("e" + i, Role.ENCODE));
            fleet.update(
                    "e" + i,
                    EndpointMetrics.builder(System.nanoTime())
                            .runningRequests(4 - i)
                            .build());
        }

        Dispatch dispatch = dispatched(withEncoders(fleet), pictured());

        Leg encode = dispatch.decision().otherLegs().get(0);
        assertThat(dispatch.decision().headers()).containsEntry(ENCODERS, "e3:8000");
        assertThat(encode.target().endpoint().id()).isEqualTo("e3");
        assertThat(encode.fallbacks())
                .extracting(target -> target.endpoint().id())
                .containsExactly("e2", "e1", "e0");
    }

    @Test
    void encodersOfAnotherRevision_andTheReaderItself_areNoFallbacks() {
        Fleet fleet = Fleet.create();
        fleet.join(ofRevision("d0", Role.ENCODE_PREFILL_DECODE, "2"));
        busy(fleet, "d0");
        fleet.join(ofRevision("e0", Role.ENCODE, "2"));
        fleet.join(ofRevision("e1", Role.ENCODE, "2"));
        fleet.join(ofRevision("old", Role.ENCODE, "1"));
        Pointsman pointsman = withEncoders(fleet);

        Leg encode = dispatched(pointsman, pictured()).decision().otherLegs().get(0);

        assertThat(Stream.concat(Stream.of(encode.target()), encode.fallbacks().stream()))
                .extracting(target -> target.endpoint().id())
                .containsExactlyInAnyOrder("e0", "e1");
    }

    @Test
    void encodersOfASplitRequest_areThoseOfItsPrefillEndpoint() {
        Fleet fleet = Fleet.create();
        fleet.join(ofRevision("d0", Role.DECODE, "2"));
        busy(fleet, "d0");
        fleet.join(ofRevision("p0", Role.ENCODE_PREFILL, "2"));
        fleet.update(
                "p0",
                EndpointMetrics.builder(System.nanoTime()).waitingRequests(2).build());
        fleet.join(ofRevision("e0", Role.ENCODE, "2"));
        fleet.join(ofRevision("e1", Role.ENCODE, "2"));

        Dispatch dispatch = dispatched(withEncoders(fleet), pictured());

        assertThat(dispatch.decision().headers()).containsEntry(PREFILLER, "p0:8000");
        Leg encode = dispatch.decision().otherLegs().stream()
                .filter(leg -> leg.profile().equals("encode"))
                .findFirst()
                .orElseThrow();
        assertThat(Stream.concat(Stream.of(encode.target()), encode.fallbacks().stream()))
                .extracting(target -> target.endpoint().id())
                .containsExactlyInAnyOrder("e0", "e1");
    }

    private static InferenceRequest pictured() {
        return TestRequests.builder("r")
                .tokens(new int[4_000])
                .multimodalItems(List.of(new MultimodalItem("cat", 0, 2_000)))
                .build();
    }

    private static Endpoint ofRevision(String id, Role role, String revision) {
        return Endpoint.builder(id, id + ":8000")
                .role(role)
                .label(LabelledDeployments.ACCELERATOR, "h100-sxm")
                .label(LabelledDeployments.MODEL, "llama-3.1-8b")
                .label("disaggregatedset.x-k8s.io/revision", revision)
                .build();
    }

    private static Pointsman withEncoders(Fleet fleet) {
        return Pointsman.builder(fleet)
                .profile(Profile.builder("decode").filter("decode-filter").build())
                .profile(Profile.builder("prefill").filter("prefill-filter").build())
                .profile(Profile.builder("encode").filter("encode-filter").build())
                .profileHandler(PluginRef.instance(
                        "joint", JointDisaggHandler.builder().name("joint").build()))
                .build();
    }

    @Test
    void fallbacksOfThePair_areCompatibleWithIt() {
        Fleet fleet = fleet(3, 3);
        for (int i = 0; i < 3; i++) {
            busy(fleet, "d" + i);
        }

        Dispatch dispatch = dispatched(scheduler(fleet), request("r", 8_000));

        List<Target> decodes = dispatch.decision().primary().fallbacks();
        assertThat(decodes).extracting(target -> target.endpoint().role()).containsOnly(Role.DECODE);
        assertThat(decodes)
                .hasSize(2)
                .doesNotContain(dispatch.decision().primary().target());
        assertThat(dispatch.decision().otherLegs().get(0).fallbacks()).hasSize(2);
    }

    @Test
    void manyAtOnce_leaveNoLoadBehind() throws Exception {
        Fleet fleet = fleet(4, 4);
        Pointsman pointsman = scheduler(fleet);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> done = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            int number = thread;
            done.add(threads.submit(() -> {
                List<Dispatch> open = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    SchedulingOutcome outcome = pointsman.schedule(request(number + "-" + i, 1_000 + 37 * i));
                    open.add((Dispatch) outcome);
                    if (i % 3 == 0) {
                        open.remove(0).completed(Usage.UNKNOWN);
                    }
                }
                open.forEach(Dispatch::close);
            }));
        }
        for (Future<?> one : done) {
            one.get();
        }
        threads.shutdown();

        for (Endpoint endpoint : List.of(endpoint("p0", Role.PREFILL), endpoint("d0", Role.DECODE))) {
            assertThat(pointsman.requestsInFlight(endpoint.id())).isZero();
            assertThat(pointsman.tokensInFlight(endpoint.id())).isZero();
        }
    }
}
