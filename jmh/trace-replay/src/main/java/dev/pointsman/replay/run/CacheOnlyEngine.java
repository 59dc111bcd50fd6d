// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.policy.CacheReference;
import dev.pointsman.replay.policy.PolicyDefinition;
import dev.pointsman.replay.policy.RoutingPolicy;
import dev.pointsman.replay.trace.TraceSource;
import java.io.IOException;

/**
 * Replays with an LRU cache per endpoint and nothing else: time plays no part, only the order of arrivals. It says what a
 * policy does to cache hits and to the balance of work, at millions of requests a second.
 */
public final class CacheOnlyEngine implements ReplayEngine {
    private final ReplaySettings settings;
    private final boolean withTimeline;

    /** Makes an engine whose results have no timeline. */
    public CacheOnlyEngine(ReplaySettings settings) {
        this(settings, false);
    }

    /**
     * Makes an engine.
     *
     * @param settings what to run on, without a service time
     * @param withTimeline whether results keep a sample for each request
     */
    public CacheOnlyEngine(ReplaySettings settings, boolean withTimeline) {
        this.settings = requireNonNull(settings, "settings");
        this.withTimeline = withTimeline;
        if (settings.serviceTime() != null) {
            throw new IllegalArgumentException(
                    "settings: must have no service time for a replay without time.\n" + "Maybe use a QueueingEngine.");
        }
    }

    @Override
    public EngineKind kind() {
        return EngineKind.CACHE_ONLY;
    }

    @Override
    public ReplaySettings settings() {
        return settings;
    }

    @Override
    public ReplayResult run(TraceSource trace, PolicyDefinition policy) throws IOException {
        if (policy instanceof RoutingPolicy routing) {
            if (routing.needsTime()) {
                throw new IllegalArgumentException("policy " + routing.name()
                        + ": must not need time in a replay without time, but places by how busy servers are.\n"
                        + "Maybe replay it with queues.");
            }
            return new RoutedReplay(kind(), settings, withTimeline).run(trace, routing);
        }
        return new ReferenceReplay(settings).run(trace, (CacheReference) policy);
    }
}
