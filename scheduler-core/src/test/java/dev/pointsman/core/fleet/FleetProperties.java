// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.fleet.FleetSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Holds the fleet against maps that do the same slowly. */
class FleetProperties {
    @Property(tries = 300)
    void behavesLikeMaps(@ForAll("changes") List<Change> changes) {
        Fleet fleet = Fleet.create();
        Model model = new Model();
        List<Seen> seen = new ArrayList<>();
        Heard heard = Heard.on(fleet);

        for (Change change : changes) {
            long before = fleet.snapshot().version();
            boolean said = change.on(fleet);
            assertThat(said).as("%s", change).isEqualTo(change.on(model));
            boolean changed = model.changed;
            FleetSnapshot snapshot = fleet.snapshot();
            assertThat(snapshot.version() > before)
                    .as("%s grows the version", change)
                    .isEqualTo(changed);
            seen.add(new Seen(snapshot, model.copy()));
            heard.validate(snapshot);
        }

        // Last, so that it also shows that no old snapshot was changed by what came later.
        seen.forEach(Seen::validate);
    }

    @Property(tries = 100)
    void lateListener_knowsWhatOneThatWasThereAllAlongKnows(@ForAll("changes") List<Change> changes) {
        Fleet fleet = Fleet.create();
        Heard early = Heard.on(fleet);
        changes.forEach(change -> change.on(fleet));

        Heard late = Heard.on(fleet);

        late.validate(fleet.snapshot());
        assertThat(late.bySlot).isEqualTo(early.bySlot);
    }

    @Provide
    Arbitrary<List<Change>> changes() {
        Arbitrary<String> id = Arbitraries.integers().between(0, 150).map(i -> "e" + i);
        Arbitrary<Integer> variant = Arbitraries.integers().between(0, 3);
        Arbitrary<Kind> kind =
                Arbitraries.frequency(Tuple.of(5, Kind.JOIN), Tuple.of(3, Kind.LEAVE), Tuple.of(3, Kind.UPDATE));
        return Combinators.combine(kind, id, variant).as(Change::new).list().ofMaxSize(400);
    }

    enum Kind {
        JOIN,
        LEAVE,
        UPDATE
    }

    /** One change; variants 0 and 1 of an endpoint share an address, and differ from 2 and 3. */
    record Change(Kind kind, String id, int variant) {
        boolean on(Fleet fleet) {
            return switch (kind) {
                case JOIN -> fleet.join(endpoint());
                case LEAVE -> fleet.leave(id);
                case UPDATE -> fleet.update(id, metrics());
            };
        }

        boolean on(Model model) {
            return switch (kind) {
                case JOIN -> model.join(endpoint());
                case LEAVE -> model.leave(id);
                case UPDATE -> model.update(id, variant);
            };
        }

        private Endpoint endpoint() {
            return Endpoint.builder(id, id + "-" + variant / 2)
                    .label("variant", Integer.toString(variant))
                    .build();
        }

        private EndpointMetrics metrics() {
            return EndpointMetrics.builder(0).waitingRequests(variant).build();
        }
    }

    /** What is known of an endpoint; waiting is -1 until something was heard. */
    record Known(Endpoint endpoint, long life, int waiting) {}

    private static final class Model {
        final SortedMap<Integer, Known> slots = new TreeMap<>();
        private long lives;
        boolean changed;

        boolean join(Endpoint endpoint) {
            Integer slot = slotOf(endpoint.id());
            changed = true;
            if (slot != null) {
                Known known = slots.get(slot);
                if (known.endpoint().address().equals(endpoint.address())) {
                    changed = !known.endpoint().equals(endpoint);
                    slots.put(slot, new Known(endpoint, known.life(), known.waiting()));
                    return false;
                }
                slots.remove(slot);
            }
            int free = 0;
            while (slots.containsKey(free)) {
                free++;
            }
            slots.put(free, new Known(endpoint, ++lives, -1));
            return true;
        }

