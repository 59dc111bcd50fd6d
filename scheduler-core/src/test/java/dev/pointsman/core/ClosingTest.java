// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.endpoint;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.fleet.Fleet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A closed scheduler leaves its fleet, and nothing else ends with it. */
class ClosingTest {
    @Test
    void closed_listensNoMoreAndDispatchesStillEnd() {
        Fleet fleet = fleet(1);
        Listening listening = new Listening();
        Pointsman pointsman =
                Pointsman.builder(fleet).plugin("listening", listening).build();
        Dispatch dispatch = dispatched(pointsman, request("r"));

        pointsman.close();
        pointsman.close();
        fleet.join(endpoint(1));

        assertThat(listening.heard).containsExactly("e0");
        assertThat(dispatch.completed(Usage.UNKNOWN)).isTrue();
    }

    @Test
    void closingTwice_doesNotSilenceAnotherSchedulerWithTheSamePlugin() {
        Fleet fleet = Fleet.create();
        Listening listening = new Listening();
        Pointsman one = Pointsman.builder(fleet).plugin("listening", listening).build();
        Pointsman other =
                Pointsman.builder(fleet).plugin("listening", listening).build();

        one.close();
        one.close();
        fleet.join(endpoint(1));

        assertThat(listening.heard).containsExactly("e1");
        assertThat(dispatched(other, request("r")).target().id()).isEqualTo("e1");
    }

    private static final class Listening implements FleetListener, Plugin {
        final List<String> heard = new ArrayList<>();

        @Override
        public void joined(int slot, long incarnation, Endpoint endpoint) {
            heard.add(endpoint.id());
        }
    }
}
