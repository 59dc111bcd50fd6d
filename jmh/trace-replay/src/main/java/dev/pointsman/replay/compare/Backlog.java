// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How many requests waited for their first token as time went by: over the whole fleet, and at whichever endpoint had
 * most of them at that moment.
 *
 * <p>A request counts from its arrival at the router until its first token. Each point is the mean over one interval of
 * time, weighted by how long each count lasted, so that a thousand points and ten points tell the same story. Immutable
 * and thread-safe.
 */
public final class Backlog {
    private final double[] total;
    private final double[] busiest;
    private final long intervalMicros;

    private Backlog(double[] total, double[] busiest, long intervalMicros) {
        this.total = total;
        this.busiest = busiest;
        this.intervalMicros = intervalMicros;
    }

    /**
     * Counts what waited. O(n log n) in the requests.
     *
     * @param arrivalMicros when each request arrived, from 0, in any order
     * @param ttftMicros how long each waited for its first token
     * @param endpoint where each one went, in [0, endpoints)
     * @param endpoints the size of the fleet
     * @param intervalMicros the time that one point covers; at least 1
     * @param points how many points; what happens after the last one is left out
     */
    static Backlog of(
            long[] arrivalMicros, long[] ttftMicros, int[] endpoint, int endpoints, long intervalMicros, int points) {
        int count = arrivalMicros.length;
        long[] endMicros = new long[count];
        Arrays.setAll(endMicros, i -> arrivalMicros[i] + ttftMicros[i]);
        int[] byArrival = order(arrivalMicros);
        int[] byEnd = order(endMicros);

        Backlog backlog = new Backlog(new double[points], new double[points], intervalMicros);
        int[] waiting = new int[endpoints];
        // How many endpoints have a given count: keeps the maximum in O(1) when it falls.
        int[] endpointsWith = new int[count + 1];
        endpointsWith[0] = endpoints;
        int total = 0;
        int most = 0;
        long now = 0;
        int arrived = 0;
        for (int ended = 0; ended < count; ) {
            // At one instant, those who leave go before those who come.
            boolean leaves = arrived == count || endMicros[byEnd[ended]] <= arrivalMicros[byArrival[arrived]];
            // A time to first token of zero leaves at the instant of its arrival, which must come first.
            if (leaves && ttftMicros[byEnd[ended]] == 0) {
                ended++;
                continue;
            }
            if (!leaves && ttftMicros[byArrival[arrived]] == 0) {
                arrived++;
                continue;
            }
            int request = leaves ? byEnd[ended++] : byArrival[arrived++];
            long then = leaves ? endMicros[request] : arrivalMicros[request];
            backlog.hold(now, then, total, most);
            now = then;
            int slot = endpoint[request];
            endpointsWith[waiting[slot]]--;
            if (leaves) {
                total--;
                if (waiting[slot] == most && endpointsWith[most] == 0) {
                    most--;
                }
                waiting[slot]--;
            } else {
                total++;
                waiting[slot]++;
                most = Math.max(most, waiting[slot]);
            }
            endpointsWith[waiting[slot]]++;
        }
        for (int i = 0; i < points; i++) {
            backlog.total[i] /= intervalMicros;
            backlog.busiest[i] /= intervalMicros;
        }
        return backlog;
    }

    /** Points in time; each covers one interval, the first from time 0. */
    public int size() {
        return total.length;
    }

    /** The time that one point covers. */
    public long intervalMicros() {
        return intervalMicros;
    }

    /** Requests waiting over the whole fleet, mean over interval {@code i}. */
    public double total(int i) {
        return total[i];
    }

    /** Requests waiting at the endpoint where most waited at each moment, mean over interval {@code i}. */
    public double busiest(int i) {
        return busiest[i];
    }

    /** Adds the count that held from one time to another to every interval that it touches. */
    private void hold(long from, long to, int totalCount, int busiestCount) {
        if (totalCount == 0) {
            return;
        }
        long end = Math.min(to, intervalMicros * total.length);
        for (long at = from; at < end; ) {
            int i = (int) (at / intervalMicros);
            long until = Math.min(end, (i + 1) * intervalMicros);
            total[i] += (double) totalCount * (until - at);
            busiest[i] += (double) busiestCount * (until - at);
            at = until;
        }
    }

    private static int[] order(long[] times) {
        return IntStream.range(0, times.length)
                .boxed()
                .sorted(Comparator.comparingLong(i -> times[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
