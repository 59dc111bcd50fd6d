// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks;

import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.policy.PolicyCatalog;
import dev.pointsman.replay.policy.PolicyDefinition;
import dev.pointsman.replay.policy.SchedulerOptions;
import dev.pointsman.replay.policy.SchedulerPolicies;
import dev.pointsman.replay.run.CacheOnlyEngine;
import dev.pointsman.replay.run.ReplayResult;
import dev.pointsman.replay.run.ReplaySettings;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceFile;
import dev.pointsman.replay.workload.SharedPrefixWorkload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Requests routed a second in the cache-only replay of a whole trace over eight endpoints of 500,000 tokens each: by the real
 * scheduler, and by a fixed policy of a few lines, which shows what the engine itself takes. Read the counter {@code requests}.
 *
 * <pre>{@code
 * java -Dpointsman.trace=mooncake_conversation_trace.jsonl -jar jmh/benchmarks/target/benchmarks.jar RoutedRequests -prof gc
 * }</pre>
 *
 * <p>Without the property, the built-in multi-tenant workload is replayed.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 2, jvmArgsAppend = "-Xmx2g")
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class RoutedRequestsBenchmark {
    private static final int ENDPOINTS = 8;
    private static final int CAPACITY_TOKENS = 500_000;

    @Param({"prefix-load", "default", "greedy_prefix_min2"})
    String policy = "";

    private Trace trace = new Trace("none", 512, java.util.List.of());
    private PolicyDefinition definition = PolicyCatalog.fixed().find("round_robin");

    /** Reads the trace into memory. */
    @Setup
    public void prepare() throws IOException {
        String path = System.getProperty("pointsman.trace");
        if (path != null && !Files.isReadable(Path.of(path))) {
            throw new IOException("pointsman.trace: cannot read " + path + ".\nMaybe give an absolute path.");
        }
        trace = Trace.load(path == null ? SharedPrefixWorkload.multiTenant() : new TraceFile(Path.of(path)));
        definition = PolicyCatalog.fixed()
                .orElse(new SchedulerPolicies(SchedulerOptions.DEFAULT).shipped())
                .find(policy);
    }

    /** A whole trace. */
    @Benchmark
    public ReplayResult replay(Routed routed) throws IOException {
        ReplayResult result = new CacheOnlyEngine(
                        ReplaySettings.cacheOnly(ENDPOINTS, new CacheCapacity(CAPACITY_TOKENS)))
                .run(trace, definition);
        routed.requests += trace.requests().size();
        return result;
    }

    /** Counts what was routed. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Routed {
        /** Requests routed. */
        public long requests;
    }
}
