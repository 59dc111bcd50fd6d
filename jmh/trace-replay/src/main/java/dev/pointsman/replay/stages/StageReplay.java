// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.replay.trace.TraceReader;
import dev.pointsman.replay.trace.TraceRequest;
import dev.pointsman.replay.trace.TraceSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Replays a trace over servers that read prompts, decode or do both, each request placed by the real scheduler.
 *
 * <pre>{@code
 * StageFleet fleet = StageFleet.parse("1xprefill/h100-sxm/tp4,3xdecode/h100-sxm/tp4", terms);
 * StageResult result = StageReplay.run(trace, fleet, StagePolicies.find("n16"), StageSettings.DEFAULT);
 * }</pre>
 *
 * <p><b>A request that stays</b> waits for its turn and for memory on its server, is read, and decodes there. <b>One that is
 * split</b> waits for and is read by one server, waits for memory at the other, moves there, and gets its first token in that
 * server's next step. Only what the other server lacks is moved: whole blocks of a cached prefix stay. A transfer takes a set-up
 * time and then its share of two links ({@code SharedLinks}); pipelined, what prefill hid of it takes none.
 *
 * <p>The scheduler knows what a host would tell it: block hashes, sending, first token and progress every 16 tokens, usage at the
 * end, and each server's metrics from time to time; never the length of an answer. What it knows of caches it learns from its own
 * dispatches. Caches are real: a hit is what the server has when it starts to read.
 *
 * <p>Deterministic: time is virtual, in integer nanoseconds, and simultaneous events happen in the order in which they were
 * caused. It judges how requests are split and fleets are sized, not engines: no preemption (memory for the whole answer is
 * taken at the start), no failures, and answers are not cached. Where servers that read for each other wait for each other's memory
 * and nothing else happens, the oldest prompt is read again where it decodes, and counted.
 */
public final class StageReplay {
    private static final int REPORT_STEPS = 16;

