// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** Makes a trace of stated classes, to verify a plan by: arrivals at random, lengths exactly as stated. */
public final class StatedTraffic {
    private static final int BLOCK_TOKENS = 16;

    private StatedTraffic() {}

    /**
     * Makes a trace. Prompts of a class have the stated share in common, in whole blocks, and nothing else.
     *
     * @param classes what comes
     * @param seconds for how long, above 0
     * @param seed what the draws depend on
     */
    public static Trace trace(List<RequestClass> classes, double seconds, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Arrival> arrivals = new ArrayList<>();
        for (int i = 0; i < classes.size(); i++) {
            double rate = classes.get(i).requestsPerSecond();
            for (double at = gap(random, rate); at <= seconds; at += gap(random, rate)) {
                arrivals.add(new Arrival(Math.round(at * 1e9), i));
            }
        }
        arrivals.sort(Comparator.comparingLong(Arrival::nanos).thenComparingInt(Arrival::of));
        List<TraceRequest> requests = new ArrayList<>();
        for (Arrival arrival : arrivals) {
            RequestClass one = classes.get(arrival.of());
            requests.add(new TraceRequest(
                    requests.size(),
                    arrival.nanos(),
                    one.inputTokens(),
                    one.outputTokens(),
                    blocks(one, arrival.of(), requests.size() + 1L)));
        }
        return new Trace("stated", BLOCK_TOKENS, requests);
    }

    private static double gap(SplittableRandom random, double rate) {
        return -Math.log1p(-random.nextDouble()) / rate;
    }

    private static long[] blocks(RequestClass one, int of, long number) {
        long[] blocks = new long[(one.inputTokens() + BLOCK_TOKENS - 1) / BLOCK_TOKENS];
        long shared = Math.round(one.hitShare() * one.inputTokens() / BLOCK_TOKENS);
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = (i < shared ? -1L - of : number) << 24 | i;
        }
        return blocks;
    }

    private record Arrival(long nanos, int of) {}
}
