// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.replay.trace.TraceRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The real scheduler of one replay of stages, on the replay's clock. */
final class StageScheduler implements AutoCloseable {
    private static final String MODEL = "replayed";

    private final StagePolicy policy;
    private final StageSettings settings;
    private final int blockTokens;
    private final LongSupplier clock;
    private final Fleet fleet = Fleet.create();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final String[] ids;
    private final Pointsman pointsman;
    private long nextReport = Long.MIN_VALUE;

    StageScheduler(
            StageFleet servers, StagePolicy policy, StageSettings settings, int blockTokens, LongSupplier clock) {
        this.policy = policy;
        this.settings = settings;
        this.blockTokens = blockTokens;
        this.clock = clock;
        ids = new String[servers.servers().size()];
        for (int i = 0; i < ids.length; i++) {
            ServerKind kind = servers.servers().get(i);
            ids[i] = kind.name().replace('/', '-') + "-" + i;
            numbers.put(ids[i], i);
            fleet.join(Endpoint.builder(ids[i], ids[i] + ":8000")
                    .labels(kind.labels())
                    .role(kind.role())
                    .build());
        }
        pointsman = Pointsman.builder(fleet)
                .configuration(EndpointPickerConfig.parse(policy.name(), policy.configuration()))
                .clock(clock)
                .seed(settings.seed())
                .failFast()
                .build();
    }

    /** Where a request goes: twice the same server if it stays. */
    record Placement(Dispatch dispatch, int prefill, int decode) {}

    /** Returns where a request goes, or null if the scheduler refuses it. */
    @Nullable
    Placement place(TraceRequest request) {
        long now = clock.getAsLong();
        if (now >= pointsman.nextDeadline()) {
            pointsman.maintain(now);
        }
        SchedulingOutcome outcome = pointsman.schedule(InferenceRequest.builder("request-" + request.index(), MODEL)
                .prompt(prompt(request))
                .ttftTarget(Duration.ofNanos(settings.ttftNanos()))
                .tpotTarget(Duration.ofNanos(settings.tpotNanos()))
                .build());
        if (outcome instanceof Dispatch dispatch) {
            dispatch.sent();
            int decode = number(dispatch.target());
            int prefill = decode;
            for (Leg leg : dispatch.decision().otherLegs()) {
                Endpoint endpoint = leg.target().endpoint();
                if (endpoint.role().prefills()) {
                    prefill = number(endpoint);
                }
            }
            return new Placement(dispatch, prefill, decode);
        }
        if (outcome instanceof Rejection rejection && rejection.reason() == Rejection.Reason.PLUGIN_FAILED) {
            throw new IllegalArgumentException("policy " + policy.name() + ", request " + request.index() + ": "
                    + rejection.detail() + (rejection.plugin() == null ? "" : " (plugin " + rejection.plugin() + ")")
                    + "\nMaybe the plugin expects data that a trace does not have.");
        }
        return null;
    }

    /** Reports the servers' metrics if it is time. */
    void report(List<SimulatedServer> servers) {
        long now = clock.getAsLong();
        if (now < nextReport) {
            return;
        }
        nextReport = now + settings.metricsNanos();
        for (int i = 0; i < ids.length; i++) {
            SimulatedServer server = servers.get(i);
            fleet.update(
                    ids[i],
                    EndpointMetrics.builder(now)
                            .kvBlockSize(blockTokens)
                            .kvBlockCount(server.memory.capacity())
                            .runningRequests(server.runningRequests())
                            .waitingRequests(server.waitingRequests())
                            .kvUsage(Math.min(1, server.memory.usage()))
                            .build());
        }
    }

    @Override
    public void close() {
        pointsman.close();
    }

    private int number(Endpoint endpoint) {
        Integer number = numbers.get(endpoint.id());
        if (number == null) {
            throw new IllegalStateException("there is no server " + endpoint.id() + " in the replay");
        }
        return number;
    }

    private Prompt prompt(TraceRequest request) {
        int blocks = request.blocks().length;
        // A trace may leave the ids of a prompt's tail out; the scheduler then sees the prompt without its tail.
        long most = blocks == 0 ? Integer.MAX_VALUE : (long) blocks * blockTokens;
        return Prompt.blocks(request.blocks(), blockTokens, (int) Math.min(request.inputTokens(), most));
    }
}