    private final TraceSource trace;
    private final StageSettings settings;
    private final StageFleet fleet;
    private final StageScheduler scheduler;
    private final List<SimulatedServer> servers = new ArrayList<>();
    private final SharedLinks links;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::time).thenComparingLong(Event::number));
    private final StageCounts counts;
    private long number;
    private long now;
    private long nextLinkEvent = Long.MAX_VALUE;
    private long latestArrival;

    private StageReplay(TraceSource trace, StageFleet fleet, StagePolicy policy, StageSettings settings) {
        this.trace = trace;
        this.fleet = fleet;
        this.settings = settings;
        double[] bandwidths = new double[fleet.servers().size()];
        for (int i = 0; i < bandwidths.length; i++) {
            ServerKind kind = fleet.servers().get(i);
            servers.add(new SimulatedServer(kind, trace.blockTokens()));
            bandwidths[i] = kind.bytesPerSecond();
        }
        links = new SharedLinks(bandwidths);
        counts = new StageCounts(settings);
        scheduler = new StageScheduler(fleet, policy, settings, trace.blockTokens(), () -> now);
    }

    /**
     * Replays a trace.
     *
     * @throws IOException if the trace cannot be read
     * @throws IllegalArgumentException if the policy's configuration is wrong
     */
    public static StageResult run(TraceSource trace, StageFleet fleet, StagePolicy policy, StageSettings settings)
            throws IOException {
        requireNonNull(trace, "trace");
        StageReplay replay = new StageReplay(trace, fleet, policy, settings);
        try (replay.scheduler) {
            return replay.run(policy.name());
        }
    }

    private StageResult run(String policy) throws IOException {
        try (TraceReader reader = trace.open()) {
            TraceRequest next = reader.read();
            while (next != null || !events.isEmpty() || counts.underWay() > 0) {
                Event event = events.peek();
                if (event == null && counts.underWay() > 0) {
                    readAgain();
                } else if (next != null && (event == null || next.arrivalNanos() < event.time())) {
                    now = next.arrivalNanos();
                    latestArrival = now;
                    arrive(next);
                    next = reader.read();
                } else {
                    Event due = requireNonNull(events.poll());
                    now = due.time();
                    happen(due);
                }
            }
        }
        return counts.result(policy, fleet, servers, latestArrival, now);
    }

    private void arrive(TraceRequest request) {
        scheduler.report(servers);
        StageScheduler.Placement placed = scheduler.place(request);
        if (placed == null) {
            counts.rejected();
            return;
        }
        StagedRequest staged =
                new StagedRequest(request, placed.dispatch(), placed.prefill(), placed.decode(), trace.blockTokens());
        if (!servers.get(staged.decodeServer).memory.fitsAlone(staged.sharedBlocks, staged.ownBlocks)
                || !servers.get(staged.prefillServer).memory.fitsAlone(staged.sharedBlocks, staged.ownPromptBlocks)) {
            counts.tooLong();
            staged.dispatch.failed("the prompt and its answer do not fit the memory");
            return;
        }
        counts.placed(staged);
        servers.get(staged.prefillServer).read(staged);
        start(staged.prefillServer);
    }

    /**
     * Ends a deadlock. Where servers read for each other, each may hold prompts that wait for memory of the other; then nothing
     * happens any more. Engines give such prompts up after a while and read them again; here that is at once, the oldest first.
     */
    private void readAgain() {
        StagedRequest oldest = null;
        for (SimulatedServer server : servers) {
            StagedRequest request = server.longestIncoming();
            if (request != null && (oldest == null || request.trace.index() < oldest.trace.index())) {
                oldest = request;
            }
        }
        if (oldest == null) {
            throw new IllegalStateException(counts.underWay() + " requests are under way, but nothing happens");
        }
        int reader = oldest.prefillServer;
        SimulatedServer server = servers.get(oldest.decodeServer);
        server.forgetIncoming();
        servers.get(reader).memory.release(oldest.trace.blocks(), oldest.sharedBlocks, oldest.ownPromptBlocks);
        oldest.readAgainWhereItDecodes();
        server.readFirst(oldest);
        counts.readAgain();
        for (int number : new int[] {oldest.decodeServer, reader}) {
            start(number);
            transfer(number);
        }
    }

    private void happen(Event event) {
        switch (event.kind()) {
            case STEP -> endStep(event.server());
            case FLOW -> {
                StagedRequest request = requireNonNull(event.request());
                links.start(request, request.prefillServer, request.decodeServer, event.bytes(), now);
                watchLinks();
            }
            case LINKS -> {
                if (event.time() == nextLinkEvent) {
                    links.ended(now).forEach(this::arrived);
                    watchLinks();
                }
            }
        }
    }

    private void endStep(int number) {
        SimulatedServer server = servers.get(number);
        SimulatedServer.StepEnd end = server.endStep();
        end.first().forEach(this::firstToken);
        for (StagedRequest request : end.read()) {
            if (request.remote()) {
                request.prefillEnd = now;
                servers.get(request.decodeServer).receive(request);
                transfer(request.decodeServer);
            } else {
                request.generated = 1;
                firstToken(request);
                if (request.outputTokens() == 1) {
                    finish(request);
                } else {
                    server.join(request);
                }
            }
        }
        for (StagedRequest request : server.toReport(REPORT_STEPS)) {
            progress(request, server.generated(request));
        }
        end.ended().forEach(this::finish);
        start(number);
        // What was to be read here first may have got its memory now, so that those after it can come.
        transfer(number);
    }

    private void start(int number) {
        long nanos = servers.get(number).startStep(now);
        if (nanos > 0) {
            add(now + nanos, Event.Kind.STEP, number, null, 0);
        }
    }

    /** Starts the transfers to a server for which it has memory, first come first served. */
    private void transfer(int number) {
        SimulatedServer server = servers.get(number);
        for (StagedRequest request = server.admitIncoming(); request != null; request = server.admitIncoming()) {
            ServerKind kind = servers.get(request.prefillServer).kind;
            long missing = Math.max(0, request.trace.inputTokens() - (long) request.hereBlocks * trace.blockTokens());
            double bytes = missing * kind.kvBytesPerToken();
            counts.moved(bytes);
            // Layers are sent as they are read only if there is memory for them by then.
            if (settings.pipelined() && request.prefillEnd == now) {
                double bandwidth = Math.min(kind.bytesPerSecond(), server.kind.bytesPerSecond());
                double hidden = bandwidth * (now - request.prefillStart) / 1e9;
                bytes = Math.max(bytes / kind.layers(), bytes - hidden);
            }
            add(now + settings.setupNanos(), Event.Kind.FLOW, number, request, bytes);
        }
    }

    private void arrived(StagedRequest request) {
        SimulatedServer reader = servers.get(request.prefillServer);
        reader.memory.release(request.trace.blocks(), request.sharedBlocks, request.ownPromptBlocks);
        servers.get(request.decodeServer).arrived(request);
        start(request.decodeServer);
        transfer(request.prefillServer);
        start(request.prefillServer);
    }

    private void watchLinks() {
        long next = links.nextEnd();
        nextLinkEvent = next;
        if (next != Long.MAX_VALUE) {
            add(next, Event.Kind.LINKS, 0, null, 0);
        }
    }

    private void firstToken(StagedRequest request) {
        if (request.firstToken == StagedRequest.NOT_YET) {
            request.firstToken = now;
            request.reported = 1;
            request.dispatch.firstToken();
        }
    }

    private static void progress(StagedRequest request, int generated) {
        if (generated > request.reported) {
            request.dispatch.tokens(generated - request.reported);
            request.reported = generated;
        }
    }

    private void finish(StagedRequest request) {
        SimulatedServer server = servers.get(request.decodeServer);
        server.memory.release(request.trace.blocks(), request.sharedBlocks, request.ownBlocks);
        progress(request, request.outputTokens());
        Dispatch dispatch = request.dispatch;
        dispatch.completed(
                new Usage(request.trace.inputTokens(), (int) request.cachedTokens, request.trace.outputTokens()));
        counts.ended(request, now);
        transfer(request.decodeServer);
    }

    private void add(long time, Event.Kind kind, int server, @Nullable StagedRequest request, double bytes) {
        events.add(new Event(time, number++, kind, server, request, bytes));
    }

    private record Event(
            long time,
            long number,
            Kind kind,
            int server,
            @Nullable StagedRequest request,
            double bytes) {
        enum Kind {
            STEP,
            FLOW,
            LINKS
        }
    }
}
