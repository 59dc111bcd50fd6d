// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.scorer.Allocations;
import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Predicting and deciding by it allocates nothing in proportion to the fleet. */
class LatencyAllocationTest {
    private static final int ENDPOINTS = 200;
    /** Far less than a byte a candidate times anything would be: the objects of one call. */
    private static final int OF_ONE_CALL = 600;

    private final TestFleet fleet = fleet();
    private final Steady cycle = new Steady(fleet);
    private final TestCandidates candidates = TestCycle.of(fleet).candidates();

    @Test
    void predicting_allocatesTheObjectsOfOneCall() {
        PredictedLatencyProducer producer = PredictedLatencyProducer.builder().build();

        double bytes = Allocations.perCall(() -> producer.produce(cycle, candidates));

        assertThat(bytes).isLessThan(OF_ONE_CALL);
    }

    @Test
    void scoringAndCosting_allocateNothing() {
        PredictedLatencyProducer.builder().build().produce(cycle, candidates);
        Scorer scorer = LatencyScorer.builder().build();
        CostScorer seconds = new PredictedCompletionCost();
        CostScorer dollars = PredictedDollarsCost.builder().build();
        double[] numbers = new double[ENDPOINTS];

        double bytes = Allocations.perCall(() -> {
            scorer.score(cycle, candidates, numbers);
            seconds.cost(cycle, candidates, numbers);
            dollars.cost(cycle, candidates, numbers);
        });

        assertThat(bytes).isLessThan(1);
    }

    private static TestFleet fleet() {
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < ENDPOINTS; i++) {
            int running = i;
            fleet.endpoint(
                    Scene.endpoint("e" + i, i % 2 == 0 ? "h100-sxm" : "mi300x"),
                    metrics -> metrics.runningRequests(running).waitingRequests(running / 10));
        }
        return fleet.build();
    }

    /** A cycle whose columns lie in the same memory every time, as the engine's do; nothing is in flight. */
    private static final class Steady implements ProductionCycle {
        private static final PrefixMatch MATCH = new PrefixMatch(100, Scene.BLOCK);

        private final TestFleet fleet;
        private final InferenceRequest request = TestRequests.tokens(2000);
        private final Draw draw = Draw.of(0, "request");
        private final Map<AttributeKey<?>, Object> attributes = new HashMap<>();
        private final Map<LongColumnKey, Longs> longs = new HashMap<>();
        private final Map<DoubleColumnKey, Doubles> doubles = new HashMap<>();

        Steady(TestFleet fleet) {
            this.fleet = fleet;
            attributes.put(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), MATCH);
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
            return draw;
        }

        @Override
        public <T> T attribute(AttributeKey<T> key) {
            return key.type().cast(attributes.get(key));
        }

        @Override
        public LongColumn column(LongColumnKey key) {
            return fill(key);
        }

        @Override
        public DoubleColumn column(DoubleColumnKey key) {
            return fill(key);
        }

        @Override
        public <T> void put(AttributeKey<T> key, T value) {
            attributes.put(key, value);
        }

        @Override
        public LongColumn.Writable fill(LongColumnKey key) {
            Longs column = longs.get(key);
            if (column == null) {
                column = new Longs();
                longs.put(key, column);
            }
            return column;
        }

        @Override
        public DoubleColumn.Writable fill(DoubleColumnKey key) {
            Doubles column = doubles.get(key);
            if (column == null) {
                column = new Doubles();
                doubles.put(key, column);
            }
            return column;
        }
    }

    private static final class Longs implements LongColumn.Writable {
        private final long[] values = new long[ENDPOINTS];

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
        private final double[] values = new double[ENDPOINTS];

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
