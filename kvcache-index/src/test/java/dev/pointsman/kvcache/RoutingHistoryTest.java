// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RoutingHistoryTest {
    private static final int SLOTS = 3;

    private final PrefixIndex index = new HolderMapPrefixIndex();

    @Test
    void route_isFoundInTheIndex() {
        RoutingHistory history = new RoutingHistory(index, 10, RoutingHistory.NO_EXPIRY);

        history.route(1, new long[] {1, 2, 3}, 2, 0);

        assertThat(Answers.match(index, 1, 2, 3)).isEqualTo(Map.of(1, 2));
        assertThat(history.size(1)).isEqualTo(2);
        assertThat(history.size(2)).isZero();
        RoutingHistoryChecks.validate(history, SLOTS);
    }

    @Test
    void route_longerThanCapacity_keepsTheLongestPrefixThatFits() {
        RoutingHistory history = new RoutingHistory(index, 4, RoutingHistory.NO_EXPIRY);
        history.route(0, new long[] {100, 101}, 2, 0);

        history.route(0, Answers.chain(1, 10), 10, 0);

        assertThat(Answers.match(index, Answers.chain(1, 10))).isEqualTo(Map.of(0, 4));
        assertThat(Answers.match(index, 100, 101)).isEmpty();
        RoutingHistoryChecks.validate(history, SLOTS);
    }

    @Test
    void route_beyondCapacity_evictsTheLeavesOfTheOldestFirst() {
        RoutingHistory history = new RoutingHistory(index, 5, RoutingHistory.NO_EXPIRY);
        history.route(0, new long[] {1, 2, 3, 4}, 4, 0);

        history.route(0, new long[] {11, 12, 13}, 3, 1);

        assertThat(Answers.match(index, 1, 2, 3, 4)).isEqualTo(Map.of(0, 2));
        assertThat(Answers.match(index, 11, 12, 13)).isEqualTo(Map.of(0, 3));
    }

    @Test
    void route_ofASharedHead_keepsItBeforeTheBranches() {
        RoutingHistory history = new RoutingHistory(index, 5, RoutingHistory.NO_EXPIRY);
        history.route(0, new long[] {1, 2, 30, 31}, 4, 0);

        history.route(0, new long[] {1, 2, 40, 41}, 4, 1);

        assertThat(Answers.match(index, 1, 2, 40, 41)).isEqualTo(Map.of(0, 4));
        assertThat(Answers.match(index, 1, 2, 30, 31)).isEqualTo(Map.of(0, 3));
    }

    @Test
    void capacity_shrinks_forgetsAtOnce() {
        RoutingHistory history = new RoutingHistory(index, 10, RoutingHistory.NO_EXPIRY);
        history.route(0, Answers.chain(1, 8), 8, 0);

        history.capacity(0, 3);

        assertThat(Answers.match(index, Answers.chain(1, 8))).isEqualTo(Map.of(0, 3));
        assertThat(history.capacity(0)).isEqualTo(3);
        assertThat(history.capacity(1)).isEqualTo(10);
        RoutingHistoryChecks.validate(history, SLOTS);
    }

    @Test
    void capacity_ofNothing_remembersNothing() {
        RoutingHistory history = new RoutingHistory(index, 10, RoutingHistory.NO_EXPIRY);
        history.capacity(2, 0);

        history.route(2, new long[] {1, 2}, 2, 0);

        assertThat(index.size()).isZero();
        assertThat(history.size(2)).isZero();
    }

    @Test
    void capacity_setBeforeTheFirstRoute_holdsForIt() {
        RoutingHistory history = new RoutingHistory(index, 2, RoutingHistory.NO_EXPIRY);
        history.capacity(1, 6);

        history.route(1, Answers.chain(1, 8), 8, 0);

        assertThat(history.size(1)).isEqualTo(6);
    }

    @Test
    void expire_notRoutedAgainInTime_isForgotten() {
        RoutingHistory history = new RoutingHistory(index, 10, 120_000);
        history.route(0, new long[] {1, 2}, 2, 1_000);
        assertThat(history.nextExpiry()).isEqualTo(121_000);

        assertThat(history.expire(120_999)).isZero();
        assertThat(Answers.match(index, 1, 2)).isEqualTo(Map.of(0, 2));

        assertThat(history.expire(121_000)).isEqualTo(2);
        assertThat(Answers.match(index, 1, 2)).isEmpty();
        assertThat(history.nextExpiry()).isEqualTo(Long.MAX_VALUE);
        RoutingHistoryChecks.validate(history, SLOTS);
    }

    @Test
    void expire_routedAgain_startsANewLifeForWhatWasRouted() {
        RoutingHistory history = new RoutingHistory(index, 10, 100);
        history.route(0, new long[] {1, 2, 3}, 3, 0);
        history.route(0, new long[] {1, 2}, 2, 60);

        assertThat(history.expire(100)).isEqualTo(1);

        assertThat(Answers.match(index, 1, 2, 3)).isEqualTo(Map.of(0, 2));
        assertThat(history.nextExpiry()).isEqualTo(160);
    }

    @Test
    void expire_withoutTimeToLive_forgetsNothing() {
        RoutingHistory history = new RoutingHistory(index, 10, RoutingHistory.NO_EXPIRY);
        history.route(0, new long[] {1}, 1, Long.MIN_VALUE);

        assertThat(history.expire(Long.MAX_VALUE)).isZero();
        assertThat(history.nextExpiry()).isEqualTo(Long.MAX_VALUE);
        assertThat(history.size(0)).isEqualTo(1);
    }

    @Test
    void nextExpiry_beyondTheEndOfTheClock_isNever() {
        RoutingHistory history = new RoutingHistory(index, 10, Long.MAX_VALUE - 1);
        history.route(0, new long[] {1}, 1, 0);
        assertThat(history.nextExpiry()).isEqualTo(Long.MAX_VALUE - 1);

        history.route(0, new long[] {1}, 1, 2);

        assertThat(history.nextExpiry()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void route_timeBeforeOneAlreadyGiven_countsAsThatTime() {
        RoutingHistory history = new RoutingHistory(index, 10, 100);
        history.route(0, new long[] {1}, 1, 50);
        history.route(0, new long[] {2}, 1, 40);

        assertThat(history.expire(149)).isZero();
        assertThat(history.expire(150)).isEqualTo(2);
    }

    @Test
    void forget_recycledSlot_startsEmptyWithTheDefaultCapacity() {
        RoutingHistory history = new RoutingHistory(index, 4, RoutingHistory.NO_EXPIRY);
        history.capacity(0, 8);
        history.route(0, Answers.chain(1, 8), 8, 0);
        history.route(1, Answers.chain(1, 2), 2, 0);

        history.forget(0);
        history.forget(2);

        assertThat(Answers.match(index, Answers.chain(1, 8))).isEqualTo(Map.of(1, 2));
        assertThat(history.capacity(0)).isEqualTo(4);
        history.route(0, new long[] {1}, 1, 0);
        assertThat(Answers.match(index, Answers.chain(1, 8))).isEqualTo(Map.of(0, 1, 1, 2));
        RoutingHistoryChecks.validate(history, SLOTS);
    }

    @Test
    void forget_takesOutTheLeaversBlocksOnly_fromTheLastOn() {
        CountingPrefixIndex counting = new CountingPrefixIndex();
        RoutingHistory history = new RoutingHistory(counting, 10_000, RoutingHistory.NO_EXPIRY);
        history.route(0, Answers.chain(1, 3), 3, 0);
        history.route(1, Answers.chain(1, 10_000), 10_000, 0);

        history.forget(0);

        assertThat(counting.clears).as("looks through everybody's blocks").isZero();
        assertThat(counting.removals)
                .containsExactly(
                        new CountingPrefixIndex.Removal(0, 3),
                        new CountingPrefixIndex.Removal(0, 2),
                        new CountingPrefixIndex.Removal(0, 1));
        assertThat(Answers.match(counting, 1, 2, 3)).isEqualTo(Map.of(1, 3));
        RoutingHistoryChecks.validate(history, SLOTS);
    }

    @Test
    void forget_emptyOrUnknownEndpoint_leavesTheIndexAlone() {
        CountingPrefixIndex counting = new CountingPrefixIndex();
        RoutingHistory history = new RoutingHistory(counting, 10, RoutingHistory.NO_EXPIRY);
        history.route(0, Answers.chain(1, 3), 3, 0);
        history.capacity(1, 5);

        history.forget(1);
        history.forget(2);

        assertThat(counting.clears).isZero();
        assertThat(counting.removals).isEmpty();
    }

    @Test
    void impossibleArguments_areRefused() {
        RoutingHistory history = new RoutingHistory(index, 4, 1);

        assertThatThrownBy(() -> new RoutingHistory(index, -1, 1))
                .hasMessage("defaultCapacity: must be at least 0 blocks, but was -1.\n"
                        + "Maybe the engine did not report it; then leave it at the default.");
        assertThatThrownBy(() -> new RoutingHistory(index, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("timeToLive: must be at least 1 nanosecond, but was 0.\n"
                        + "Maybe use RoutingHistory.NO_EXPIRY for never.");
        assertThatThrownBy(() -> history.capacity(0, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> history.route(-1, new long[1], 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> history.route(0, new long[1], 2, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> history.forget(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void route_ofAPrefixThatIsKnown_allocatesNothing() {
        RoutingHistory history = new RoutingHistory(index, 2_000, RoutingHistory.NO_EXPIRY);
        long[] prompt = Answers.chain(1L << 40, 1_000);
        history.route(0, prompt, 1_000, 0);

        long bytes = Allocations.of(100, () -> history.route(0, prompt, 1_000, 0));

        assertThat(bytes).as("bytes for 100 prompts of 1,000 blocks").isLessThan(1_000);
    }

    @Test
    void indexThatForgets_hasAHotPromptAgainAsSoonAsItIsRouted() {
        RadixPrefixIndex bounded = RadixPrefixIndex.builder().maxBytes(2L << 20).build();
        RoutingHistory history = new RoutingHistory(bounded, 31_250, RoutingHistory.NO_EXPIRY);
        long[] hot = Answers.chain(1, 50);

        for (int i = 1; i < 2_000; i++) {
            history.route(0, hot, 50, i);
            assertThat(Answers.match(bounded, hot)).containsEntry(0, 50);
            history.route(1 + i % 7, Answers.chain(1_000_000L + 1_000L * i, 100), 100, i);
        }

        assertThat(bounded.counters().evicted()).isPositive();
    }
}
