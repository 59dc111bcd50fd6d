// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import java.util.Arrays;

/**
 * One sample for each request that a replay placed, in arrival order, for charts and per-request files. Immutable and
 * thread-safe.
 *
 * <p>It costs 44 bytes a request. The backlog of an endpoint over time follows from it: a request adds its
 * {@link #serviceMicros} on arrival, and the work drains by one microsecond a microsecond.
 */
public final class ReplayTimeline {
    private final long[] arrivalMicros;
    private final int[] endpoint;
    private final long[] uncachedTokens;
    private final int[] hitBlocks;
    private final long[] waitMicros;
    private final long[] ttftMicros;

    private ReplayTimeline(Recorder recorder) {
        int size = recorder.size;
        arrivalMicros = Arrays.copyOf(recorder.arrivalMicros, size);
        endpoint = Arrays.copyOf(recorder.endpoint, size);
        uncachedTokens = Arrays.copyOf(recorder.uncachedTokens, size);
        hitBlocks = Arrays.copyOf(recorder.hitBlocks, size);
        waitMicros = Arrays.copyOf(recorder.waitMicros, size);
        ttftMicros = Arrays.copyOf(recorder.ttftMicros, size);
    }

    /** Returns how many requests were placed. */
    public int size() {
        return arrivalMicros.length;
    }

    /** Returns when a request arrived, in microseconds of the trace's clock, rounded down. */
    public long arrivalMicros(int sample) {
        return arrivalMicros[sample];
    }

    /** Returns where a request was placed: 0 to endpoints - 1. */
    public int endpoint(int sample) {
        return endpoint[sample];
    }

    /** Returns the input tokens of a request that the endpoint's cache lacked. */
    public long uncachedTokens(int sample) {
        return uncachedTokens[sample];
    }

    /** Returns the leading blocks of a request that the endpoint's cache had. */
    public int hitBlocks(int sample) {
        return hitBlocks[sample];
    }

    /** Returns how long a request waited in the endpoint's queue, in microseconds; 0 in a replay without time. */
    public long waitMicros(int sample) {
        return waitMicros[sample];
    }

    /** Returns the time from arrival to first token, in microseconds; 0 in a replay without time. */
    public long ttftMicros(int sample) {
        return ttftMicros[sample];
    }

    /** Returns how long the server worked on a request, in microseconds; 0 in a replay without time. */
    public long serviceMicros(int sample) {
        return ttftMicros[sample] - waitMicros[sample];
    }

    /** Collects samples while an engine runs; not thread-safe. */
    static final class Recorder {
        private long[] arrivalMicros = new long[1024];
        private int[] endpoint = new int[1024];
        private long[] uncachedTokens = new long[1024];
        private int[] hitBlocks = new int[1024];
        private long[] waitMicros = new long[1024];
        private long[] ttftMicros = new long[1024];
        private int size;

        void add(long arrivalNanos, int endpoint, long uncachedTokens, int hitBlocks, long waitNanos, long ttftNanos) {
            if (size == arrivalMicros.length) {
                grow();
            }
            this.arrivalMicros[size] = arrivalNanos / 1000;
            this.endpoint[size] = endpoint;
            this.uncachedTokens[size] = uncachedTokens;
            this.hitBlocks[size] = hitBlocks;
            this.waitMicros[size] = waitNanos / 1000;
            this.ttftMicros[size] = ttftNanos / 1000;
            size++;
        }

        ReplayTimeline finish() {
            return new ReplayTimeline(this);
        }

        private void grow() {
            int length = size * 2;
            arrivalMicros = Arrays.copyOf(arrivalMicros, length);
            endpoint = Arrays.copyOf(endpoint, length);
            uncachedTokens = Arrays.copyOf(uncachedTokens, length);
            hitBlocks = Arrays.copyOf(hitBlocks, length);
            waitMicros = Arrays.copyOf(waitMicros, length);
            ttftMicros = Arrays.copyOf(ttftMicros, length);
        }
    }
}
