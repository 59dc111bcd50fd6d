// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.replay.trace.Trace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Replays a trace's requests and KV events against the index, once in a fresh JVM; the shell repeats it.
 *
 * <p>Three runs, all over the same corpus (see {@link MockFleet}), all warmed up on a smaller one of another seed; a fourth,
 * {@code corpus}, only says what is in it:
 * <ul>
 * <li>{@code write}: one thread applies all stores and removals as fast as it can. The clock stops when the last is applied,
 *     so nothing waits in a queue at the end. A block operation is one block stored or removed.
 * <li>{@code overload}: the same, and a second thread looks up all prompts at the same time; the clock stops when both are
 *     done. Here the blocks of lookups count as well, as in mooncake_bench.
 * <li>{@code keep-up}: after the first half of the corpus, one thread applies {@code --writes} block operations a second and a
 *     second one looks up {@code --lookups} recent prompts a second, each at deadlines that do not wait for late ones, or as
 *     many as it can with 0. {@code service} is the lookup alone; {@code response} counts from its deadline, and {@code lag}
 *     from an event's deadline until lookups see it. The run is good if {@code keptUp} is true: it took at most 1.1 times
 *     as long as planned.
 * </ul>
 *
 * <p>In the end the index is compared with what the engines hold, and the run fails if they differ.
 *
 * <pre>{@code
 * ./mvnw -q -Pquick -pl jmh/benchmarks -am package
 * for i in 1 2 3 4 5; do
 *   java -Xms8g -Xmx8g -cp jmh/benchmarks/target/benchmarks.jar dev.pointsman.benchmarks.index.IndexReplay \
 *     --run write --duplication 20 mooncake_conversation_trace.jsonl
 * done
 * }</pre>
 */
@Command(
        name = "index-replay",
        description = "Replays a trace's requests and KV events against the prefix index.",
        mixinStandardHelpOptions = true)
public final class IndexReplay implements Callable<Integer> {
    /** What to measure. */
    enum Run {
        CORPUS,
        WRITE,
        OVERLOAD,
        KEEP_UP;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Mixin
    private CorpusOptions options = new CorpusOptions();

    @Option(names = "--run", paramLabel = "RUN", description = "corpus, write, overload or keep-up (default: write).")
    private Run run = Run.WRITE;

    @Option(
            names = "--writes",
            paramLabel = "RATE",
            description = "Block operations a second to keep up with (default: 1e6).")
    private double writes = 1e6;

    @Option(names = "--lookups", paramLabel = "RATE", description = "Lookups a second; 0, the default, for all it can.")
    private double lookups;

    @Option(
            names = "--window",
            paramLabel = "N",
            description = "Look up among so many latest prompts (default: 16384).")
    private int window = 16_384;

    @Option(names = "--seconds", paramLabel = "N", description = "How long to keep up (default: 15).")
    private double seconds = 15;

    @Option(names = "--warm-ups", paramLabel = "N", description = "Runs over the small corpus before (default: 5).")
    private int warmUps = 5;

    @Option(names = "--json", paramLabel = "FILE", description = "Append one line of JSON to a file.")
    private @Nullable Path json;

    IndexReplay() {}

