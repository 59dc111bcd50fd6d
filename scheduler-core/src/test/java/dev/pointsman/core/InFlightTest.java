// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.leastRequests;
import static dev.pointsman.core.Fixtures.request;
import static dev.pointsman.core.Fixtures.requestsInFlight;
import static dev.pointsman.core.Fixtures.tokensInFlight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.EndpointScorer;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class InFlightTest {
    @RepeatedTest(5)
    void thousandConcurrentEqualRequests_spreadEvenly() throws Exception {
        Pointsman pointsman =
                Pointsman.builder(fleet(10)).profile(leastRequests()).build();

        concurrently(16, 1000, i -> pointsman.schedule(request("r" + i)));

        Map<String, Long> load = requestsInFlight(pointsman);
        assertThat(load.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(1000);
        assertThat(Collections.max(load.values()) - Collections.min(load.values()))
                .as("max - min of %s", load)
                .isLessThanOrEqualTo(1);
    }

    @RepeatedTest(3)
    void concurrentArrivalsAndEndings_leaveNothing() throws Exception {
        Pointsman pointsman =
                Pointsman.builder(fleet(4)).profile(leastRequests()).build();

        concurrently(8, 2000, i -> {
            Dispatch dispatch = dispatched(pointsman, request("r" + i, 10));
            dispatch.firstToken();
            return dispatch.completed(Usage.UNKNOWN);
        });

        assertThat(requestsInFlight(pointsman).values()).containsOnly(0L);
        assertThat(tokensInFlight(pointsman).values()).containsOnly(0L);
    }

    @Test
    void weightedRandomPicker_staysUnbiasedUnderContention() throws Exception {
        // e0 scores 1, e1 0.5, e2 0.25, so their shares are 4/7, 2/7 and 1/7 whatever the load.
        EndpointScorer byNumber =
                (request, candidate) -> Math.pow(0.5, candidate.endpoint().id().charAt(1) - '0');
        Profile profile = Profile.builder("default")
                .scorer(byNumber)
                .scorer(new Fixtures.FewestRequests(), 0)
                .picker("weighted-random-picker")
                .build();
        Pointsman pointsman =
                Pointsman.builder(fleet(3)).profile(profile).seed(7).build();

        concurrently(16, 7000, i -> pointsman.schedule(request("r" + i)));

        Map<String, Long> load = requestsInFlight(pointsman);
        assertThat((double) load.get("e0")).isBetween(3850.0, 4150.0);
        assertThat((double) load.get("e1")).isBetween(1860.0, 2140.0);
        assertThat((double) load.get("e2")).isBetween(880.0, 1120.0);
    }

    @Test
    void weightedRandomPicker_onLoad_spreadsUnderContention() throws Exception {
        Profile profile = Profile.builder("default")
                .scorer(new Fixtures.FewestRequests(), 1)
                .picker("weighted-random-picker")
                .build();
        Pointsman pointsman =
                Pointsman.builder(fleet(3)).profile(profile).seed(7).build();

        concurrently(16, 3000, i -> pointsman.schedule(request("r" + i)));

        // The less loaded one is the likelier one, so shares are nearer to even than independent draws would leave
        // them.
        assertThat(requestsInFlight(pointsman).values())
                .allSatisfy(load -> assertThat(load).isBetween(900L, 1100L));
    }

    @Test
    void randomPickersDraws_doNotDependOnConcurrency() throws Exception {
        Profile profile = Profile.builder("default")
                .scorer(new Fixtures.FewestRequests(), 0)
                .picker("random-picker")
                .build();
        Pointsman alone = Pointsman.builder(fleet(5)).profile(profile).seed(3).build();
        Pointsman together =
                Pointsman.builder(fleet(5)).profile(profile).seed(3).build();
        Map<String, String> expected = new TreeMap<>();
        for (int i = 0; i < 500; i++) {
            expected.put("r" + i, dispatched(alone, request("r" + i)).target().id());
        }

        List<Dispatch> dispatches = concurrently(8, 500, i -> dispatched(together, request("r" + i)));

        Map<String, String> found = new TreeMap<>();
        dispatches.forEach(
                dispatch -> found.put(dispatch.request().id(), dispatch.target().id()));
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void endsOnce_whateverIsCalledAfterwards() {
        Pointsman pointsman =
                Pointsman.builder(fleet(1)).profile(leastRequests()).build();
        Dispatch dispatch = dispatched(pointsman, request("r", 100));

        assertThat(dispatch.completed(Usage.UNKNOWN)).isTrue();

        assertThat(dispatch.completed(Usage.UNKNOWN)).isFalse();
        assertThat(dispatch.failed("late")).isFalse();
        assertThat(dispatch.cancelled()).isFalse();
        assertThat(dispatch.failover()).isEmpty();
        dispatch.sent();
        dispatch.firstToken();
        dispatch.tokens(5);
        dispatch.renew();
        dispatch.close();
        assertThat(dispatch.ended()).isTrue();
        assertThat(dispatch.failure()).isNull();
        assertThat(requestsInFlight(pointsman)).containsEntry("e0", 0L);
        assertThat(tokensInFlight(pointsman)).containsEntry("e0", 0L);
    }

    @RepeatedTest(5)
    void manyThreadsEndOneDispatch_oneWins() throws Exception {
        List<Ending> endings = Collections.synchronizedList(new ArrayList<>());
        Pointsman pointsman = Pointsman.builder(fleet(2))
                .profile(leastRequests())
                .plugin("witness", new SchedulingObserver() {
                    @Override
                    public void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
                        endings.add(ending);
                    }
                })
                .build();
        Dispatch dispatch = dispatched(pointsman, request("r", 100));

        List<Boolean> won = concurrently(8, 80, i -> switch (i % 4) {
            case 0 -> dispatch.completed(Usage.UNKNOWN);
            case 1 -> dispatch.failed("x");
            case 2 -> dispatch.cancelled();
            default -> {
                dispatch.failover();
                yield false;
            }
        });

        assertThat(won.stream().filter(each -> each)).hasSize(1);
        assertThat(endings).hasSize(1);
        assertThat(requestsInFlight(pointsman).values()).containsOnly(0L);
        assertThat(tokensInFlight(pointsman).values()).containsOnly(0L);
    }

    @Test
    void firstToken_releasesThePromptsTokensAndKeepsTheRequest() {
        Pointsman pointsman =
                Pointsman.builder(fleet(1)).profile(leastRequests()).build();
        Dispatch dispatch = dispatched(pointsman, request("r", 100));
        assertThat(tokensInFlight(pointsman)).containsEntry("e0", 100L);

        dispatch.firstToken();
        dispatch.firstToken();

        assertThat(tokensInFlight(pointsman)).containsEntry("e0", 0L);
        assertThat(requestsInFlight(pointsman)).containsEntry("e0", 1L);
    }

    @Test
    void failover_movesTheReservation() {
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(Fixtures.scoring((request, candidate) ->
                        1.0 / (1 + candidate.endpoint().id().charAt(1) - '0')))
                .build();
        Dispatch dispatch = dispatched(pointsman, request("r", 100));
        assertThat(dispatch.target().id()).isEqualTo("e0");

        dispatch.firstToken();
        assertThat(dispatch.failover()).map(Endpoint::id).contains("e1");

        assertThat(dispatch.target().id()).isEqualTo("e1");
        assertThat(dispatch.decision().endpoint().id()).isEqualTo("e0");
        assertThat(requestsInFlight(pointsman)).isEqualTo(Map.of("e0", 0L, "e1", 1L, "e2", 0L));
        assertThat(tokensInFlight(pointsman)).containsEntry("e1", 100L).containsEntry("e0", 0L);
        assertThat(dispatch.failover()).map(Endpoint::id).contains("e2");
        assertThat(dispatch.failover()).isEmpty();
        assertThat(requestsInFlight(pointsman)).containsEntry("e2", 1L);
        assertThat(dispatch.ended()).isFalse();
    }

    @Test
    void failover_skipsAnEndpointThatLeft() {
        Fleet fleet = fleet(3);
        Pointsman pointsman = Pointsman.builder(fleet)
                .profile(Fixtures.scoring((request, candidate) ->
                        1.0 / (1 + candidate.endpoint().id().charAt(1) - '0')))
                .build();
        Dispatch dispatch = dispatched(pointsman, request("r"));

        fleet.leave("e1");
        fleet.join(Fixtures.endpoint(1));

        assertThat(dispatch.failover()).map(Endpoint::id).contains("e2");
    }

    @Test
    void leavesTheFleetAndReturns_startsAtZeroAndLateCompletionIsIgnored() {
        Fleet fleet = fleet(1);
        Pointsman pointsman = Pointsman.builder(fleet).profile(leastRequests()).build();
        Dispatch former = dispatched(pointsman, request("former", 100));

        fleet.leave("e0");
        fleet.join(Fixtures.endpoint(0));
        Dispatch present = dispatched(pointsman, request("present", 10));
        former.firstToken();
        former.completed(Usage.UNKNOWN);

        assertThat(requestsInFlight(pointsman)).containsEntry("e0", 1L);
        assertThat(tokensInFlight(pointsman)).containsEntry("e0", 10L);
        present.close();
        assertThat(requestsInFlight(pointsman)).containsEntry("e0", 0L);
    }

    @Test
    void leases_reclaimALostDispatch() {
        ManualClock clock = new ManualClock();
        ConcurrentLinkedQueue<Ending> endings = new ConcurrentLinkedQueue<>();
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .profile(leastRequests())
                .clock(clock)
                .leases(Duration.ofSeconds(30))
                .plugin("witness", new SchedulingObserver() {
                    @Override
                    public void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
                        endings.add(ending);
                    }
                })
                .build();
        assertThat(pointsman.nextDeadline()).isEqualTo(Long.MAX_VALUE);
        Dispatch lost = dispatched(pointsman, request("lost", 100));
        assertThat(pointsman.nextDeadline()).isEqualTo(Duration.ofSeconds(30).toNanos());

        clock.advance(Duration.ofSeconds(29));
        pointsman.maintain(clock.getAsLong());
        assertThat(lost.ended()).isFalse();
        clock.advance(Duration.ofSeconds(1));
        pointsman.maintain(clock.getAsLong());

        assertThat(lost.ended()).isTrue();
        assertThat(endings).containsExactly(Ending.EXPIRED);
        assertThat(requestsInFlight(pointsman)).containsEntry("e0", 0L);
        assertThat(tokensInFlight(pointsman)).containsEntry("e0", 0L);
        assertThat(lost.completed(Usage.UNKNOWN)).isFalse();
        assertThat(pointsman.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void leases_neverReclaimARenewedStream() {
        ManualClock clock = new ManualClock();
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .profile(leastRequests())
                .clock(clock)
                .leases(Duration.ofSeconds(30))
                .build();
        Dispatch stream = dispatched(pointsman, request("stream", 100));

        // Half an hour of signs of life of every kind, 29 s apart, swept every second.
        for (int second = 1; second <= 1800; second++) {
            clock.advance(Duration.ofSeconds(1));
            if (second % 29 == 0) {
                // Each alone must do, the repeated ones too.
                switch (second / 29 % 4) {
                    case 0 -> stream.renew();
                    case 1 -> stream.sent();
                    case 2 -> stream.firstToken();
                    default -> stream.tokens(1);
                }
            }
            pointsman.maintain(clock.getAsLong());
            assertThat(stream.ended()).isFalse();
        }

        assertThat(stream.completed(Usage.UNKNOWN)).isTrue();
        assertThat(requestsInFlight(pointsman)).containsEntry("e0", 0L);
    }

    @Test
    void withoutLeases_nothingIsReclaimed() {
        ManualClock clock = new ManualClock();
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .profile(leastRequests())
                .clock(clock)
                .build();
        Dispatch dispatch = dispatched(pointsman, request("r"));

        clock.advance(Duration.ofDays(365));
        pointsman.maintain(clock.getAsLong());

        assertThat(dispatch.ended()).isFalse();
        assertThat(requestsInFlight(pointsman)).containsEntry("e0", 1L);
    }

    @Test
    void dispatch_knowsItsProgress_andDuringAnEventWhatWasBefore() {
        ManualClock clock = new ManualClock(-7);
        List<String> told = new ArrayList<>();
        Pointsman pointsman = Pointsman.builder(fleet(2))
                .profile(leastRequests())
                .clock(clock)
                .plugin("witness", new SchedulingObserver() {
                    @Override
                    public void firstToken(Dispatch dispatch, long now) {
                        told.add("first: " + progress(dispatch));
                    }

                    @Override
                    public void tokens(Dispatch dispatch, int count, long now) {
                        told.add("tokens: " + progress(dispatch));
                    }

                    @Override
                    public void failedOver(Dispatch dispatch, Target from, Target to, long now) {
                        told.add("failover: " + progress(dispatch));
                    }

                    @Override
                    public void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
                        told.add("end: " + progress(dispatch));
                    }
                })
                .build();

        Dispatch dispatch = dispatched(pointsman, request("r"));
        clock.advance(Duration.ofNanos(10));
        dispatch.firstToken();
        dispatch.firstToken();
        clock.advance(Duration.ofNanos(5));
        dispatch.tokens(2);
        dispatch.tokens(0);
        dispatch.failover();
        clock.advance(Duration.ofNanos(5));
        dispatch.tokens(3);
        dispatch.completed(Usage.UNKNOWN);

        assertThat(dispatch.scheduledAt()).isEqualTo(-7);
        assertThat(told)
                .containsExactly(
                        "first: 0 from - to -",
                        "tokens: 1 from 3 to 3",
                        "tokens: 3 from 3 to 8",
                        "failover: 3 from 3 to 8",
                        "tokens: 0 from - to -",
                        "end: 3 from - to 13");
    }

    private static String progress(Dispatch dispatch) {
        return dispatch.reportedTokens() + " from " + time(dispatch.firstTokenAt()) + " to "
                + time(dispatch.lastTokenAt());
    }

    private static String time(long nanos) {
        return nanos == Dispatch.NOT_YET ? "-" : Long.toString(nanos);
    }

    @Test
    void negativeTokenCount_isRefused() {
        Dispatch dispatch = dispatched(Pointsman.builder(fleet(1)).build(), request("r"));

        assertThatThrownBy(() -> dispatch.tokens(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be at least 0, but was -1.\nMaybe");
    }

    @Test
    void failure_isKeptForObservers() {
        Dispatch dispatch = dispatched(Pointsman.builder(fleet(1)).build(), request("r"));

        dispatch.failed("connection reset");

        assertThat(dispatch.failure()).isEqualTo("connection reset");
    }

    @Test
    void evaluate_reservesNothing() {
        Pointsman pointsman =
                Pointsman.builder(fleet(2)).profile(leastRequests()).build();

        pointsman.evaluate(request("r", 100));

        assertThat(requestsInFlight(pointsman).values()).containsOnly(0L);
    }

    /** Runs a task for 0 to count - 1 on some threads that start together, and returns the results. */
    private static <T> List<T> concurrently(int threads, int count, IntFunction<T> task) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Future<List<T>>> parts = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int first = thread;
                parts.add(executor.submit(() -> {
                    start.await();
                    List<T> results = new ArrayList<>();
                    for (int i = first; i < count; i += threads) {
                        results.add(task.apply(i));
                    }
                    return results;
                }));
            }
            List<T> all = new ArrayList<>();
            for (Future<List<T>> part : parts) {
                all.addAll(part.get());
            }
            return all;
        } finally {
            executor.shutdownNow();
        }
    }

    /** The compiler keeps this honest: an outcome is a dispatch or a rejection, and nothing else. */
    @Test
    void outcome_isDispatchOrRejection() {
        SchedulingOutcome outcome = Pointsman.builder(fleet(1)).build().schedule(request("r"));

        assertThat(SchedulingOutcome.class.getPermittedSubclasses()).hasSize(2);
        assertThat(outcome).isInstanceOf(Dispatch.class);
    }
}
