// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.policy.PolicyDefinition;
import dev.pointsman.replay.policy.RoutingPolicy;
import dev.pointsman.replay.trace.TraceSource;
import java.io.IOException;

/**
 * Replays with an LRU cache and one first-in first-out server per endpoint (D. V. Lindley, "The theory of queues with a
 * single server", 1952). A request is matched against its endpoint's cache, and enters it, on arrival; its service takes a
 * fixed time and a time for each uncached token; its TTFT is what it waits plus its service.
 *
 * <p>It orders policies by latency, quickly and exactly: times are integers in nanoseconds. It is not a model server:
 * there is no batching and no decoding, so do not read its TTFTs as predictions.
 */
public final class QueueingEngine implements ReplayEngine {
    private final ReplaySettings settings;
    private final boolean withTimeline;

    /** Makes an engine whose results have no timeline. */
    public QueueingEngine(ReplaySettings settings) {
        this(settings, false);
    }

    /**
     * Makes an engine.
     *
     * @param settings what to run on, with a service time
     * @param withTimeline whether results keep a sample for each request
     */
    public QueueingEngine(ReplaySettings settings, boolean withTimeline) {
        this.settings = requireNonNull(settings, "settings");
        this.withTimeline = withTimeline;
        if (settings.serviceTime() == null) {
            throw new IllegalArgumentException(
                    "settings: must have a service time for a replay with queues.\n" + "Maybe use a CacheOnlyEngine.");
        }
    }

    @Override
    public EngineKind kind() {
        return EngineKind.QUEUEING;
    }

    @Override
    public ReplaySettings settings() {
        return settings;
    }

    @Override
    public ReplayResult run(TraceSource trace, PolicyDefinition policy) throws IOException {
        if (policy instanceof RoutingPolicy routing) {
            return new RoutedReplay(kind(), settings, withTimeline).run(trace, routing);
        }
        throw new IllegalArgumentException("policy " + policy.name()
                + ": must place requests on endpoints, but is a reference for caches alone.\n"
                + "Maybe replay it without time.");
    }
}
