// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import dev.pointsman.kvcache.PrefixIndex;
import dev.pointsman.kvcache.PrefixMatches;
import java.util.concurrent.TimeUnit;
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
 * One lookup, with its percentiles, by what the prompts look like. 4,096 prompts take turns at random, so what a lookup reads
 * was last read thousands of lookups ago; index and prompts together are larger than a core's own caches, but not than the
 * last-level one.
 *
 * <pre>{@code java -jar jmh/benchmarks/target/benchmarks.jar IndexLookupBenchmark -prof gc}</pre>
 *
 * <p>{@code -p prompts=16384} makes the index four times as large (with many holders, that takes half a minute to fill).
 * Reading the clock is in each sample, some 25 ns.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "-Xmx6g")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class IndexLookupBenchmark {
    @Param({"SINGLE_HOLDER", "FEW_HOLDERS", "MANY_HOLDERS", "COMMON_START"})
    LookupShape shape = LookupShape.SINGLE_HOLDER;

    @Param("4096")
    int prompts;

    private LookupPopulation population = new LookupPopulation(LookupShape.SINGLE_HOLDER, 0);
    private PrefixIndex index = population.index;
    private final PrefixMatches matches = new PrefixMatches();
    private int next;

    /** Fills the index. */
    @Setup
    public void prepare() {
        population = new LookupPopulation(shape, prompts);
        index = population.index;
    }

    /** One lookup. */
    @Benchmark
    public int match() {
        next = (next + 1) % prompts;
        long[] prompt = population.prompts[next];
        index.match(prompt, prompt.length, matches);
        return matches.longest();
    }
}