        boolean leave(String id) {
            Integer slot = slotOf(id);
            changed = slot != null;
            return slot != null && slots.remove(slot) != null;
        }

        boolean update(String id, int waiting) {
            Integer slot = slotOf(id);
            changed = slot != null;
            if (slot == null) {
                return false;
            }
            Known known = slots.get(slot);
            slots.put(slot, new Known(known.endpoint(), known.life(), waiting));
            return true;
        }

        private Integer slotOf(String id) {
            for (Map.Entry<Integer, Known> entry : slots.entrySet()) {
                if (entry.getValue().endpoint().id().equals(id)) {
                    return entry.getKey();
                }
            }
            return null;
        }

        SortedMap<Integer, Known> copy() {
            return new TreeMap<>(slots);
        }
    }

    /** A snapshot, and what it must show for ever. */
    private record Seen(FleetSnapshot snapshot, SortedMap<Integer, Known> expected) {
        void validate() {
            assertThat(snapshot.size()).isEqualTo(expected.size());
            assertThat(snapshot.slotLimit()).isEqualTo(expected.isEmpty() ? 0 : expected.lastKey() + 1);
            Set<Long> lives = new HashSet<>();
            for (int slot = -1; slot <= snapshot.slotLimit(); slot++) {
                Known known = expected.get(slot);
                assertThat(snapshot.occupied(slot)).isEqualTo(known != null);
                if (known != null) {
                    assertThat(snapshot.endpoint(slot)).isEqualTo(known.endpoint());
                    assertThat(snapshot.metrics(slot).waitingRequests()).isEqualTo(known.waiting());
                    assertThat(snapshot.slotOf(known.endpoint().id())).isEqualTo(slot);
                    lives.add(snapshot.incarnation(slot));
                }
            }
            assertThat(lives).hasSameSizeAs(expected.values());
            assertThat(snapshot.slotOf("nobody")).isEqualTo(-1);
            int[] occupied = new int[snapshot.size()];
            assertThat(snapshot.copySlots(occupied)).isEqualTo(occupied.length);
            assertThat(occupied).containsExactly(expected.keySet().toArray(Integer[]::new));
        }
    }

    /** Keeps state by slot, as plugins do, and checks the order of events at each. */
    private static final class Heard implements FleetListener {
        final Map<Integer, Long> bySlot = new HashMap<>();
        private final Set<Long> livesEver = new HashSet<>();
        private final List<String> faults = new ArrayList<>();
        private final Fleet fleet;
        private boolean slotsThatWereThere = true;

        private Heard(Fleet fleet) {
            this.fleet = fleet;
        }

        /** Adds one, which first hears of those that have long been visible. */
        static Heard on(Fleet fleet) {
            Heard heard = new Heard(fleet);
            fleet.addListener(heard);
            heard.slotsThatWereThere = false;
            return heard;
        }

        @Override
        public void joined(int slot, long incarnation, Endpoint endpoint) {
            note(!bySlot.containsKey(slot), "slot " + slot + " is given out before it was free");
            note(livesEver.add(incarnation), "life " + incarnation + " comes twice");
            note(fleet.snapshot().slotOf(endpoint.id()) != slot || slotsThatWereThere, "visible before its joining");
            bySlot.put(slot, incarnation);
        }

        @Override
        public void left(int slot, long incarnation, Endpoint endpoint) {
            note(!fleet.snapshot().occupied(slot), "slot " + slot + " is left and still visible");
            note(Objects.equals(bySlot.remove(slot), incarnation), "another life of slot " + slot + " is left");
        }

        // The fleet isolates listeners, so that an assertion in one would be lost.
        private void note(boolean fine, String wrong) {
            if (!fine) {
                faults.add(wrong);
            }
        }

        void validate(FleetSnapshot snapshot) {
            assertThat(faults).isEmpty();
            assertThat(bySlot).hasSize(snapshot.size());
            bySlot.forEach(
                    (slot, life) -> assertThat(snapshot.incarnation(slot)).isEqualTo(life));
        }
    }
}
