// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import java.util.ArrayList;
import java.util.List;

/**
 * The links between servers. Each server sends and receives at the same time; the flows that leave a server share its link evenly,
 * and so do those that reach one, and a flow is as fast as the smaller of its two shares. No link is ever over-used; what a flow
 * leaves of a share because its other end is slower is not given to others. Not thread-safe.
 */
final class SharedLinks {
    private static final double NANOS = 1e9;

    private final double[] bytesPerSecond;
    private final int[] leaving;
    private final int[] arriving;
    private final List<Flow> flows = new ArrayList<>();
    private long now;

    SharedLinks(double[] bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond.clone();
        leaving = new int[bytesPerSecond.length];
        arriving = new int[bytesPerSecond.length];
    }

    /** Starts to move bytes; at least one, so that a flow always takes time. */
    void start(StagedRequest request, int from, int to, double bytes, long time) {
        advance(time);
        flows.add(new Flow(request, from, to, Math.max(1, bytes)));
        leaving[from]++;
        arriving[to]++;
        share();
    }

    /** Returns when the next flow ends if none starts before, or {@link Long#MAX_VALUE} without flows. */
    long nextEnd() {
        long next = Long.MAX_VALUE;
        for (Flow flow : flows) {
            next = Math.min(next, flow.end);
        }
        return next;
    }

    /** Takes out what has ended by then, in the order of starting. */
    List<StagedRequest> ended(long time) {
        List<StagedRequest> done = new ArrayList<>();
        for (Flow flow : flows) {
            if (flow.end <= time) {
                done.add(flow.request);
                leaving[flow.from]--;
                arriving[flow.to]--;
            }
        }
        advance(time);
        flows.removeIf(flow -> flow.end <= time);
        share();
        return done;
    }

    /** Returns the bytes per second that leave a server now. */
    double sending(int server) {
        double sum = 0;
        for (Flow flow : flows) {
            sum += flow.from == server ? flow.rate : 0;
        }
        return sum;
    }

    private void advance(long time) {
        for (Flow flow : flows) {
            flow.bytes -= flow.rate * (time - now) / NANOS;
        }
        now = time;
    }

    private void share() {
        for (Flow flow : flows) {
            flow.rate = Math.min(
                    bytesPerSecond[flow.from] / leaving[flow.from], bytesPerSecond[flow.to] / arriving[flow.to]);
            flow.end = now + Math.max(1, (long) Math.ceil(Math.max(0, flow.bytes) / flow.rate * NANOS));
        }
    }

    private static final class Flow {
        private final StagedRequest request;
        private final int from;
        private final int to;
        private double bytes;
        private double rate;
        private long end;

        Flow(StagedRequest request, int from, int to, double bytes) {
            this.request = request;
            this.from = from;
            this.to = to;
            this.bytes = bytes;
        }
    }
}