    /** Runs the program. */
    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new IndexReplay())
                .registerConverter(
                        Run.class,
                        text -> Run.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_')));
        System.exit(line.execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        Trace trace = options.trace();
        if (run != Run.CORPUS) {
            IndexCorpus small = options.warmUp(trace);
            for (int i = 0; i < warmUps; i++) {
                warmUp(small);
            }
        }
        IndexCorpus corpus = options.corpus(trace);
        System.gc();

        Figures figures = new Figures("index-replay " + run);
        options.describe(corpus, figures);
        RadixPrefixIndex index = RadixPrefixIndex.builder().build();
        EventReplay replay = new EventReplay(corpus, index);
        switch (run) {
            case CORPUS -> {}
            case WRITE -> write(corpus, replay, figures);
            case OVERLOAD -> overload(corpus, index, replay, figures);
            case KEEP_UP -> keepUp(corpus, index, replay, figures);
        }
        figures.count("indexBytes", index.bytes());
        figures.report(System.out, json);
        return 0;
    }

    /** Applies the small corpus to an index of its own, with lookups at the same time. */
    private void warmUp(IndexCorpus small) {
        RadixPrefixIndex index = RadixPrefixIndex.builder().build();
        AtomicInteger passed = new AtomicInteger();
        EventThread events = new EventThread(small, new EventReplay(small, index), passed);
        QueryThread queries = new QueryThread(small, index);
        events.applyUntil(small.operations() / 2);
        long start = System.nanoTime();
        CompletableFuture<Void> reader = CompletableFuture.runAsync(
                () -> queries.lookUpRecent(start, 1_000_000_000, lookups, passed, window), IndexReplay::start);
        if (run == Run.KEEP_UP) {
            events.applyAtRate(start, 1_000_000_000, writes);
        } else {
            events.applyUntil(small.operations());
        }
        reader.join();
    }

    private static void write(IndexCorpus corpus, EventReplay replay, Figures figures) {
        EventThread events = new EventThread(corpus, replay, new AtomicInteger());
        long start = System.nanoTime();
        events.applyUntil(corpus.operations());
        double took = (System.nanoTime() - start) / 1e9;
        replay.verify();
        figures.number("seconds", took);
        figures.count("blockOperationsPerSecond", Math.round(events.applied() / took));
        figures.count("eventsPerSecond", Math.round(corpus.totals().events() / took));
    }

    private static void overload(IndexCorpus corpus, RadixPrefixIndex index, EventReplay replay, Figures figures) {
        EventThread events = new EventThread(corpus, replay, new AtomicInteger());
        QueryThread queries = new QueryThread(corpus, index);
        long start = System.nanoTime();
        CompletableFuture<Void> reader = CompletableFuture.runAsync(queries::lookUpAll, IndexReplay::start);
        events.applyUntil(corpus.operations());
        double writesTook = (System.nanoTime() - start) / 1e9;
        reader.join();
        double took = (System.nanoTime() - start) / 1e9;
        replay.verify();
        figures.number("seconds", took);
        figures.count("allBlockOperationsPerSecond", Math.round(corpus.totals().blockOperations() / took));
        figures.count("writeBlockOperationsPerSecond", Math.round(events.applied() / writesTook));
        figures.count("matchedBlocks", queries.matched());
    }

    private void keepUp(IndexCorpus corpus, RadixPrefixIndex index, EventReplay replay, Figures figures) {
        AtomicInteger passed = new AtomicInteger();
        EventThread events = new EventThread(corpus, replay, passed);
        QueryThread queries = new QueryThread(corpus, index);
        events.applyUntil(corpus.operations() / 2);
        long planned = (long) (seconds * 1e9);
        System.gc();

        long start = System.nanoTime();
        CompletableFuture<Void> reader = CompletableFuture.runAsync(
                () -> queries.lookUpRecent(start, planned, lookups, passed, window), IndexReplay::start);
        events.applyAtRate(start, planned, writes);
        double writesTook = (System.nanoTime() - start) / 1e9;
        long applied = events.applied();
        reader.join();
        double took = (System.nanoTime() - start) / 1e9;
        events.applyUntil(corpus.operations());
        replay.verify();

        figures.number("writesOfferedPerSecond", writes);
        figures.number("lookupsOfferedPerSecond", lookups);
        figures.number("plannedSeconds", applied / writes);
        figures.number("seconds", writesTook);
        figures.flag("keptUp", writesTook <= 1.1 * applied / writes && took <= 1.1 * seconds);
        figures.flag("lastedAsPlanned", applied / writes >= 0.99 * seconds);
        figures.count("writesPerSecond", Math.round(applied / writesTook));
        figures.count("lookupsPerSecond", Math.round(queries.lookups() / took));
        figures.number("blocksPerLookup", (double) queries.blocks() / queries.lookups());
        figures.number("matchedPerLookup", (double) queries.matched() / queries.lookups());
        figures.nanos("service", queries.service);
        if (lookups > 0) {
            figures.nanos("response", queries.response);
        }
        figures.nanos("lag", events.lag);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "lookups");
        thread.setDaemon(true);
        thread.start();
    }
}
