// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceFile;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says of what a corpus is made. */
final class CorpusOptions {
    /** What the published corpus of mooncake_bench has, of another trace: requests, events, block operations. */
    private static final long[] DYNAMO = {472_160, 2_163_500, 75_554_938};

    @Parameters(paramLabel = "TRACE", description = "The trace: Mooncake JSONL.")
    private @Nullable Path trace;

    @Option(
            names = "--duplication",
            paramLabel = "N",
            description = "Copies of the trace (default: 4; mooncake_bench: 20).")
    private int duplication = 4;

    @Option(names = "--endpoints", paramLabel = "N", description = "Mock engines (default: 128).")
    private int endpoints = 128;

    @Option(names = "--blocks", paramLabel = "N", description = "KV blocks of each engine (default: 16384).")
    private int blocks = 16_384;

    @Option(names = "--block-tokens", paramLabel = "N", description = "Tokens in a block (default: 128).")
    private int blockTokens = 128;

    @Option(names = "--own-names", description = "Let each engine name blocks in its own way.")
    private boolean ownNames;

    @Option(names = "--seed", paramLabel = "N", description = "Which request goes where (default: 42).")
    private long seed = 42;

    /** Reads the trace. */
    Trace trace() throws IOException {
        return Trace.load(new TraceFile(requireNonNull(trace)));
    }

    /** Makes the corpus to measure on. */
    IndexCorpus corpus(Trace read) {
        return MockFleet.replay(read, new CorpusSettings(endpoints, blocks, blockTokens, duplication, ownNames, seed));
    }

    /** Makes a small corpus of another seed, to warm up on. */
    IndexCorpus warmUp(Trace read) {
        return MockFleet.replay(
                read, new CorpusSettings(endpoints, Math.max(1, blocks / 8), blockTokens, 1, ownNames, seed + 1));
    }

    /** Adds what was made, and what mooncake_bench's corpus has. */
    void describe(IndexCorpus corpus, Figures figures) {
        IndexCorpus.Totals totals = corpus.totals();
        figures.text("engineNames", ownNames ? "own" : "shared");
        figures.count("duplication", duplication);
        figures.count("endpoints", endpoints);
        figures.count("blocksPerEndpoint", blocks);
        figures.count("requests", totals.requests());
        figures.count("events", totals.events());
        figures.count("queryBlocks", totals.queryBlocks());
        figures.count("storedBlocks", totals.storedBlocks());
        figures.count("removedBlocks", totals.removedBlocks());
        figures.count("blockOperations", totals.blockOperations());
        figures.count("refusedRequests", totals.refused());
        figures.count("residentHolderBlocks", corpus.residentBlocks());
        figures.count("dynamoRequests", DYNAMO[0]);
        figures.count("dynamoEvents", DYNAMO[1]);
        figures.count("dynamoBlockOperations", DYNAMO[2]);
    }
}
