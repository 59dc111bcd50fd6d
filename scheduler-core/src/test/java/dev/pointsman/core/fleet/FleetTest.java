// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.fleet.FleetSnapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FleetTest {
    private static final EndpointMetrics BUSY =
            EndpointMetrics.builder(7).waitingRequests(3).build();

    @Test
    void joins_takeTheLowestFreeSlots() {
        Fleet fleet = Fleet.of(endpoint("a"), endpoint("b"), endpoint("c"));
        fleet.leave("b");
        fleet.leave("a");

        fleet.join(endpoint("d"));
        fleet.join(endpoint("e"));
        fleet.join(endpoint("f"));

        FleetSnapshot snapshot = fleet.snapshot();
        assertThat(snapshot.slotOf("d")).isZero();
        assertThat(snapshot.slotOf("e")).isEqualTo(1);
        assertThat(snapshot.slotOf("c")).isEqualTo(2);
        assertThat(snapshot.slotOf("f")).isEqualTo(3);
        assertThat(snapshot.slotOf("a")).isEqualTo(-1);
    }

    @Test
    void slotLimit_shrinksPastEveryHoleAtTheEnd() {
        Fleet fleet = Fleet.of(endpoint("a"), endpoint("b"), endpoint("c"));

        fleet.leave("b");
        assertThat(fleet.snapshot().slotLimit()).isEqualTo(3);
        fleet.leave("c");

        assertThat(fleet.snapshot().slotLimit()).isEqualTo(1);
        assertThat(fleet.snapshot().occupied(1)).isFalse();
        assertThat(fleet.snapshot().occupied(-1)).isFalse();
        assertThat(fleet.snapshot().occupied(1_000_000)).isFalse();
    }

    @Test
    void returningEndpoint_beginsANewLifeWithNothingHeard() {
        Fleet fleet = Fleet.of(endpoint("a"));
        fleet.update("a", BUSY);
        long former = fleet.snapshot().incarnation(0);

        fleet.leave("a");

        assertThat(fleet.update("a", BUSY)).isFalse();
        assertThat(fleet.join(endpoint("a"))).isTrue();
        assertThat(fleet.snapshot().incarnation(0)).isNotEqualTo(former);
        assertThat(fleet.snapshot().metrics(0)).isSameAs(EndpointMetrics.UNKNOWN);
    }

    @Test
    void sameAddress_isADescriptionAnewAndTheLifeGoesOn() {
        Fleet fleet = Fleet.of(endpoint("a"));
        Log log = new Log(fleet);
        fleet.addListener(log);
        fleet.update("a", BUSY);
        FleetSnapshot before = fleet.snapshot();

        boolean newLife = fleet.join(
                Endpoint.builder("a", "host-a:8000").label("zone", "eu-1").build());

        FleetSnapshot after = fleet.snapshot();
        assertThat(newLife).isFalse();
        assertThat(after.endpoint(0).labels()).containsEntry("zone", "eu-1");
        assertThat(after.incarnation(0)).isEqualTo(before.incarnation(0));
        assertThat(after.metrics(0)).isSameAs(BUSY);
        assertThat(after.version()).isGreaterThan(before.version());
        assertThat(log.lines).containsExactly("joined a at 0");
        assertThat(before.endpoint(0).labels()).isEmpty();
    }

    @Test
    void equalDescription_changesNothing() {
        Fleet fleet = Fleet.of(endpoint("a"));
        FleetSnapshot before = fleet.snapshot();

        assertThat(fleet.join(endpoint("a"))).isFalse();

        assertThat(fleet.snapshot()).isSameAs(before);
    }

    @Test
    void otherAddress_isAnotherProcess() {
        Fleet fleet = Fleet.of(endpoint("a"), endpoint("b"));
        Log log = new Log(fleet);
        fleet.addListener(log);
        log.lines.clear();
        long former = fleet.snapshot().incarnation(0);

        assertThat(fleet.join(Endpoint.of("a", "elsewhere:8000"))).isTrue();

        assertThat(fleet.snapshot().incarnation(0)).isNotEqualTo(former);
        assertThat(fleet.snapshot().size()).isEqualTo(2);
        assertThat(log.lines).containsExactly("left a at 0", "joined a at 0");
    }

    @Test
    void listener_hearsOfJoiningBeforeAndOfLeavingAfterASnapshotShowsIt() {
        Fleet fleet = Fleet.create();
        Log log = new Log(fleet);
        fleet.addListener(log);

        fleet.join(endpoint("a"));
        fleet.leave("a");

        assertThat(log.lines).containsExactly("joined a at 0", "left a at 0");
        assertThat(log.visible).containsExactly(false, false);
    }

    @Test
    void listenerAddedLate_hearsOfEveryEndpointThatIsThereOnce() {
        Fleet fleet = Fleet.of(endpoint("a"), endpoint("b"), endpoint("c"));
        fleet.leave("b");
        Log log = new Log(fleet);

        fleet.addListener(log);

        assertThat(log.lines).containsExactly("joined a at 0", "joined c at 2");
    }

    @Test
    void removedListener_hearsNothingMore() {
        Fleet fleet = Fleet.create();
        Log log = new Log(fleet);
        fleet.addListener(log);

        fleet.removeListener(log);
        fleet.removeListener(log);
        fleet.join(endpoint("a"));

        assertThat(log.lines).isEmpty();
    }

    @Test
    void listenerThatThrows_harmsNeitherTheFleetNorOtherListeners() {
        for (Throwable thrown : List.of(new IllegalStateException("x"), new AssertionError("x"))) {
            Fleet fleet = Fleet.create();
            Log log = new Log(fleet);
            fleet.addListener(new Broken(thrown));
            fleet.addListener(log);

            fleet.join(endpoint("a"));
            fleet.join(endpoint("b"));
            fleet.leave("a");
            fleet.join(endpoint("c"));

            assertThat(log.lines).containsExactly("joined a at 0", "joined b at 1", "left a at 0", "joined c at 0");
            assertThat(fleet.snapshot().size()).isEqualTo(2);
            assertThat(fleet.snapshot().slotOf("c")).isZero();
        }
    }

    @Test
    void oldSnapshots_neverChange() {
        Fleet fleet = Fleet.of(endpoint("a"), endpoint("b"));
        FleetSnapshot old = fleet.snapshot();
        long life = old.incarnation(0);

        fleet.update("a", BUSY);
        fleet.leave("a");
        fleet.join(endpoint("c"));
        fleet.leave("b");

        assertThat(old.size()).isEqualTo(2);
        assertThat(old.slotLimit()).isEqualTo(2);
        assertThat(old.slotOf("a")).isZero();
        assertThat(old.slotOf("c")).isEqualTo(-1);
        assertThat(old.endpoint(0)).isEqualTo(endpoint("a"));
        assertThat(old.metrics(0)).isSameAs(EndpointMetrics.UNKNOWN);
        assertThat(old.incarnation(0)).isEqualTo(life);
    }

    @Test
    void unoccupiedSlot_isRefusedWithItsNumber() {
        FleetSnapshot snapshot = Fleet.of(endpoint("a")).snapshot();

        assertThatThrownBy(() -> snapshot.endpoint(5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("slot 5")
                .hasMessageContaining("\nMaybe");
        assertThatThrownBy(() -> snapshot.metrics(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> snapshot.incarnation(1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void twoEndpointsOfOneId_areRefused() {
        assertThatThrownBy(() -> Fleet.of(endpoint("a"), Endpoint.of("a", "other:8000")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("endpoint a")
                .hasMessageContaining("\nMaybe");
    }

    @Test
    void tenThousandEndpoints_comeGoAndReport() {
        Fleet fleet = Fleet.create();
        for (int i = 0; i < 10_000; i++) {
            fleet.join(endpoint("e" + i));
        }
        for (int i = 0; i < 10_000; i++) {
            fleet.update("e" + i, EndpointMetrics.builder(0).waitingRequests(i).build());
        }
        for (int i = 0; i < 10_000; i += 2) {
            fleet.leave("e" + i);
        }
        for (int i = 0; i < 2_500; i++) {
            fleet.join(endpoint("new" + i));
        }

        FleetSnapshot snapshot = fleet.snapshot();
        assertThat(snapshot.size()).isEqualTo(7_500);
        assertThat(snapshot.slotLimit()).isEqualTo(10_000);
        assertThat(snapshot.slotOf("new2499")).isEqualTo(4998);
        assertThat(snapshot.metrics(snapshot.slotOf("e7777")).waitingRequests()).isEqualTo(7777);
        Set<Long> lives = new HashSet<>();
        for (int slot = 0; slot < snapshot.slotLimit(); slot++) {
            if (snapshot.occupied(slot)) {
                assertThat(snapshot.slotOf(snapshot.endpoint(slot).id())).isEqualTo(slot);
                lives.add(snapshot.incarnation(slot));
            }
        }
        assertThat(lives).hasSize(7_500);
    }

    static Endpoint endpoint(String id) {
        return Endpoint.of(id, "host-" + id + ":8000");
    }

    /** Writes down what it hears, and whether the newest snapshot showed the endpoint at that moment. */
    private static final class Log implements FleetListener {
        final List<String> lines = new ArrayList<>();
        final List<Boolean> visible = new ArrayList<>();
        private final Fleet fleet;

        Log(Fleet fleet) {
            this.fleet = fleet;
        }

        @Override
        public void joined(int slot, long incarnation, Endpoint endpoint) {
            lines.add("joined " + endpoint.id() + " at " + slot);
            visible.add(fleet.snapshot().slotOf(endpoint.id()) >= 0);
        }

        @Override
        public void left(int slot, long incarnation, Endpoint endpoint) {
            lines.add("left " + endpoint.id() + " at " + slot);
            visible.add(fleet.snapshot().slotOf(endpoint.id()) >= 0);
        }
    }

    private record Broken(Throwable thrown) implements FleetListener {
        @Override
        public void joined(int slot, long incarnation, Endpoint endpoint) {
            throwIt();
        }

        @Override
        public void left(int slot, long incarnation, Endpoint endpoint) {
            throwIt();
        }

        private void throwIt() {
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) thrown;
        }
    }
}
