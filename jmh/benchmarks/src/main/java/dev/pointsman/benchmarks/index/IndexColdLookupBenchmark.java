// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import dev.pointsman.kvcache.PrefixIndex;
import dev.pointsman.kvcache.PrefixMatches;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One lookup after everything else has gone through the caches: before each, an array is walked that is larger than they are.
 * Only the prompt's own hashes are warm, since whoever asks has just made them.
 *
 * <pre>{@code java -jar jmh/benchmarks/target/benchmarks.jar IndexColdLookupBenchmark -p flushMegabytes=256}</pre>
 *
 * <p>The walk is not timed; a sample takes some 20 ms because of it, so there are few of them. It also takes the
 * code itself out of the caches and the branch predictors, which a busy router would not.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx3g")
@Warmup(iterations = 1, time = 5)
@Measurement(iterations = 3, time = 10)
public class IndexColdLookupBenchmark {
    private static final int LINE = 8;

    @Param({"SINGLE_HOLDER", "FEW_HOLDERS", "MANY_HOLDERS", "COMMON_START"})
    LookupShape shape = LookupShape.SINGLE_HOLDER;

    @Param("4096")
    int prompts;

    @Param("256")
    int flushMegabytes;

    private LookupPopulation population = new LookupPopulation(LookupShape.SINGLE_HOLDER, 0);
    private PrefixIndex index = population.index;
    private final PrefixMatches matches = new PrefixMatches();
    private long[] prompt = new long[0];
    private long[] rubbish = new long[0];
    private int next;

    /** What the walk found; kept, so that the compiler cannot leave the walk out. */
    public long found;

    /** Fills the index, and lets the compiler see lookups. */
    @Setup
    public void prepare() {
        population = new LookupPopulation(shape, prompts);
        index = population.index;
        prompt = new long[shape.depth()];
        rubbish = new long[(int) Math.min(Integer.MAX_VALUE - 8, (long) flushMegabytes << 17)];
        for (int i = 0; i < 200_000; i++) {
            choose();
            match();
        }
    }

    /** Walks the array, and then copies the next prompt to where the question is asked from. */
    @Setup(Level.Invocation)
    public void flush() {
        long sum = 0;
        for (int i = 0; i < rubbish.length; i += LINE) {
            sum += rubbish[i];
        }
        found += sum;
        choose();
    }

    private void choose() {
        next = (next + 1) % prompts;
        System.arraycopy(population.prompts[next], 0, prompt, 0, prompt.length);
    }

    /** One lookup. */
    @Benchmark
    public int match() {
        index.match(prompt, prompt.length, matches);
        return matches.longest();
    }
}
