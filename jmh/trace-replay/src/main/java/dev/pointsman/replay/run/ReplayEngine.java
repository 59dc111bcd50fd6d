// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import dev.pointsman.replay.policy.PolicyDefinition;
import dev.pointsman.replay.trace.TraceSource;
import java.io.IOException;

/**
 * Replays traces on one simulated fleet. Immutable and thread-safe: every run starts with empty caches and idle servers,
 * and equal runs have equal results, to the last bit.
 */
public interface ReplayEngine {
    /** Returns which engine this is. */
    EngineKind kind();

    /** Returns what it runs on. */
    ReplaySettings settings();

    /**
     * Replays a trace, request by request; only a reference that must know the future holds more than one at a time.
     *
     * @throws IOException if the trace is malformed or cannot be read
     * @throws IllegalArgumentException if the policy means nothing to this engine
     */
    ReplayResult run(TraceSource trace, PolicyDefinition policy) throws IOException;

    /**
     * Returns the engine for some settings: {@link QueueingEngine} if they have a service time, else {@link
     * CacheOnlyEngine}.
     *
     * @param settings what to run on
     * @param withTimeline whether results keep a sample for each request
     */
    static ReplayEngine of(ReplaySettings settings, boolean withTimeline) {
        return settings.serviceTime() == null
                ? new CacheOnlyEngine(settings, withTimeline)
                : new QueueingEngine(settings, withTimeline);
    }
}
