// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.api.fleet.Signal;
import org.junit.jupiter.api.Test;

class TestFleetTest {
    @Test
    void of_aNumber_namesEndpointsInOrder() {
        TestFleet fleet = TestFleet.of(3);

        assertThat(fleet.ids()).containsExactly("e0", "e1", "e2");
        assertThat(fleet.size()).isEqualTo(3);
        assertThat(fleet.slotLimit()).isEqualTo(3);
        assertThat(fleet.slotOf("e1")).isEqualTo(1);
        assertThat(fleet.slotOf("e3")).isEqualTo(-1);
        assertThat(fleet.metrics(2)).isSameAs(EndpointMetrics.UNKNOWN);
        assertThat(TestFleet.of(0).slotLimit()).isZero();
        assertThat(TestFleet.of("x", "y").ids()).containsExactly("x", "y");
    }

    @Test
    void builder_everyPart_isKept() {
        TestFleet fleet = TestFleet.builder()
                .version(7)
                .hole()
                .endpoint(Endpoint.builder("a", "10.0.0.1:8000")
                        .role(Role.PREFILL)
                        .build())
                .hole()
                .observedAt(5)
                .endpoint("b", metrics -> metrics.waitingRequests(3).kvUsage(0.7))
                .incarnation("b", 40)
                .endpoint("c")
                .hole()
                .build();

        assertThat(fleet.version()).isEqualTo(7);
        assertThat(fleet.slotLimit()).isEqualTo(5);
        assertThat(fleet.size()).isEqualTo(3);
        assertThat(fleet.occupied(0)).isFalse();
        assertThat(fleet.occupied(1)).isTrue();
        assertThat(fleet.occupied(-1)).isFalse();
        assertThat(fleet.occupied(5)).isFalse();
        assertThat(fleet.endpoint(1).role()).isEqualTo(Role.PREFILL);
        assertThat(fleet.metrics(3).waitingRequests()).isEqualTo(3);
        assertThat(fleet.metrics(3).observedAt(Signal.KV_USAGE)).isEqualTo(5);
        assertThat(fleet.incarnation(1)).isEqualTo(1);
        assertThat(fleet.incarnation(3)).isEqualTo(40);
        assertThat(fleet.incarnation(4)).isEqualTo(41);
    }

    @Test
    void toBuilder_changes_makeTheNextVersionAndLeaveTheFirst() {
        TestFleet first = TestFleet.builder()
                .endpoint("a", metrics -> metrics.waitingRequests(1).runningRequests(2))
                .endpoint("b")
                .endpoint("c")
                .build();

        TestFleet second = first.toBuilder()
                .remove("b")
                .metrics("a", metrics -> metrics.waitingRequests(9))
                .endpoint("b")
                .build();

        assertThat(first.ids()).containsExactly("a", "b", "c");
        assertThat(first.metrics(0).waitingRequests()).isEqualTo(1);
        assertThat(second.version()).isEqualTo(2);
        assertThat(second.occupied(1)).isFalse();
        assertThat(second.slotOf("b")).isEqualTo(3);
        assertThat(second.incarnation(3)).isEqualTo(4);
        assertThat(second.metrics(0).waitingRequests()).isEqualTo(9);
        assertThat(second.metrics(0).runningRequests()).isEqualTo(2);
    }

    @Test
    void endpoint_ofAHole_isRefused() {
        TestFleet fleet = TestFleet.builder().hole().endpoint("a").build();

        assertThatThrownBy(() -> fleet.endpoint(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("slot 0: has no endpoint; the fleet has 1 in slots 0 to 1.\nMaybe ask occupied(0) first.");
    }

    @Test
    void build_sameIdTwice_isRefused() {
        TestFleet.Builder twice = TestFleet.builder().endpoint("a").endpoint("a");

        assertThatThrownBy(twice::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("slot 1: endpoint a is already in the fleet.\n"
                        + "Maybe give it another id; ids name endpoints within a fleet.");
    }

    @Test
    void remove_unknownId_isRefused() {
        TestFleet.Builder builder = TestFleet.builder().endpoint("a");

        assertThatThrownBy(() -> builder.remove("b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("endpoint b: is not in this fleet.\nMaybe add it first with endpoint(\"b\").");
    }
}
