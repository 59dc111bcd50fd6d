// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * One server with continuous batching, step by step. A step gives every running sequence a token and reads up to a chunk of
 * prompts, first come first served, several in one step if they are short.
 *
 * <p>A step without prompts takes a decode step. One without running sequences takes what the cost model says of the part of the
 * prompts that it reads; what comes with every step counts once. One with both takes the longer of that and of the decode step with
 * the prompts' interference. So a prompt read here delays whatever runs here, and running sequences delay the prompt.
 *
 * <p>Memory is taken when the reading of a prompt starts, the answer's included, since the replay does not preempt; where only
 * prompts are read, for the prompt, until its transfer has ended. Who came first gets memory first, whether it is to be read here or
 * was read elsewhere. Not thread-safe.
 */
final class SimulatedServer {
    final ServerKind kind;
    final KvMemory memory;
    private final Deque<StagedRequest> waiting = new ArrayDeque<>();

    /** Read elsewhere, and waiting for memory here. */
    private final Deque<StagedRequest> incoming = new ArrayDeque<>();

    private final int blockTokens;
    private final long everyStep;
    private final List<StagedRequest> reading = new ArrayList<>();
    private final List<StagedRequest> joining = new ArrayList<>();
    private final PriorityQueue<StagedRequest> running = new PriorityQueue<>(
            Comparator.<StagedRequest>comparingLong(one -> one.lastStep).thenComparingLong(one -> one.trace.index()));
    private final List<StagedRequest> first = new ArrayList<>();
    private final List<Long> chunks = new ArrayList<>();
    private long context;
    private long steps;
    private boolean busy;
    private long busyNanos;
    private long readNewTokens;
    private long arrivals;
    /** How many have memory here and are on their way. */
    private int moving;
    /** Whether the next to be read waits for memory, and not for its turn only. */
    private boolean nextLacksMemory;

    SimulatedServer(ServerKind kind, int blockTokens) {
        this.kind = kind;
        this.blockTokens = blockTokens;
        memory = new KvMemory(Math.max(1, kind.kvTokens() / blockTokens));
        everyStep = kind.times().prefillNanos(1, 0);
    }

    /** Lets a prompt be read here when it is its turn. */
    void read(StagedRequest request) {
        request.queued = arrivals++;
        waiting.add(request);
    }

    /** Lets a prompt that was to come here be read here, before all others. */
    void readFirst(StagedRequest request) {
        waiting.addFirst(request);
    }

    /** Returns who waits longest for memory here, read elsewhere; null if nobody does. */
    @Nullable
    StagedRequest longestIncoming() {
        return incoming.peek();
    }

    /** Takes away who waits longest for memory here. */
    void forgetIncoming() {
        incoming.remove();
    }

    /** Lets a prompt that was read elsewhere come here when there is memory. */
    void receive(StagedRequest request) {
        request.queued = arrivals++;
        incoming.add(request);
    }

    /** Takes memory for the next prompt that is to come here and returns it, or null if none can come yet. */
    @Nullable
    StagedRequest admitIncoming() {
        StagedRequest next = incoming.peek();
        StagedRequest own = waiting.peek();
        if (next == null
                || runningRequests() + moving >= kind.mostSequences()
                || (nextLacksMemory && own != null && own.queued < next.queued)) {
            return null;
        }
        long[] blocks = next.trace.blocks();
        int run = memory.leadingRun(blocks, next.sharedBlocks);
        if (!memory.take(blocks, next.sharedBlocks, next.ownBlocks)) {
            return null;
        }
        next.hereBlocks = run;
        moving++;
        return incoming.remove();
    }

    /** Lets a sequence decode here whose prompt was read elsewhere and has arrived. */
    void arrived(StagedRequest request) {
        moving--;
        memory.fill(request.trace.blocks(), 0, request.sharedBlocks);
        join(request);
    }

    /** Lets a sequence decode here whose prompt was read here. */
    void join(StagedRequest request) {
        joining.add(request);
    }

    boolean busy() {
        return busy;
    }

    int runningRequests() {
        return running.size() + joining.size() + reading.size();
    }

    /** Returns how many wait to be read, for memory, or for the KV that is on its way, as engines count them. */
    int waitingRequests() {
        return waiting.size() + incoming.size() + moving;
    }

    long busyNanos() {
        return busyNanos;
    }

    long readNewTokens() {
        return readNewTokens;
    }

