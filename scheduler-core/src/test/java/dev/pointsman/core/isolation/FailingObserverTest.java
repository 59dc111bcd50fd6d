// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.isolation;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.endpoint;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.rejected;
import static dev.pointsman.core.Fixtures.request;
import static dev.pointsman.core.Fixtures.requestsInFlight;
import static dev.pointsman.core.Fixtures.tokensInFlight;
import static dev.pointsman.core.isolation.Plugins.BROKEN_SCORER;
import static dev.pointsman.core.isolation.Plugins.preferring;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.EndpointFilter;
import dev.pointsman.api.plugin.Maintained;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.PluginRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A plugin that only listens, or works between requests, cannot harm one. */
class FailingObserverTest {
    @Test
    void observerThatThrowsInEveryEvent_changesNothing() {
        Recorder recorder = new Recorder();
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(preferring("e1")
                        .filter(PluginRef.instance("not-e9", (EndpointFilter)
                                (request, candidate) -> !request.id().equals("nowhere")))
                        .scorer(BROKEN_SCORER, 1)
                        .scorer((request, candidate) -> 2, 1)
                        .build())
                .plugin("broken-observer", new BrokenObserver())
                .plugin("recorder", recorder)
                .build();

        Dispatch dispatch = dispatched(pointsman, request("r", 10));
        dispatch.sent();
        dispatch.firstToken();
        dispatch.tokens(3);
        dispatch.failover();
        dispatch.completed(Usage.UNKNOWN);
        rejected(pointsman, request("nowhere"));

        assertThat(recorder.events)
                .filteredOn(event -> !event.startsWith("pluginFailed broken-observer"))
                .containsExactly(
                        "pluginFailed broken",
                        "scoresAdjusted scorer-2 3 0",
                        "dispatched",
                        "sent",
                        "firstToken",
                        "tokens 3",
                        "failedOver",
                        "ended COMPLETED",
                        "rejected FILTERED_OUT");
        // Eight events of its own, and pluginFailed of the scorer and of each of those eight.
        assertThat(pointsman.failures("broken-observer")).isEqualTo(8 + 9);
        assertThat(tokensInFlight(pointsman).values()).containsOnly(0L);
    }

    @Test
    void failFast_doesNotLetAnObserverEndARequest() {
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .plugin("broken", new BrokenObserver())
                .failFast()
                .build();

        Dispatch dispatch = dispatched(pointsman, request("r"));

        assertThat(dispatch.completed(Usage.UNKNOWN)).isTrue();
    }

    @Test
    void fleetListenerPluginThatThrows_isIsolatedAndCounted() {
        class Listening implements FleetListener, Plugin {
            @Override
            public void joined(int slot, long incarnation, Endpoint endpoint) {
                throw new AssertionError("joined");
            }

            @Override
            public void left(int slot, long incarnation, Endpoint endpoint) {
                throw new IllegalStateException("left");
            }
        }

        Fleet fleet = fleet(1);
        Pointsman pointsman =
                Pointsman.builder(fleet).plugin("broken", new Listening()).build();

        fleet.leave("e0");
        fleet.join(endpoint(1));

        assertThat(pointsman.failures("broken")).isEqualTo(3);
        assertThat(dispatched(pointsman, request("r")).target().id()).isEqualTo("e1");
        assertThat(requestsInFlight(pointsman)).isEqualTo(Map.of("e1", 1L));
    }

    @Test
    void maintainedPluginThatThrows_doesNotStopTheOthers() {
        List<Long> maintained = new ArrayList<>();
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .plugin("broken", new Maintained() {
                    @Override
                    public void maintain(long now) {
                        throw new IllegalStateException("maintain");
                    }

                    @Override
                    public long nextDeadline() {
                        throw new IllegalStateException("nextDeadline");
                    }
                })
                .plugin("sound", new Maintained() {
                    @Override
                    public void maintain(long now) {
                        maintained.add(now);
                    }

                    @Override
                    public long nextDeadline() {
                        return 77;
                    }
                })
                .build();

        pointsman.maintain(5);

        assertThat(maintained).containsExactly(5L);
        assertThat(pointsman.nextDeadline()).isEqualTo(77);
        assertThat(pointsman.failures("broken")).isEqualTo(2);
    }

    private static class BrokenObserver implements SchedulingObserver {
        @Override
        public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
            throw new IllegalStateException("dispatched");
        }

        @Override
        public void rejected(SchedulingCycle cycle, Rejection rejection) {
            throw new IllegalStateException("rejected");
        }

        @Override
        public void sent(Dispatch dispatch, long now) {
            throw new IllegalStateException("sent");
        }

        @Override
        public void firstToken(Dispatch dispatch, long now) {
            throw new IllegalStateException("firstToken");
        }

        @Override
        public void tokens(Dispatch dispatch, int count, long now) {
            throw new IllegalStateException("tokens");
        }

        @Override
        public void failedOver(Dispatch dispatch, Target from, Target to, long now) {
            throw new IllegalStateException("failedOver");
        }

        @Override
        public void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
            throw new IllegalStateException("ended");
        }

        @Override
        public void pluginFailed(String plugin, Throwable failure) {
            throw new IllegalStateException("pluginFailed");
        }

        @Override
        public void scoresAdjusted(String scorer, int clamped, int missing) {
            throw new IllegalStateException("scoresAdjusted");
        }
    }
}
