// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import dev.pointsman.replay.policy.ReplayPolicy;
import dev.pointsman.replay.policy.RoutingPolicy;
import dev.pointsman.replay.stats.LongSamples;
import dev.pointsman.replay.trace.TraceReader;
import dev.pointsman.replay.trace.TraceRequest;
import dev.pointsman.replay.trace.TraceSource;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One replay of one routing policy, with or without time: the loop that both engines share. Used once. */
final class RoutedReplay {
    private final EngineKind kind;
    private final ReplaySettings settings;
    private final ReplayTimeline.@Nullable Recorder timeline;
    private final LongSamples ttftMicros = new LongSamples();
    private final CacheCounts.Counter hits = new CacheCounts.Counter();
    private long requests;
    private long rejected;
    private long firstArrival;

    RoutedReplay(EngineKind kind, ReplaySettings settings, boolean withTimeline) {
        this.kind = kind;
        this.settings = settings;
        timeline = withTimeline ? new ReplayTimeline.Recorder() : null;
    }

    ReplayResult run(TraceSource trace, RoutingPolicy definition) throws IOException {
        int blockTokens = trace.blockTokens();
        SimulatedFleet fleet = new SimulatedFleet(settings, blockTokens);
        RoutingPolicy.Surroundings surroundings = new RoutingPolicy.Surroundings(
                settings.endpoints(), blockTokens, settings.capacity().blocks(blockTokens), timed());
        try (TraceReader reader = trace.open();
                ReplayPolicy policy = definition.factory().create(surroundings)) {
            for (TraceRequest request = reader.read(); request != null; request = reader.read()) {
                step(request, fleet, policy, definition.name());
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "request " + requests + ": its queue would outlast 292 years.\n"
                            + "Maybe the service times are in the wrong unit; they are microseconds.",
                    e);
        }
        return result(definition.name(), blockTokens, fleet);
    }

    private void step(TraceRequest request, SimulatedFleet fleet, ReplayPolicy policy, String name) {
        if (requests++ == 0) {
            firstArrival = request.arrivalNanos();
        }
        fleet.arrive(request);
        int endpoint = policy.choose(request, fleet);
        if (endpoint == ReplayPolicy.REJECTED) {
            rejected++;
            return;
        }
        if (endpoint < 0 || endpoint >= fleet.size()) {
            throw new IllegalStateException(
                    "policy " + name + ": must choose an endpoint from 0 to " + (fleet.size() - 1) + ", but chose "
                            + endpoint + " for " + request + ".\nMaybe it keeps endpoints of another replay.");
        }
        int run = fleet.hitBlocks(endpoint);
        long uncached = fleet.uncachedTokens(endpoint);
        long finish = fleet.place(endpoint);
        hits.add(request, run, request.inputTokens() - uncached);
        if (timed()) {
            ttftMicros.add((finish - request.arrivalNanos()) / 1000);
        }
        if (timeline != null) {
            long wait = timed() ? fleet.waitNanos() : 0;
            timeline.add(request.arrivalNanos(), endpoint, uncached, run, wait, finish - request.arrivalNanos());
        }
        policy.placed(request, endpoint, run, timed() ? finish : ReplayPolicy.NO_TIME);
    }

    private boolean timed() {
        return settings.serviceTime() != null;
    }

    private ReplayResult result(String policy, int blockTokens, SimulatedFleet fleet) {
        QueueCounts queue = null;
        if (timed()) {
            long makespan = Math.max(0, fleet.lastFinish() - firstArrival) / 1000;
            queue = new QueueCounts(ttftMicros.summarize(), fleet.busyMicrosPerEndpoint(), makespan);
        }
        return new ReplayResult(
                policy,
                kind,
                settings,
                blockTokens,
                requests,
                rejected,
                hits.counts(fleet.evictions(), fleet.residentBlocks()),
                fleet.requestsPerEndpoint(),
                fleet.uncachedTokensPerEndpoint(),
                queue,
                timeline == null ? null : timeline.finish());
    }
}
