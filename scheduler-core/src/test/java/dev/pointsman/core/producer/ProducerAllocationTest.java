// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.reuse.LlmdApproxPrefixProducer;
import dev.pointsman.core.reuse.Sent;
import dev.pointsman.core.scorer.Allocations;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProducerAllocationTest {
    /** What a decision may cost beside its data: a prefix match, a boxed number, an iterator. */
    private static final double SMALL = 160;

    @Test
    void approxPrefix_allocatesNothingInProportionToPromptOrFleet() {
        Routed fleet = new Routed(ApproxPrefixProducer.builder().build(), TestFleet.of(200));
        InferenceRequest request = TestRequests.tokens(2048);
        Dispatch dispatch = fleet.send(request, "e7");
        SteadyProduction cycle = new SteadyProduction(fleet.fleet(), request);
        Candidates candidates = TestCycle.of(fleet.fleet()).candidates();

        double bytes = Allocations.perCall(() -> {
            fleet.producer.produce(cycle, candidates);
            fleet.producer.dispatched(cycle, dispatch);
        });

        assertThat(bytes).isLessThan(SMALL);
    }

    @Test
    void llmdApproxPrefix_allocatesNothingInProportionToPromptOrFleet() {
        TestFleet fleet = TestFleet.of(200);
        LlmdApproxPrefixProducer producer = LlmdApproxPrefixProducer.builder().build();
        for (int slot = 0; slot < fleet.slotLimit(); slot++) {
            producer.joined(slot, fleet.incarnation(slot), fleet.endpoint(slot));
        }
        InferenceRequest request = TestRequests.tokens(65_536);
        SteadyProduction cycle = new SteadyProduction(fleet, request);
        Dispatch dispatch = Routed.dispatch(request, Sent.decision(cycle, "e7", Map.of()));
        Candidates candidates = TestCycle.of(fleet).candidates();

        double bytes = Allocations.perCall(() -> {
            producer.produce(cycle, candidates);
            producer.dispatched(cycle, dispatch);
        });

        assertThat(bytes).isLessThan(2 * SMALL);
    }

    @Test
    void precisePrefix_allocatesNothingInProportionToPromptOrFleet() {
        PreciseFleet fleet = new PreciseFleet(
                PrecisePrefixProducer.builder()
                        .tierColumns(true)
                        .speculation(Duration.ofSeconds(2))
                        .health(slot -> PreciseFleet.FRESH),
                TestFleet.of(200));
        InferenceRequest request = TestRequests.tokens(2048);
        for (String id : fleet.fleet().ids()) {
            fleet.stores(id, request);
        }
        Dispatch dispatch = fleet.send(request, "e7");
        SteadyProduction cycle = new SteadyProduction(fleet.fleet(), request);
        Candidates candidates = TestCycle.of(fleet.fleet()).candidates();

        double bytes = Allocations.perCall(() -> {
            fleet.producer.produce(cycle, candidates);
            fleet.producer.dispatched(cycle, dispatch);
            fleet.producer.ended(dispatch, Ending.COMPLETED, Usage.UNKNOWN, 0);
        });

        assertThat(bytes).isLessThan(2 * SMALL);
    }

    @Test
    void inFlightLoad_allocatesNothingInProportionToTheFleet() {
        TestFleet fleet = TestFleet.of(200);
        InFlightLoadProducer producer =
                InFlightLoadProducer.builder().countOutput(true).build();
        SteadyProduction cycle = new SteadyProduction(fleet, TestRequests.tokens(2048));
        Candidates candidates = TestCycle.of(fleet).candidates();

        double bytes = Allocations.perCall(() -> producer.produce(cycle, candidates));

        assertThat(bytes).isLessThan(SMALL);
    }

    /** A cycle whose columns and attributes lie in the same memory every time, as the engine's do. */
    private static final class SteadyProduction implements ProductionCycle {
        private final FleetSnapshot fleet;
        private final InferenceRequest request;
        private final Map<AttributeKey<?>, Object> attributes = new HashMap<>();
        private final Column column;
        private final Doubles doubles;

        SteadyProduction(FleetSnapshot fleet, InferenceRequest request) {
            this.fleet = fleet;
            this.request = request;
            this.column = new Column(fleet.slotLimit());
            this.doubles = new Doubles(fleet.slotLimit());
        }

        @Override
        public InferenceRequest request() {
            return request;
        }

        @Override
        public FleetSnapshot fleet() {
            return fleet;
        }

        @Override
        public long now() {
            return 0;
        }

        @Override
        public Draw draw() {
            return Draw.of(0, request.id());
        }

        @Override
        public <T> @Nullable T attribute(AttributeKey<T> key) {
            return key.type().cast(attributes.get(key));
        }

        @Override
        public LongColumn column(LongColumnKey key) {
            return column;
        }

        @Override
        public DoubleColumn column(DoubleColumnKey key) {
            return doubles;
        }

        @Override
        public <T> void put(AttributeKey<T> key, T value) {
            attributes.put(key, value);
        }

        @Override
        public LongColumn.Writable fill(LongColumnKey key) {
            return column;
        }

        @Override
        public DoubleColumn.Writable fill(DoubleColumnKey key) {
            return doubles;
        }
    }

    private static final class Column implements LongColumn.Writable {
        private final long[] values;

        Column(int slots) {
            values = new long[slots];
        }

        @Override
        public long get(int slot) {
            return values[slot];
        }

        @Override
        public void set(int slot, long value) {
            values[slot] = value;
        }
    }

    private static final class Doubles implements DoubleColumn.Writable {
        private final double[] values;

        Doubles(int slots) {
            values = new double[slots];
        }

        @Override
        public double get(int slot) {
            return values[slot];
        }

        @Override
        public void set(int slot, double value) {
            values[slot] = value;
        }
    }
}
