// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decision;

import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.explanation;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.core.DecisionBudget;
import dev.pointsman.core.Pointsman;
import dev.pointsman.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A decision goes without the producers on its ladder that would not fit into its budget. */
class DecisionBudgetTest {
    private final ManualClock clock = new ManualClock();
    private final Slow precise = new Slow();
    private final Slow approximate = new Slow();
    private final Slow other = new Slow();
    private final List<String> skipped = new ArrayList<>();
    private final Pointsman pointsman = Pointsman.builder(fleet(2))
            .plugin("precise", precise)
            .plugin("approximate", approximate)
            .plugin("other", other)
            .plugin("observer", new SchedulingObserver() {
                @Override
                public void counted(String source, String what, String kind, long more) {
                    skipped.add(kind);
                }
            })
            .clock(clock)
            .budget(new DecisionBudget(Duration.ofMillis(1), List.of("precise", "approximate")))
            .build();

    /** Takes as long as it is told. */
    private final class Slow implements DataProducer {
        Duration takes = Duration.ZERO;
        int calls;

        @Override
        public Set<DataKey> produces() {
            return Set.of();
        }

        @Override
        public void produce(ProductionCycle cycle, Candidates candidates) {
            calls++;
            clock.advance(takes);
        }
    }

    @Test
    void producerThatTookTooLong_isSkippedAndTheNextRungRuns() {
        precise.takes = Duration.ofMillis(3);
        approximate.takes = Duration.ofNanos(200_000);
        pointsman.schedule(request("learns"));

        List<String> notes = explanation(explained(pointsman, request("r"))).notes();

        assertThat(precise.calls).isEqualTo(1);
        assertThat(approximate.calls).isEqualTo(1);
        assertThat(skipped).contains("precise");
        assertThat(notes).contains("producer precise was skipped for the time budget, so its data is missing");
    }

    @Test
    void producerOffTheLadder_alwaysRuns() {
        precise.takes = Duration.ofMillis(5);
        other.takes = Duration.ofMillis(5);
        for (int i = 0; i < 5; i++) {
            pointsman.schedule(request("r" + i));
        }

        assertThat(other.calls).isEqualTo(5);
        assertThat(skipped).doesNotContain("other");
    }

    @Test
    void longerPrompt_isExpectedToTakeLonger() {
        precise.takes = Duration.ofNanos(100_000);
        for (int i = 0; i < 4; i++) {
            pointsman.schedule(request("short" + i, 1_000));
        }

        pointsman.schedule(request("long", 100_000));

        assertThat(precise.calls).isEqualTo(4);
        assertThat(skipped).containsExactly("precise");
    }

    @Test
    void skippedProducer_isTriedAgain() {
        precise.takes = Duration.ofMillis(2);
        pointsman.schedule(request("r"));
        precise.takes = Duration.ZERO;
        for (int i = 0; precise.calls < 3 && i < 1_000; i++) {
            pointsman.schedule(request("r" + i));
        }

        assertThat(precise.calls).isEqualTo(3);
        assertThat(skipped).hasSizeBetween(20, 80);
    }

    @Test
    void impossibleBudget_isRefused() {
        assertThatThrownBy(() -> DecisionBudget.of(Duration.ZERO)).hasMessageContaining("budget");
    }
}
