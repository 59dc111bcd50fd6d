// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BacklogTest {
    @Test
    void point_isTheMeanOverItsInterval() {
        // Endpoint 0 has a request from 0 to 15, endpoint 1 has two from 5 to 10.
        Backlog backlog = Backlog.of(new long[] {0, 5, 5}, new long[] {15, 5, 5}, new int[] {0, 1, 1}, 2, 10, 3);

        assertThat(backlog.size()).isEqualTo(3);
        assertThat(backlog.total(0)).isEqualTo((5 * 1 + 5 * 3) / 10.0);
        assertThat(backlog.busiest(0)).isEqualTo((5 * 1 + 5 * 2) / 10.0);
        assertThat(backlog.total(1)).isEqualTo(0.5);
        assertThat(backlog.busiest(1)).isEqualTo(0.5);
        assertThat(backlog.total(2)).isZero();
    }

    @Test
    void whatHappensAfterTheLastPoint_isLeftOut() {
        Backlog backlog = Backlog.of(new long[] {5, 100}, new long[] {1000, 1000}, new int[] {0, 0}, 1, 10, 2);

        assertThat(backlog.total(0)).isEqualTo(0.5);
        assertThat(backlog.total(1)).isEqualTo(1);
    }

    @Property
    void backlog_isWhatCountingMomentByMomentGives(
            @ForAll @Size(min = 1, max = 40) List<@IntRange(min = 0, max = 50) Integer> arrivals,
            @ForAll @Size(min = 40, max = 40) List<@IntRange(min = 0, max = 30) Integer> times,
            @ForAll @Size(min = 40, max = 40) List<@IntRange(min = 0, max = 2) Integer> places,
            @ForAll @IntRange(min = 1, max = 9) int interval) {
        int n = arrivals.size();
        int points = 90 / interval;
        long[] arrival = arrivals.stream().mapToLong(Integer::longValue).toArray();
        long[] ttft = times.stream().mapToLong(Integer::longValue).limit(n).toArray();
        int[] endpoint = places.stream().mapToInt(Integer::intValue).limit(n).toArray();

        Backlog backlog = Backlog.of(arrival, ttft, endpoint, 3, interval, points);

        for (int p = 0; p < points; p++) {
            int total = 0;
            int busiest = 0;
            for (int moment = p * interval; moment < (p + 1) * interval; moment++) {
                int[] waiting = new int[3];
                for (int i = 0; i < n; i++) {
                    if (arrival[i] <= moment && moment < arrival[i] + ttft[i]) {
                        waiting[endpoint[i]]++;
                    }
                }
                total += waiting[0] + waiting[1] + waiting[2];
                busiest += Math.max(waiting[0], Math.max(waiting[1], waiting[2]));
            }
            assertThat(backlog.total(p)).isCloseTo((double) total / interval, within(1e-9));
            assertThat(backlog.busiest(p)).isCloseTo((double) busiest / interval, within(1e-9));
        }
    }
}
