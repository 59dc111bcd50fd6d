// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.fleet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A plugin that reads session ids gets them, though nobody declared who finds them. */
class SessionIdDefaultTest {
    @Test
    void pluginThatConsumesSessionIds_seesTheRequestsOwn() {
        Sessions sessions = new Sessions();
        Pointsman pointsman = Pointsman.builder(fleet(2))
                .plugin(PluginRef.instance("sessions", sessions))
                .failFast()
                .build();

        dispatched(pointsman, TestRequests.builder("a").sessionId("chat-4").build());
        dispatched(pointsman, TestRequests.builder("b").build());

        assertThat(sessions.seen).containsExactly("chat-4", "none");
    }

    private static final class Sessions implements SchedulingObserver {
        final List<String> seen = new ArrayList<>();

        @Override
        public Set<DataKey> consumes() {
            return Set.of(Session.ID);
        }

        @Override
        public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
            String session = cycle.attribute(Session.ID);
            seen.add(session == null ? "none" : session);
        }
    }
}
