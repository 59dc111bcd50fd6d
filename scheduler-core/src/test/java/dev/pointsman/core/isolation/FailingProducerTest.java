// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.isolation;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.explanation;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.request;
import static dev.pointsman.core.isolation.Plugins.WORD;
import static dev.pointsman.core.isolation.Plugins.producer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A producer that fails loses its own data, and none outlives its request. */
class FailingProducerTest {
    private static final LongColumnKey COLUMN = new LongColumnKey("column", "halfway");
    private static final DoubleColumnKey DOUBLES = new DoubleColumnKey("doubles", "halfway");
    private static final AttributeKey<String> OTHER = new AttributeKey<>("word", "other", String.class);

    @Test
    void producerThatThrowsHalfway_losesItsOwnDataOnly() {
        List<String> seen = new ArrayList<>();
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .profile(Profile.builder("p")
                        .scorer(
                                PluginRef.instance("reader", (Scorer) (cycle, candidates, scores) -> {
                                    int slot = candidates.slot(0);
                                    seen.add(cycle.attribute(WORD) + " " + cycle.attribute(OTHER) + " "
                                            + cycle.column(COLUMN).has(slot) + " "
                                            + cycle.column(DOUBLES).has(slot));
                                }),
                                1)
                        .build())
                .plugin("other", producer(Set.of(OTHER), cycle -> cycle.put(OTHER, "kept")))
                .plugin("halfway", producer(Set.of(COLUMN, DOUBLES, WORD), cycle -> {
                    cycle.put(WORD, "lost");
                    cycle.fill(COLUMN).set(0, 1);
                    cycle.fill(DOUBLES).set(0, 1);
                    throw new IllegalStateException("halfway");
                }))
                .build();

        Dispatch dispatch = explained(pointsman, request("r", 10));

        assertThat(seen).containsExactly("null kept false false");
        assertThat(explanation(dispatch).notes())
                .containsExactly(
                        "producer halfway failed, its data is missing: " + "java.lang.IllegalStateException: halfway");
        assertThat(pointsman.failures("halfway")).isEqualTo(1);
    }

    @Test
    void producerThatWritesWhatItDidNotDeclare_isRefused() {
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .plugin("halfway", producer(Set.of(WORD), cycle -> cycle.put(OTHER, "x")))
                .plugin("other", producer(Set.of(OTHER), cycle -> {}))
                .build();

        Dispatch dispatch = explained(pointsman, request("r", 10));

        assertThat(pointsman.failures("halfway")).isEqualTo(1);
        assertThat(explanation(dispatch).notes().get(0)).contains("did not declare it");
    }

    @Test
    void dataOfOneRequest_isNotSeenByTheNext() {
        List<String> seen = new ArrayList<>();
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .profile(Profile.builder("p")
                        .scorer((Scorer) (cycle, candidates, scores) -> seen.add(cycle.attribute(WORD) + " "
                                + cycle.column(COLUMN).get(candidates.slot(0))))
                        .build())
                .plugin("halfway", producer(Set.of(COLUMN, WORD), cycle -> {
                    if (cycle.request().id().equals("first")) {
                        cycle.put(WORD, "first");
                        cycle.fill(COLUMN).set(0, 7);
                    }
                }))
                .build();

        dispatched(pointsman, request("first"));
        dispatched(pointsman, request("second"));

        assertThat(seen).containsExactly("first 7", "null " + LongColumn.MISSING);
    }
}
