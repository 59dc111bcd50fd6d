// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import dev.pointsman.replay.cache.BeladyBlockCache;
import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.cache.LruBlockCache;
import dev.pointsman.replay.policy.CacheReference;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceReader;
import dev.pointsman.replay.trace.TraceRequest;
import dev.pointsman.replay.trace.TraceSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One replay of one reference cache, which serves every request of a trace. */
final class ReferenceReplay {
    private final ReplaySettings settings;

    ReferenceReplay(ReplaySettings settings) {
        this.settings = settings;
    }

    ReplayResult run(TraceSource trace, CacheReference reference) throws IOException {
        int blockTokens = trace.blockTokens();
        long single = settings.capacity().blocks(blockTokens);
        return switch (reference.kind()) {
            case INFINITE -> lru(trace, reference, CacheCapacity.UNLIMITED.blocks(blockTokens));
            case POOLED_LRU -> lru(trace, reference, pooled(single));
            case BELADY -> belady(trace, reference, single);
            case POOLED_BELADY -> belady(trace, reference, pooled(single));
        };
    }

    private long pooled(long capacityBlocks) {
        // An unlimited pool of unlimited caches; otherwise whole blocks of each cache, times the caches.
        return capacityBlocks > Long.MAX_VALUE / settings.endpoints()
                ? Long.MAX_VALUE
                : capacityBlocks * settings.endpoints();
    }

    private ReplayResult lru(TraceSource trace, CacheReference reference, long capacityBlocks) throws IOException {
        LruBlockCache cache = new LruBlockCache(capacityBlocks);
        CacheCounts.Counter hits = new CacheCounts.Counter();
        long requests = 0;
        try (TraceReader reader = trace.open()) {
            for (TraceRequest request = reader.read(); request != null; request = reader.read()) {
                int run = cache.leadingRun(request.blocks());
                hits.add(request, run, CacheCounts.Counter.tokens(request, run, trace.blockTokens()));
                cache.touch(request.blocks());
                requests++;
            }
        }
        return result(trace, reference, requests, hits.counts(cache.evictions(), cache.size()));
    }

    private ReplayResult belady(TraceSource source, CacheReference reference, long capacityBlocks) throws IOException {
        Trace trace = Trace.load(source);
        List<long[]> prompts = new ArrayList<>();
        for (TraceRequest request : trace.requests()) {
            prompts.add(request.blocks());
        }
        BeladyBlockCache cache = new BeladyBlockCache(prompts, capacityBlocks);
        CacheCounts.Counter hits = new CacheCounts.Counter();
        for (TraceRequest request : trace.requests()) {
            int run = cache.useNext();
            hits.add(request, run, CacheCounts.Counter.tokens(request, run, trace.blockTokens()));
        }
        return result(trace, reference, trace.requests().size(), hits.counts(cache.evictions(), cache.size()));
    }

    private ReplayResult result(TraceSource trace, CacheReference reference, long requests, CacheCounts counts) {
        return new ReplayResult(
                reference.name(),
                EngineKind.CACHE_ONLY,
                settings,
                trace.blockTokens(),
                requests,
                0,
                counts,
                List.of(requests),
                List.of(counts.totalTokens() - counts.hitTokens()),
                null,
                null);
    }
}
