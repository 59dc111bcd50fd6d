// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.assembly;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.refused;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Producers run in the order of their data; data that nobody or two produce is refused. */
class DataWiringTest {
    private static final AttributeKey<String> A = new AttributeKey<>("a", "a", String.class);
    private static final AttributeKey<String> B = new AttributeKey<>("b", "b", String.class);
    private static final AttributeKey<String> C = new AttributeKey<>("c", "c", String.class);

    @Test
    void producersInACycle_areShown() {
        refused(Pointsman.builder(fleet(1))
                        .plugin("start", new Chain(Set.of(), Set.of(A), new ArrayList<>()))
                        .plugin("one", new Chain(Set.of(A), Set.of(B), new ArrayList<>()))
                        .plugin("two", new Chain(Set.of(B), Set.of(C), new ArrayList<>()))
                        .plugin("three", new Chain(Set.of(C), Set.of(A), new ArrayList<>())))
                .hasMessageContaining("producers one -> two -> three -> one: each waits for the next one's data")
                .hasMessageContaining("\nMaybe");
    }

    @Test
    void producers_runAfterThoseWhoseDataTheyRead() {
        List<DataKey> ran = new ArrayList<>();
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .plugin("last", new Chain(Set.of(C), Set.of(B), ran))
                .plugin("first", new Chain(Set.of(A), Set.of(), ran))
                .plugin("middle", new Chain(Set.of(B), Set.of(A), ran))
                .build();

        dispatched(pointsman, request("r"));

        assertThat(ran).containsExactly(A, B, C);
    }

    @Test
    void dataThatNobodyProduces_isRefused() {
        refused(Pointsman.builder(fleet(1)).plugin("reader", new Reader(Set.of(A))))
                .hasMessageContaining("plugin reader: reads a of a, which nobody produces")
                .hasMessageContaining("\nMaybe");
    }

    @Test
    void dataProducedTwice_isRefused() {
        refused(Pointsman.builder(fleet(1))
                        .plugin("one", new Chain(Set.of(A), Set.of(), new ArrayList<>()))
                        .plugin("two", new Chain(Set.of(A), Set.of(), new ArrayList<>())))
                .hasMessageContaining("plugin two: produces a of a, as one does");
        refused(Pointsman.builder(fleet(1))
                        .plugin("usurper", new Chain(Set.of(InFlightLoad.REQUESTS), Set.of(), new ArrayList<>())))
                .hasMessageContaining("as the scheduler does");
    }

    @Test
    void defaultProducer_isAddedForDataThatSomebodyReads() {
        Reader reader = new Reader(Set.of(InFlightLoad.REQUEST_TOKENS));
        Pointsman with = Pointsman.builder(fleet(1)).plugin("reader", reader).build();

        dispatched(with, request("r", 12));

        assertThat(reader.seen).containsExactly(12L);
    }

    @Test
    void dataReadIfPresent_isNotAdded() {
        Reader reader = new Reader(Set.of()) {
            @Override
            public Set<DataKey> consumesIfPresent() {
                return Set.of(InFlightLoad.REQUEST_TOKENS);
            }
        };
        Pointsman without = Pointsman.builder(fleet(1))
                .profile(Profile.builder("p").build())
                .plugin("reader", reader)
                .build();

        dispatched(without, request("r", 12));

        assertThat(reader.seen).containsExactly(LongColumn.MISSING);
    }

    private record Chain(Set<DataKey> produces, Set<DataKey> consumes, List<DataKey> ran) implements DataProducer {
        @Override
        public void produce(ProductionCycle cycle, Candidates candidates) {
            ran.addAll(produces);
        }
    }
}
