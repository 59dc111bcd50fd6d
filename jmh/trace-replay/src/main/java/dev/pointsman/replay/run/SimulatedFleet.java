// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import dev.pointsman.replay.cache.LruBlockCache;
import dev.pointsman.replay.policy.FleetView;
import dev.pointsman.replay.trace.TraceRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a replay: each an LRU cache and, with time, one server that works first in, first out (Lindley's
 * recursion: a request starts when it has arrived and the one before it is done).
 *
 * <p>Columns of primitives, since this is what a replay of millions of requests spends its time in. The run of the current
 * request on an endpoint is looked up at most once.
 */
final class SimulatedFleet implements FleetView {
    private final LruBlockCache[] caches;
    private final int blockTokens;
    private final @Nullable ServiceTime serviceTime;
    private final long[] requests;
    private final long[] inputTokens;
    private final long[] uncachedTokens;
    private final long[] freeAt;
    private final long[] busyNanos;
    private final int[] runs;

    private @Nullable TraceRequest current;
    private long[] blocks = {};
    private long now;
    private long waitNanos;
    private long lastFinish;

    SimulatedFleet(ReplaySettings settings, int blockTokens) {
        int endpoints = settings.endpoints();
        long capacityBlocks = settings.capacity().blocks(blockTokens);
        this.blockTokens = blockTokens;
        serviceTime = settings.serviceTime();
        caches = new LruBlockCache[endpoints];
        Arrays.setAll(caches, i -> new LruBlockCache(capacityBlocks));
        requests = new long[endpoints];
        inputTokens = new long[endpoints];
        uncachedTokens = new long[endpoints];
        freeAt = new long[endpoints];
        busyNanos = new long[endpoints];
        runs = new int[endpoints];
    }

    /** Makes a request the current one, which the view is about. */
    void arrive(TraceRequest request) {
        current = request;
        blocks = request.blocks();
        now = request.arrivalNanos();
        Arrays.fill(runs, -1);
    }

    /**
     * Places the current request.
     *
     * @return when its service ends, in nanoseconds of the trace's clock; its arrival without time
     * @throws ArithmeticException if that is more than a long can hold
     */
    long place(int endpoint) {
        long uncached = uncachedTokens(endpoint);
        long finish = now;
        if (serviceTime != null) {
            long service = serviceTime.nanos(uncached);
            waitNanos = workNanos(endpoint);
            finish = Math.addExact(now, Math.addExact(waitNanos, service));
            freeAt[endpoint] = finish;
            busyNanos[endpoint] += service;
            lastFinish = Math.max(lastFinish, finish);
        }
        requests[endpoint]++;
        inputTokens[endpoint] += request().inputTokens();
        uncachedTokens[endpoint] += uncached;
        caches[endpoint].touch(blocks);
        return finish;
    }

    /** Returns how long the request placed last will wait before its service starts, in nanoseconds. */
    long waitNanos() {
        return waitNanos;
    }

    /** Returns when the last service ends, in nanoseconds of the trace's clock. */
    long lastFinish() {
        return lastFinish;
    }

    @Override
    public int size() {
        return caches.length;
    }

    @Override
    public int hitBlocks(int endpoint) {
        int run = runs[endpoint];
        if (run < 0) {
            run = caches[endpoint].leadingRun(blocks);
            runs[endpoint] = run;
        }
        return run;
    }

    @Override
    public long uncachedTokens(int endpoint) {
        long input = request().inputTokens();
        return input - Math.min((long) hitBlocks(endpoint) * blockTokens, input);
    }

    @Override
    public long placedInputTokens(int endpoint) {
        return inputTokens[endpoint];
    }

    @Override
    public long placedUncachedTokens(int endpoint) {
        return uncachedTokens[endpoint];
    }

    @Override
    public long workNanos(int endpoint) {
        return Math.max(0, freeAt[endpoint] - now);
    }

    @Override
    public long serviceNanos(int endpoint) {
        return serviceTime == null ? 0 : serviceTime.nanos(uncachedTokens(endpoint));
    }

    long evictions() {
        long sum = 0;
        for (LruBlockCache cache : caches) {
            sum += cache.evictions();
        }
        return sum;
    }

    long residentBlocks() {
        long sum = 0;
        for (LruBlockCache cache : caches) {
            sum += cache.size();
        }
        return sum;
    }

    List<Long> requestsPerEndpoint() {
        return boxed(requests, 1);
    }

    List<Long> uncachedTokensPerEndpoint() {
        return boxed(uncachedTokens, 1);
    }

    List<Long> busyMicrosPerEndpoint() {
        return boxed(busyNanos, 1000);
    }

    private TraceRequest request() {
        if (current == null) {
            throw new IllegalStateException("no request has arrived yet.\nMaybe call arrive first.");
        }
        return current;
    }

    private static List<Long> boxed(long[] values, long divisor) {
        List<Long> list = new ArrayList<>(values.length);
        for (long value : values) {
            list.add(value / divisor);
        }
        return list;
    }
}
