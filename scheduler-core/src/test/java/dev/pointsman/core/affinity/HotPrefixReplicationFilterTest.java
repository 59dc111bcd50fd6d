// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.fleet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.ManualClock;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HotPrefixReplicationFilterTest {
    private static final String PRODUCER = PrefixMatch.DEFAULT_PRODUCER;
    private static final int TOTAL = 10;

    @Test
    void noHolder_allAreExplored() {
        assertThat(cycle(new int[] {5, 0, 4}, new int[] {9, 9, 0}).filter(filter().build()))
                .containsExactly("e0", "e1", "e2");
    }

    @Test
    void holders_areExploited_howeverBusy_whileThePrefixIsNotHot() {
        assertThat(cycle(new int[] {6, 0, 10}, new int[] {90, 0, 80}).filter(filter().build()))
                .containsExactly("e0", "e2");
    }

    @Test
    void noMatchKnown_allAreKept() {
        assertThat(TestCycle.of(TestFleet.of(3)).filter(filter().build())).hasSize(3);
    }

    @Test
    void hotPrefix_goesToTheLeastLoadedOther_ifItsHoldersAreBusier() {
        HotPrefixReplicationFilter hot = heated(filter(), 50);

        assertThat(cycle(new int[] {6, 0, 10, 1}, new int[] {6, 2, 5, 1}).filter(hot))
                .containsExactly("e3");
        assertThat(cycle(new int[] {6, 0, 10, 1}, new int[] {6, 4, 5, 4}).filter(hot))
                .as("5 is less than 1.5 times 4")
                .containsExactly("e0", "e2");
        assertThat(cycle(new int[] {6, 0, 10, 0}, new int[] {1, 0, 1, 0}).filter(hot))
                .as("1 is not 2 more than 0")
                .containsExactly("e0", "e2");
        assertThat(cycle(new int[] {6, 10, 10, 10}, new int[] {9, 9, 9, 9}).filter(hot))
                .as("there are no others")
                .hasSize(4);
    }

    @Test
    void otherPrefix_isNotHot() {
        HotPrefixReplicationFilter hot = heated(filter(), 50);
        TestCycle other = known(
                TestCycle.of(
                        TestFleet.of(2), TestRequests.builder().tokens(7, 8, 9).build()),
                new int[] {10, 0},
                new int[] {9, 0});

        assertThat(other.filter(hot)).containsExactly("e0");
    }

    @Test
    void popularity_fades() {
        HotPrefixReplicationFilter hot = heated(filter().halfLife(Duration.ofSeconds(10)), 50);
        TestCycle cycle = cycle(new int[] {10, 0}, new int[] {9, 0});

        assertThat(cycle.now(0).filter(hot)).containsExactly("e1");
        assertThat(cycle.now(Duration.ofSeconds(1).toNanos()).filter(hot)).containsExactly("e0");
    }

    @Test
    void replicas_growUpToTheirMost() {
        HotPrefixReplicationFilter hot = heated(filter().maxReplicas(2), 50);

        assertThat(cycle(new int[] {10, 0, 0}, new int[] {9, 0, 0}).filter(hot)).containsExactly("e1", "e2");
        assertThat(cycle(new int[] {10, 10, 0}, new int[] {9, 9, 0}).filter(hot))
                .containsExactly("e0", "e1");
    }

    @Test
    void loadThatIsNotKnown_copiesNothing() {
        HotPrefixReplicationFilter hot = heated(filter(), 50);
        TestCycle cycle = TestCycle.of(TestFleet.of(3), request("r"))
                .with(PrefixMatch.of(PRODUCER), new PrefixMatch(TOTAL, 16))
                .with(PrefixMatch.matchedBlocks(PRODUCER), "e0", 10)
                .with(InFlightLoad.REQUESTS, "e0", 90);

        assertThat(cycle.filter(hot)).containsExactly("e0");
        cycle.with(InFlightLoad.REQUESTS, "e2", 1);
        assertThat(cycle.filter(hot)).containsExactly("e2");
    }

    /** A burst of one long prompt: one endpoint holds it at first, and in the end as many as the load needs, evenly. */
    @Test
    void burstOfOnePrompt_spreads_andAQuietOneDoesNot() {
        Map<String, Object> hot = Map.of("minRequests", 8);
        assertThat(targets(hot, 64, false))
                .as("in flight together")
                .hasSize(4)
                .allSatisfy((id, count) -> assertThat(count).isBetween(12, 20));
        assertThat(targets(hot, 64, true)).as("one after the other").hasSize(1);
        assertThat(targets(Map.of("minRequests", 1000), 64, false))
                .as("not hot")
                .hasSize(1);
    }

    private static Map<String, Integer> targets(Map<String, Object> parameters, int requests, boolean endAtOnce) {
        Map<String, Integer> counts = new TreeMap<>();
        Pointsman pointsman = Pointsman.builder(fleet(4))
                .clock(new ManualClock(1))
                .failFast()
                .profile(Profile.builder("default")
                        .filter("hot-prefix-replication-filter", parameters)
                        .scorer("active-request-scorer", 1)
                        .build())
                .build();
        for (int i = 0; i < requests; i++) {
            Dispatch dispatch = dispatched(pointsman, request("r" + i));
            counts.merge(dispatch.target().id(), 1, Integer::sum);
            if (endAtOnce) {
                dispatch.completed(Usage.UNKNOWN);
            }
        }
        return counts;
    }

    @Test
    void flood_wearsAFrequentPrefixDownByNoMoreThanItBrings_andCountsAreNeverTooHigh() {
        HotPrefixes prefixes = new HotPrefixes(64, Duration.ofDays(1).toNanos());
        for (int i = 0; i < 1000; i++) {
            prefixes.add(-1, 0);
        }

        for (int i = 0; i < 10_000; i++) {
            prefixes.add(i, 0);
        }

        // 10,000 over 16 buckets are 625 to each.
        assertThat(prefixes.count(-1, 0)).isBetween(300.0, 1000.0);
        List<Double> counts = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            counts.add(prefixes.count(i, 0));
        }
        assertThat(counts).allSatisfy(count -> assertThat(count).isBetween(0.0, 1.0));
        assertThat(counts.stream().filter(count -> count > 0)).hasSizeLessThanOrEqualTo(64);
    }

    @Test
    void tableFullOfOldPrefixes_letsNewOnesIn() {
        HotPrefixes prefixes = new HotPrefixes(64, Duration.ofDays(1).toNanos());
        for (int i = 0; i < 5000; i++) {
            prefixes.add(i / 5, 0);
        }

        for (int i = 0; i < 30; i++) {
            prefixes.add(-1, 0);
        }

        assertThat(prefixes.count(-1, 0)).isGreaterThan(20);
    }

    @Test
    void fewPrefixes_areCountedExactly_andHalveWithTime() {
        HotPrefixes prefixes = new HotPrefixes(4096, 100);
        Set<Long> some = new HashSet<>(List.of(3L, 5L, Long.MAX_VALUE));
        for (long prefix : some) {
            for (int i = 0; i < 8; i++) {
                prefixes.add(prefix, 0);
            }
        }

        assertThat(some).allSatisfy(prefix -> {
            assertThat(prefixes.count(prefix, 0)).isEqualTo(8);
            assertThat(prefixes.count(prefix, 200)).isEqualTo(2);
            assertThat(prefixes.count(prefix, -5)).isEqualTo(8);
        });
        assertThat(prefixes.count(4, 0)).isZero();
    }

    @Test
    void wrongSettings_areRefused() {
        HotPrefixReplicationFilter.Builder builder = filter();
        assertThatThrownBy(() -> builder.holderShare(2)).hasMessageStartingWith("holderShare: must be between 0 and 1");
        assertThatThrownBy(() -> builder.loadRatio(0.5)).hasMessageStartingWith("loadRatio: must be a finite number");
        assertThatThrownBy(() -> builder.minSpread(0)).hasMessageStartingWith("minSpread: must be at least 1");
        assertThatThrownBy(() -> builder.capacity(0)).hasMessageStartingWith("capacity: must be between 1 and");
        assertThatThrownBy(() -> builder.halfLife(Duration.ZERO)).hasMessageStartingWith("halfLife: must be positive");
    }

    private static HotPrefixReplicationFilter.Builder filter() {
        return HotPrefixReplicationFilter.builder();
    }

    /** Makes the usual prompt popular at time 0. */
    private static HotPrefixReplicationFilter heated(HotPrefixReplicationFilter.Builder builder, int dispatches) {
        HotPrefixReplicationFilter filter = builder.build();
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .clock(new ManualClock(0))
                .profile(Profile.builder("default").filter(filter).build())
                .build();
        for (int i = 0; i < dispatches; i++) {
            dispatched(pointsman, request("r" + i)).close();
        }
        return filter;
    }

    private static TestCycle cycle(int[] matched, int[] requests) {
        return known(TestCycle.of(TestFleet.of(matched.length), request("r")), matched, requests);
    }

    private static TestCycle known(TestCycle cycle, int[] matched, int[] requests) {
        cycle.with(PrefixMatch.of(PRODUCER), new PrefixMatch(TOTAL, 16));
        for (int i = 0; i < matched.length; i++) {
            cycle.with(PrefixMatch.matchedBlocks(PRODUCER), "e" + i, matched[i])
                    .with(InFlightLoad.REQUESTS, "e" + i, requests[i]);
        }
        return cycle;
    }

    private static InferenceRequest request(String id) {
        int[] tokens = new int[640];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = i;
        }
        return TestRequests.builder(id).tokens(tokens).build();
    }
}
