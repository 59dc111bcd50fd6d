// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit.contract;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.api.plugin.Admission;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.EndpointFilter;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.Screener;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** Filters, screeners, admissions and producers: whatever comes before scoring. */
class NarrowingContractTest {
    private static final LongColumnKey LENGTH = new LongColumnKey("length", "tests");
    private static final DoubleColumnKey SHARE = new DoubleColumnKey("share", "tests");
    private static final AttributeKey<String> MOOD = new AttributeKey<>("mood", "tests", String.class);

    private static void verify(Plugin plugin) {
        PluginContract.of(plugin).verify();
    }

    private static void assertBroken(Plugin plugin, String fact, Rule rule) {
        assertThatThrownBy(() -> verify(plugin))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(fact)
                .hasMessageContaining(rule.hint());
    }

    @Test
    void verify_filterByRole_passes() {
        verify((EndpointFilter) (request, candidate) -> candidate.endpoint().role() != Role.PREFILL);
    }

    @Test
    void verify_filterRelativeToTheBest_passes() {
        verify((Filter) (cycle, candidates) -> {
            int least = Integer.MAX_VALUE;
            for (int i = 0; i < candidates.size(); i++) {
                least = Math.min(least, candidates.metrics(i).waitingRequests());
            }
            int bound = least;
            candidates.keepIf(i -> candidates.metrics(i).waitingRequests() <= bound);
        });
    }

    @Test
    void verify_filterThatRemovesAllAndScreenerThatRemovesNone_pass() {
        verify((Filter) (cycle, candidates) -> candidates.keepIf(i -> false));
        verify((Screener) (cycle, candidates) -> {});
    }

    @Test
    void verify_filterByPosition_isCaught() {
        assertBroken(
                (Filter) (cycle, candidates) -> candidates.keepIf(i -> i < 1),
                "over 2 endpoints, nothing known, in the opposite order: the answer for e",
                Rule.DEPENDS_ON_ORDER);
    }

    @Test
    void verify_filterThatRemovesOneMoreEachTime_isCaught() {
        assertBroken(
                (Filter) (cycle, candidates) -> {
                    for (int i = 0; i < candidates.size(); i++) {
                        if (!candidates.removed(i)) {
                            candidates.remove(i);
                            return;
                        }
                    }
                },
                "of the same set when run again",
                Rule.FILTERS_TWICE);
    }

    @Test
    void verify_filterThatCountsWithoutLooking_isCaught() {
        assertBroken(
                (Filter) (cycle, candidates) -> candidates.remove(candidates.size() - 1),
                "over 0 endpoints, nothing known: threw java.lang.IndexOutOfBoundsException",
                Rule.THROWS);
    }

    @Test
    void verify_screenerWithAWhim_isCaught() {
        AtomicInteger calls = new AtomicInteger();
        Screener screener = (cycle, candidates) -> {
            boolean keep = calls.getAndIncrement() % 3 == 0;
            candidates.keepIf(i -> keep);
        };

        assertBroken(screener, ", asked again: the answer for e", Rule.NOT_REPEATABLE);
    }

    @Test
    void verify_admissionByLoad_passes() {
        verify((Admission) (cycle, candidates) -> candidates.size() > 5
                ? null
                : Rejection.of(Rejection.Reason.NOT_ADMITTED, "too few endpoints", "tests"));
    }

    @Test
    void verify_admissionByTheFirstCandidate_isCaught() {
        assertBroken(
                (Admission) (cycle, candidates) ->
                        candidates.size() > 0 && candidates.endpoint(0).id().equals("e0")
                                ? null
                                : Rejection.of(Rejection.Reason.NOT_ADMITTED, "not e0", "tests"),
                "in the opposite order: the answer for the request was 1.0 and became 0.0",
                Rule.DEPENDS_ON_ORDER);
    }

    @Test
    void verify_producerOfWhatItDeclares_passes() {
        verify(producer((cycle, candidates) -> {
            for (int i = 0; i < candidates.size(); i++) {
                cycle.fill(LENGTH)
                        .set(candidates.slot(i), candidates.endpoint(i).id().length());
                cycle.fill(SHARE).set(candidates.slot(i), candidates.metrics(i).kvUsage());
            }
            cycle.put(MOOD, "fair");
            cycle.attribute(MOOD);
        }));
    }

    @Test
    void verify_producerOfMore_isCaught() {
        LongColumnKey more = new LongColumnKey("more", "tests");

        assertBroken(
                producer((cycle, candidates) -> cycle.fill(more)),
                "threw java.lang.IllegalArgumentException: " + more + ": was written",
                Rule.THROWS);
    }

    @Test
    void verify_producerByPosition_isCaught() {
        assertBroken(
                producer((cycle, candidates) -> {
                    for (int i = 0; i < candidates.size(); i++) {
                        cycle.fill(LENGTH).set(candidates.slot(i), i);
                    }
                }),
                "in the opposite order: the answer for length of e",
                Rule.DEPENDS_ON_ORDER);
    }

    @Test
    void verify_producerThatTakesPositionsForSlots_isCaught() {
        assertBroken(
                producer((cycle, candidates) -> {
                    for (int i = 0; i < candidates.size(); i++) {
                        cycle.fill(SHARE).set(i, candidates.slot(i) / 2000.0);
                    }
                }),
                "in the opposite order: the answer for share of e",
                Rule.DEPENDS_ON_ORDER);
    }

    private static DataProducer producer(BiConsumer<ProductionCycle, Candidates> body) {
        return new DataProducer() {
            @Override
            public Set<DataKey> produces() {
                return Set.of(LENGTH, SHARE, MOOD);
            }

            @Override
            public void produce(ProductionCycle cycle, Candidates candidates) {
                body.accept(cycle, candidates);
            }
        };
    }
}
