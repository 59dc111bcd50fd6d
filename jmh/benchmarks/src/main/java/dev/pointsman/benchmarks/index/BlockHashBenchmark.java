// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.TokenSource;
import dev.pointsman.kvcache.hash.DynamoBlockHasher;
import dev.pointsman.kvcache.hash.LlmdBlockHasher;
import dev.pointsman.kvcache.hash.SglangPageHasher;
import dev.pointsman.kvcache.hash.VllmBlockHasher;
import dev.pointsman.kvcache.hash.VllmHashAlgorithm;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it takes to hash a block of 16 tokens, of a prompt of 1,024 blocks: in our own scheme, from an array (as events are) and
 * from a view (as prompts are), and in the engines' schemes, which a host computes to check or to emulate an engine.
 *
 * <pre>{@code java -jar jmh/benchmarks/target/benchmarks.jar BlockHashBenchmark -prof gc}</pre>
 *
 * <p>Every score is of one block.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BlockHashBenchmark {
    private static final int BLOCK = 16;
    private static final int BLOCKS = 1_024;

    private final int[] tokens =
            new SplittableRandom(42).ints(BLOCK * BLOCKS, 0, 128_000).toArray();
    private final long[] hashes = new long[BLOCKS];
    private final BlockHasher own = new BlockHasher(BLOCK);
    private final DynamoBlockHasher dynamo = new DynamoBlockHasher(BLOCK, null, null, false);
    private final LlmdBlockHasher llmdFnv = new LlmdBlockHasher(LlmdBlockHasher.Algorithm.CBOR_FNV, BLOCK, "");
    private final LlmdBlockHasher llmdXxh64 = new LlmdBlockHasher(LlmdBlockHasher.Algorithm.XXH64, BLOCK, "");
    private final SglangPageHasher sglang = new SglangPageHasher(BLOCK, null);
    private final VllmBlockHasher vllmSha256 = new VllmBlockHasher(VllmHashAlgorithm.SHA256_CBOR, BLOCK);
    private final VllmBlockHasher vllmXxh3 = new VllmBlockHasher(VllmHashAlgorithm.XXHASH_CBOR, BLOCK, "0");
    private TokenSource view = TokenSource.of(tokens);
    private long namespace;

    /** Makes the namespace and the view. */
    @Setup
    public void prepare() {
        namespace = own.namespace("llama-3.1-8b", null, null, List.of());
        view = TokenSource.of(tokens);
    }

    /** Our own, from an array. */
    @Benchmark
    @OperationsPerInvocation(BLOCKS)
    public long[] own() {
        own.hashTokens(tokens, 0, tokens.length, namespace, null, hashes);
        return hashes;
    }

    /** Our own, from a view. */
    @Benchmark
    @OperationsPerInvocation(BLOCKS)
    public long[] ownFromView() {
        own.hashTokens(view, namespace, hashes);
        return hashes;
    }

    /** dynamo's XXH3-64 of each block, and of the chain. */
    @Benchmark
    @OperationsPerInvocation(BLOCKS)
    public long[] dynamo() {
        return DynamoBlockHasher.sequenceHashes(dynamo.localHashes(tokens));
    }

    /** llm-d's FNV-1a over CBOR. */
    @Benchmark
    @OperationsPerInvocation(BLOCKS)
    public long[] llmdFnv() {
        return llmdFnv.hash("llama-3.1-8b", tokens);
    }

    /** llm-d's XXH64. */
    @Benchmark
    @OperationsPerInvocation(BLOCKS)
    public long[] llmdXxh64() {
        return llmdXxh64.hash("llama-3.1-8b", tokens);
    }

    /** SGLang's SHA-256 of each page. */
    @Benchmark
    @OperationsPerInvocation(BLOCKS)
    public List<byte[]> sglang() {
        return sglang.hash(tokens);
    }

    /** vLLM's {@code sha256_cbor}. */
    @Benchmark
    @OperationsPerInvocation(BLOCKS)
    public List<byte[]> vllmSha256() {
        return vllmSha256.hash(tokens);
    }

    /** vLLM's {@code xxhash_cbor}. */
    @Benchmark
    @OperationsPerInvocation(BLOCKS)
    public List<byte[]> vllmXxh3() {
        return vllmXxh3.hash(tokens);
    }
}