    /**
     * Starts a step if there is work and none is under way.
     *
     * @return how long it takes, or 0 if there is nothing to do
     */
    long startStep(long now) {
        if (busy) {
            return 0;
        }
        for (StagedRequest request : joining) {
            request.lastStep = steps + request.outputTokens() - request.generated;
            context += request.trace.inputTokens() + request.generated;
            running.add(request);
            if (request.firstToken == StagedRequest.NOT_YET) {
                first.add(request);
            }
        }
        joining.clear();
        chunks.clear();
        long alone = 0;
        long interference = 0;
        long budget = kind.chunkTokens();
        for (StagedRequest request : reading) {
            budget -= chunk(request, budget);
        }
        while (budget > 0 && !waiting.isEmpty() && running.size() + reading.size() + moving < kind.mostSequences()) {
            StagedRequest next = waiting.element();
            StagedRequest older = incoming.peek();
            nextLacksMemory = (older != null && older.queued < next.queued) || !admit(next, now);
            if (nextLacksMemory) {
                break;
            }
            waiting.remove();
            reading.add(next);
            budget -= chunk(next, budget);
        }
        for (int i = 0; i < chunks.size(); i++) {
            StagedRequest request = reading.get(i);
            long read = request.readTokens + chunks.get(i);
            long cached = request.cachedTokens;
            ServiceTimes times = kind.times();
            long part = times.prefillNanos(read, cached) - times.prefillNanos(request.readTokens, cached);
            alone += i == 0 ? part : Math.max(0, part - everyStep);
            interference += times.interferenceNanos(read, cached) - times.interferenceNanos(request.readTokens, cached);
            readNewTokens += chunks.get(i);
        }
        if (running.isEmpty() && chunks.isEmpty()) {
            return 0;
        }
        long nanos = running.isEmpty()
                ? alone
                : Math.max(alone, kind.times().stepNanos(running.size(), context) + Math.max(0, interference));
        busy = true;
        nanos = Math.max(1, nanos);
        busyNanos += nanos;
        return nanos;
    }

    private long chunk(StagedRequest request, long budget) {
        long tokens = Math.min(budget, request.newTokens - request.readTokens);
        chunks.add(tokens);
        // Layer by layer, a block is written before others in the same step look at it.
        long before = request.cachedTokens + request.readTokens;
        memory.fill(request.trace.blocks(), whole(request, before), whole(request, before + tokens));
        return tokens;
    }

    private int whole(StagedRequest request, long tokens) {
        return (int) Math.min(request.sharedBlocks, tokens / blockTokens);
    }

    private boolean admit(StagedRequest request, long now) {
        long[] blocks = request.trace.blocks();
        int run = memory.leadingRun(blocks, request.sharedBlocks);
        if (!memory.take(
                blocks, request.sharedBlocks, request.remote() ? request.ownPromptBlocks : request.ownBlocks)) {
            return false;
        }
        // The last token is always read, since its output is the first token of the answer.
        long input = Math.max(1, request.trace.inputTokens());
        request.cachedTokens = Math.min((long) run * blockTokens, input - 1);
        request.newTokens = input - request.cachedTokens;
        request.prefillStart = now;
        return true;
    }

    /** What a step has led to. */
    record StepEnd(List<StagedRequest> read, List<StagedRequest> first, List<StagedRequest> ended) {}

    /** Ends the step under way. */
    StepEnd endStep() {
        busy = false;
        List<StagedRequest> ended = new ArrayList<>();
        List<StagedRequest> started = List.copyOf(first);
        first.clear();
        if (!running.isEmpty()) {
            steps++;
            context += running.size();
            while (!running.isEmpty() && running.element().lastStep <= steps) {
                StagedRequest request = running.remove();
                request.generated = request.outputTokens();
                context -= request.trace.inputTokens() + (long) request.outputTokens();
                ended.add(request);
            }
        }
        List<StagedRequest> read = new ArrayList<>();
        for (int i = 0; i < chunks.size(); i++) {
            reading.get(i).readTokens += chunks.get(i);
        }
        for (StagedRequest request : reading) {
            if (request.readTokens == request.newTokens) {
                read.add(request);
            }
        }
        reading.removeAll(read);
        return new StepEnd(read, started, ended);
    }

    /** Returns the running sequences, in no order, whenever enough steps have passed that progress is worth a report. */
    Iterable<StagedRequest> toReport(int everySteps) {
        return steps % everySteps == 0 ? running : List.of();
    }

    /** Returns how many tokens a running sequence has so far. */
    int generated(StagedRequest request) {
        return (int) (request.outputTokens() - (request.lastStep - steps));
    }
}
