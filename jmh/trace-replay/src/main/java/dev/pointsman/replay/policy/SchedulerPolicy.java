// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.policy;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.replay.trace.TraceRequest;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The real scheduler as a policy of one replay, run by virtual time.
 *
 * <p>It is told what a host would be told and no more: the prompt's block hashes, never the length of the answer; the
 * capacity of each cache; and, with time, what the simulated engines report. What it knows of caches it learns from its own
 * dispatches.
 *
 * <p><b>With time</b>, a dispatch ends when its server has finished; everything that ends at or before an arrival is
 * reported first, in the order of ending, then of arrival. Before an arrival (or as often as {@link
 * SchedulerOptions#metricsNanos} says) every engine reports its running and waiting requests, and as KV usage the prompt
 * tokens of both over its capacity.
 *
 * <p><b>Without time</b> nothing ever finishes by itself, so the latest {@link SchedulerOptions#inFlight} dispatches are kept
 * in flight and the oldest is completed when another request arrives; engines report their capacity only.
 */
final class SchedulerPolicy implements ReplayPolicy {
    private static final String MODEL = "replayed";

    private final String name;
    private final RoutingPolicy.Surroundings surroundings;
    private final Fleet fleet = Fleet.create();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final String[] ids;
    private final Pointsman pointsman;
    private final int inFlight;
    private final long metricsNanos;
    private final Queue<Running> running;
    private final int[] unfinished;
    private final long[] unfinishedTokens;
    private long now;
    private long nextReport;
    private @Nullable Dispatch latest;

    SchedulerPolicy(String name, Profile profile, SchedulerOptions options, RoutingPolicy.Surroundings surroundings) {
        this.name = name;
        this.surroundings = surroundings;
        int endpoints = surroundings.endpoints();
        inFlight = options.inFlight() == SchedulerOptions.TWICE_THE_FLEET ? 2 * endpoints : options.inFlight();
        metricsNanos = options.metricsNanos();
        running = surroundings.timed()
                ? new PriorityQueue<>(Comparator.comparingLong(Running::finishNanos)
                        .thenComparingLong(started -> started.request().index()))
                : new ArrayDeque<>();
        unfinished = new int[endpoints];
        unfinishedTokens = new long[endpoints];
        ids = new String[endpoints];
        for (int i = 0; i < endpoints; i++) {
            ids[i] = "endpoint-" + i;
            numbers.put(ids[i], i);
            fleet.join(Endpoint.of(ids[i], ids[i] + ":8000"));
        }
        Pointsman.Builder builder = Pointsman.builder(fleet)
                .profile(profile)
                .clock(() -> now)
                .seed(options.seed())
                .failFast();
        if (options.plugins() != null) {
            builder.discoverPlugins(options.plugins());
        }
        pointsman = builder.build();
        report();
    }

    @Override
    public int choose(TraceRequest request, FleetView view) {
        completeEarlier(request.arrivalNanos());
        now = request.arrivalNanos();
        if (surroundings.timed() && now >= nextReport) {
            report();
            nextReport = now + metricsNanos;
        }
        if (now >= pointsman.nextDeadline()) {
            pointsman.maintain(now);
        }
        SchedulingOutcome outcome = pointsman.schedule(InferenceRequest.builder("request-" + request.index(), MODEL)
                .prompt(prompt(request))
                .build());
        if (outcome instanceof Dispatch dispatch) {
            latest = dispatch;
            dispatch.sent();
            Integer endpoint = numbers.get(dispatch.target().id());
            return endpoint == null ? REJECTED : endpoint;
        }
        if (outcome instanceof Rejection rejection && rejection.reason() == Rejection.Reason.PLUGIN_FAILED) {
            throw new IllegalArgumentException(
                    "policy " + name + ", request " + request.index() + ": " + rejection.detail()
                            + (rejection.plugin() == null ? "" : " (plugin " + rejection.plugin() + ")")
                            + "\nMaybe the plugin expects data that a trace does not have.");
        }
        return REJECTED;
    }

    @Override
    public void placed(TraceRequest request, int endpoint, int hitBlocks, long finishNanos) {
        Dispatch dispatch = latest;
        latest = null;
        if (dispatch == null) {
            throw new IllegalStateException("request " + request.index() + " was placed, but not by this policy.\n"
                    + "Maybe a policy is used by two replays.");
        }
        unfinished[endpoint]++;
        unfinishedTokens[endpoint] += request.inputTokens();
        running.add(new Running(request, dispatch, endpoint, hitBlocks, finishNanos));
        if (!surroundings.timed() && inFlight == 0) {
            complete(running.remove());
        }
    }

    @Override
    public void close() {
        for (Running started : running) {
            started.dispatch().close();
        }
        pointsman.close();
    }

    private void completeEarlier(long arrival) {
        if (!surroundings.timed()) {
            while (running.size() >= inFlight && !running.isEmpty()) {
                complete(running.remove());
            }
            return;
        }
        for (Running next = running.peek(); next != null && next.finishNanos() <= arrival; next = running.peek()) {
            now = next.finishNanos();
            complete(running.remove());
        }
    }

    private void complete(Running started) {
        TraceRequest request = started.request();
        unfinished[started.endpoint()]--;
        unfinishedTokens[started.endpoint()] -= request.inputTokens();
        long cached = Math.min((long) started.hitBlocks() * surroundings.blockTokens(), request.inputTokens());
        started.dispatch().firstToken();
        started.dispatch().completed(new Usage(request.inputTokens(), (int) cached, request.outputTokens()));
    }

    private Prompt prompt(TraceRequest request) {
        int blocks = request.blocks().length;
        // A trace may leave the ids of a prompt's tail out; the scheduler then sees the prompt without its tail.
        long most = blocks == 0 ? Integer.MAX_VALUE : (long) blocks * surroundings.blockTokens();
        return Prompt.blocks(request.blocks(), surroundings.blockTokens(), (int) Math.min(request.inputTokens(), most));
    }

    private void report() {
        boolean limited = surroundings.capacityBlocks() != Long.MAX_VALUE;
        for (int i = 0; i < ids.length; i++) {
            EndpointMetrics.Builder metrics = EndpointMetrics.builder(now)
                    .kvBlockSize(surroundings.blockTokens())
                    .kvBlockCount(limited ? surroundings.capacityBlocks() : Integer.MAX_VALUE);
            if (surroundings.timed()) {
                metrics.runningRequests(Math.min(unfinished[i], 1)).waitingRequests(Math.max(unfinished[i] - 1, 0));
                double capacity = (double) surroundings.capacityBlocks() * surroundings.blockTokens();
                metrics.kvUsage(capacity == 0 ? 1 : Math.min(1, (double) unfinishedTokens[i] / capacity));
            }
            fleet.update(ids[i], metrics.build());
        }
    }

    private record Running(TraceRequest request, Dispatch dispatch, int endpoint, int hitBlocks, long finishNanos) {}
}
