// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import dev.pointsman.replay.cache.BlockPool;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceRequest;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Makes a corpus: replays a trace over mock engines with prefix caching, and takes down requests and KV events.
 *
 * <p>The model is dynamo's mooncake_bench, as we read it: <ul>
 * <li>Its length factor of 4 turns each of the trace's blocks into four consecutive ones, so a block of 512 tokens becomes
 *     four of 128; there is no second stretching. Here a prompt has its full blocks of 128 tokens only.
 * <li>Its duplication of 20 puts 20 copies of the trace side by side. They arrive at the same times, have the same shape and
 *     share no block. Here copies of one request follow one another.
 * <li>Each request goes to an engine drawn at random, whatever that engine holds.
 * </ul>
 *
 * <p>An engine is a {@link BlockPool}. A request takes its prompt's blocks on arrival: those cached are used again, for the
 * others the blocks free longest are evicted, and then one store tells of all that are new. Its first token comes after
 * {@value #PREFILL_NANOS} ns and {@value #NANOS_PER_INPUT_TOKEN} ns for each token not cached, the others every {@value
 * #NANOS_PER_OUTPUT_TOKEN} ns; whenever they fill a block, that is one more eviction, and a store of one block. When it ends,
 * its blocks are free, the last first. Requests do not wait for each other, so these times only decide how many run beside
 * each other, and in which order their events come. A prompt that does not fit is refused, and an answer that does not fit
 * is cut short; with 16,384 blocks neither happens.
 */
final class MockFleet {
    private static final long PREFILL_NANOS = 5_000_000;
    private static final long NANOS_PER_INPUT_TOKEN = 50_000;
    private static final long NANOS_PER_OUTPUT_TOKEN = 20_000_000;

    private final CorpusSettings settings;
    private final Trace trace;
    private final int split;
    private final IndexCorpus.Recorder recorder;
    private final BlockPool[] pools;
    private final PriorityQueue<Running> running =
            new PriorityQueue<>(Comparator.comparingLong((Running r) -> r.due).thenComparingLong(r -> r.number));
    private final Deque<Running> ended = new ArrayDeque<>();
    private final SplittableRandom random;
    private int written;
    private long arrived;

    private MockFleet(Trace trace, CorpusSettings settings) {
        if (trace.blockTokens() % settings.blockTokens() != 0) {
            throw new IllegalArgumentException("blockTokens: must divide the trace's " + trace.blockTokens()
                    + ", but is " + settings.blockTokens() + ".\nMaybe use a power of two.");
        }
        this.settings = settings;
        this.trace = trace;
        split = trace.blockTokens() / settings.blockTokens();
        long blocks = 0;
        for (TraceRequest request : trace.requests()) {
            blocks += (long) settings.duplication() * (promptBlocks(request) + answerBlocks(request));
        }
        recorder = new IndexCorpus.Recorder(Math.toIntExact(blocks));
        pools = new BlockPool[settings.endpoints()];
        for (int i = 0; i < pools.length; i++) {
            pools[i] = new BlockPool(settings.blocksPerEndpoint());
        }
        random = new SplittableRandom(settings.seed());
    }

    /**
     * Replays a trace.
     *
     * @param trace requests with block ids
     * @param settings the fleet
     */
    static IndexCorpus replay(Trace trace, CorpusSettings settings) {
        return new MockFleet(trace, settings).run();
    }

    private IndexCorpus run() {
        List<TraceRequest> requests = trace.requests();
        for (TraceRequest request : requests) {
            runUntil(request.arrivalNanos());
            for (int copy = 0; copy < settings.duplication(); copy++) {
                arrive(request, copy);
            }
        }
        runUntil(Long.MAX_VALUE);
        long[][] resident = new long[pools.length][];
        for (int i = 0; i < pools.length; i++) {
            resident[i] = pools[i].cachedIds();
        }
        return recorder.finish(resident, settings.ownNames());
    }

    private int promptBlocks(TraceRequest request) {
        return Math.min(request.inputTokens() / settings.blockTokens(), request.blocks().length * split);
    }

    /** Returns the blocks that the answer fills, the first of which may begin with the prompt's last tokens. */
    private int answerBlocks(TraceRequest request) {
        int tokens = Math.addExact(request.inputTokens(), request.outputTokens());
        return tokens / settings.blockTokens() - request.inputTokens() / settings.blockTokens();
    }

    private void arrive(TraceRequest request, int copy) {
        int endpoint = random.nextInt(pools.length);
        int start = written;
        int prompt = promptBlocks(request);
        write(request, copy, endpoint, prompt);
        long now = request.arrivalNanos();
        recorder.add(IndexCorpus.QUERY, endpoint, now, start, prompt);

        BlockPool pool = pools[endpoint];
        Running run = ended.isEmpty() ? new Running() : ended.pop();
        run.begin(request, arrived, endpoint, start, prompt, prompt + answerBlocks(request));
        while (run.held < prompt) {
            int block = pool.use(recorder.hashes[start + run.held]);
            if (block == BlockPool.NONE) {
                break;
            }
            run.blocks[run.held++] = block;
        }
        int cached = run.held;
        if (pool.free() < prompt - cached) {
            recorder.refuse();
            end(run);
            return;
        }
        take(run, prompt, now);
        run.firstToken = now
                + PREFILL_NANOS
                + NANOS_PER_INPUT_TOKEN * (request.inputTokens() - (long) cached * settings.blockTokens());
        schedule(run);
    }

    /** Writes the hashes and names of a request's blocks. */
    private void write(TraceRequest request, int copy, int endpoint, int prompt) {
        long hash = BlockNames.chain(settings.seed(), copy);
        long[] ids = request.blocks();
        for (int i = 0; i < prompt; i++) {
            hash = BlockNames.chain(hash, ids[i / split] * split + i % split);
            recorder.hashes[written] = hash;
            recorder.names[written++] = name(endpoint, hash);
        }
        arrived++;
        int answer = answerBlocks(request);
        for (int i = 0; i < answer; i++) {
            // No other request has this block: answers that a later prompt quotes have new ids in the trace.
            hash = BlockNames.chain(hash, Long.MIN_VALUE + (arrived << 20) + i);
            recorder.hashes[written] = hash;
            recorder.names[written++] = name(endpoint, hash);
        }
    }

    private long name(int endpoint, long hash) {
        return IndexCorpus.name(endpoint, hash, settings.ownNames());
    }

    private void runUntil(long now) {
        for (Running run = running.peek(); run != null && run.due <= now; run = running.peek()) {
            running.poll();
            if (run.held < run.total && pools[run.endpoint].free() > 0) {
                take(run, run.held + 1, run.due);
                schedule(run);
            } else {
                end(run);
            }
        }
    }

    /** Takes and stores a request's blocks up to a position. */
    private void take(Running run, int to, long now) {
        int from = run.held;
        int evicted = recorder.evictions();
        while (run.held < to) {
            run.blocks[run.held] = pools[run.endpoint].take(
                    recorder.hashes[run.start + run.held], hash -> recorder.evict(name(run.endpoint, hash)));
            run.held++;
        }
        int evictions = recorder.evictions() - evicted;
        if (evictions > 0) {
            recorder.add(IndexCorpus.REMOVED, run.endpoint, now, evicted, evictions);
        }
        if (to > from) {
            byte kind = from == 0 ? IndexCorpus.STORED_FIRST : IndexCorpus.STORED_AFTER;
            recorder.add(kind, run.endpoint, now, run.start + from, to - from);
        }
    }

    private void schedule(Running run) {
        long tokens = run.held < run.total
                ? (run.answer() + 1L) * settings.blockTokens() - run.inputTokens % settings.blockTokens()
                : run.outputTokens;
        run.due = run.firstToken + tokens * NANOS_PER_OUTPUT_TOKEN;
        running.add(run);
    }

    private void end(Running run) {
        while (run.held > 0) {
            pools[run.endpoint].release(run.blocks[--run.held]);
        }
        ended.push(run);
    }

    /** A request under way; used again after its end. */
    private static final class Running {
        private int[] blocks = new int[256];
        private int held;
        private int total;
        private int prompt;
        private int endpoint;
        private int start;
        private int inputTokens;
        private int outputTokens;
        private long number;
        private long firstToken;
        private long due;

        void begin(TraceRequest request, long number, int endpoint, int start, int prompt, int total) {
            if (blocks.length < total) {
                blocks = new int[total];
            }
            this.number = number;
            this.endpoint = endpoint;
            this.start = start;
            this.prompt = prompt;
            this.total = total;
            inputTokens = request.inputTokens();
            outputTokens = request.outputTokens();
        }

        /** Returns how many blocks the answer has filled. */
        int answer() {
            return held - prompt;
        }
    }
}
