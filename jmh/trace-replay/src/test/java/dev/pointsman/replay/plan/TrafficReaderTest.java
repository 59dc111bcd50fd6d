// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.core.sizing.TrafficClass.Example;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TrafficReaderTest {
    private static final long[] NONE = new long[0];

    private static Trace trace(List<TraceRequest> requests) {
        return new Trace("made", 16, requests);
    }

    private static TraceRequest request(int index, double seconds, int input, long... blocks) {
        return new TraceRequest(index, Math.round(seconds * 1e9), input, 10, blocks);
    }

    /** Ten minutes at ten requests a second, so many at a time. */
    private static List<TraceRequest> bursts(int together) {
        SplittableRandom random = new SplittableRandom(3);
        List<TraceRequest> requests = new ArrayList<>();
        double at = 0;
        while (at < 600) {
            at -= Math.log1p(-random.nextDouble()) * together / 10;
            for (int i = 0; i < together; i++) {
                requests.add(request(requests.size(), at, 100, NONE));
            }
        }
        return requests;
    }

    @Test
    void dispersion_isHowManyComeTogether() {
        assertThat(TrafficReader.dispersion(bursts(1), 2)).isCloseTo(1, within(0.15));
        assertThat(TrafficReader.dispersion(bursts(8), 2)).isCloseTo(8, within(1.2));
    }

    /** What is slower than a minute is met by planning for the busiest, and does not count again. */
    @Test
    void dispersion_doesNotCountSlowChanges() {
        List<TraceRequest> requests = new ArrayList<>();
        for (int minute = 0; minute < 20; minute++) {
            int count = minute % 2 == 0 ? 60 : 600;
            for (int i = 0; i < count; i++) {
                requests.add(request(requests.size(), 60 * minute + 60.0 * i / count, 100, NONE));
            }
        }

        assertThat(TrafficReader.dispersion(requests, 2)).isEqualTo(1);
        assertThat(TrafficReader.busiestRate(requests)).isCloseTo(10, within(0.1));
    }

    @Test
    void shortTrace_hasNoBurstsToSpeakOf() {
        List<TraceRequest> one = List.of(request(0, 0, 100, NONE));

        assertThat(TrafficReader.dispersion(one, 2)).isEqualTo(1);
        assertThat(TrafficReader.read(trace(one), 2, 1000, 2)).hasSize(1);
    }

    @Test
    void examples_areRequestsWithTheirHits_andTheLongestIsAmongThem() {
        List<TraceRequest> requests = new ArrayList<>();
        for (int i = 0; i < 5001; i++) {
            requests.add(request(i, i, i == 4999 ? 90 : 32, 1, 2));
        }

        RequestClass read = TrafficReader.read(trace(requests), 1, 1_000_000, 2).get(0);

        assertThat(read.spread().examples())
                .hasSizeBetween(1000, 2049)
                .startsWith(new Example(32, 0, 10))
                .contains(new Example(32, 31, 10), new Example(90, 32, 10));
        assertThat(read.hitShare()).isCloseTo(31 / 32.0, within(0.01));
    }
}
