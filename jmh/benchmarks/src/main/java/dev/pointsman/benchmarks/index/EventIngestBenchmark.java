// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.DropCounts;
import dev.pointsman.kvcache.event.KvEvent;
import dev.pointsman.kvcache.event.KvEventBatch;
import dev.pointsman.kvcache.event.KvEventNormalizer;
import dev.pointsman.kvcache.event.wire.KvEventDecoder;
import dev.pointsman.kvcache.event.wire.KvEventEncoder;
import dev.pointsman.kvcache.event.wire.KvEventFormatException;
import dev.pointsman.kvcache.event.wire.WireForm;
import dev.pointsman.kvcache.feed.KvEventFeed;
import dev.pointsman.kvcache.feed.KvIndexListener;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * From the bytes of an engine's message to the index, on one core: decoded, normalized, hashed, applied. Read the counter
 * {@code blocks}, the blocks of 16 tokens stored a second; as many are removed beside them, in events of one block each as
 * vLLM's are.
 *
 * <p>A batch stores a whole prompt of 64 blocks, as after a prefill, or one block, as engines that decode do. 4,096 prompts
 * of eight endpoints take turns; when one is stored, one that came 2,048 before goes.
 *
 * <pre>{@code java -jar jmh/benchmarks/target/benchmarks.jar EventIngestBenchmark -prof gc}</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 2, jvmArgsAppend = "-Xmx2g")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class EventIngestBenchmark {
    private static final int ENDPOINTS = 8;
    private static final int PROMPTS = 4_096;
    private static final int PROMPT_BLOCKS = 64;
    private static final int BLOCK = 16;

    @Param({"VLLM_MAP_INTEGERS", "VLLM_MAP", "SGLANG_ARRAY"})
    WireForm form = WireForm.VLLM_MAP_INTEGERS;

    @Param({"64", "1"})
    int blocksPerStore = 64;

    private final KvEventDecoder decoder = new KvEventDecoder();
    private final DropCounts drops = new DropCounts();
    private RadixPrefixIndex index = RadixPrefixIndex.builder().build();
    private KvEventNormalizer[] normalizers = new KvEventNormalizer[0];
    private KvEventFeed[] feeds = new KvEventFeed[0];
    private byte[][] payloads = new byte[0][];
    private int next;
    private long dropped;

    /** Encodes all messages, and applies them once, so that each that follows has something to remove. */
    @Setup
    public void prepare() throws KvEventFormatException {
        index = RadixPrefixIndex.builder().build();
        normalizers = new KvEventNormalizer[ENDPOINTS];
        feeds = new KvEventFeed[ENDPOINTS];
        for (int slot = 0; slot < ENDPOINTS; slot++) {
            normalizers[slot] = new KvEventNormalizer(false, true, drops);
            feeds[slot] = new KvEventFeed(index, slot, "llama-3.1-8b", BLOCK, drops, KvIndexListener.NONE);
        }
        int batches = PROMPT_BLOCKS / blocksPerStore;
        payloads = new byte[PROMPTS * batches][];
        KvEventEncoder encoder = new KvEventEncoder(form);
        for (int prompt = 0; prompt < PROMPTS; prompt++) {
            int[] tokens = new SplittableRandom(prompt)
                    .ints(PROMPT_BLOCKS * BLOCK, 0, 128_000)
                    .toArray();
            for (int i = 0; i < batches; i++) {
                payloads[prompt * batches + i] = encoder.encode(batch(prompt, i * blocksPerStore, tokens));
            }
        }
        for (int i = 0; i < payloads.length; i++) {
            applyNext();
        }
        dropped = drops.total();
    }

    private KvEventBatch batch(int prompt, int from, int[] tokens) {
        List<KvEvent> events = new ArrayList<>();
        int other = (prompt + PROMPTS / 2) % PROMPTS;
        for (int i = 1; i <= blocksPerStore; i++) {
            events.add(BlockRemoved.builder(name(other, PROMPT_BLOCKS - from - i))
                    .medium("GPU")
                    .build());
        }
        long[] names = new long[blocksPerStore];
        int[] content = new int[blocksPerStore * BLOCK];
        System.arraycopy(tokens, from * BLOCK, content, 0, content.length);
        for (int i = 0; i < blocksPerStore; i++) {
            names[i] = name(prompt, from + i);
        }
        BlockStored.Builder store =
                BlockStored.builder(BLOCK, names).tokens(content).medium("GPU");
        if (from > 0) {
            store.parent(name(prompt, from - 1));
        }
        events.add(store.build());
        return new KvEventBatch(1_764_000_000 + prompt * 0.001, OptionalInt.empty(), events);
    }

    private static long name(int prompt, int block) {
        return BlockNames.mix((long) prompt * PROMPT_BLOCKS + block);
    }

    /** One message. */
    @Benchmark
    public int apply(Counted counted) throws KvEventFormatException {
        counted.blocks += blocksPerStore;
        return applyNext();
    }

    private int applyNext() throws KvEventFormatException {
        int message = next;
        next = message + 1 == payloads.length ? 0 : message + 1;
        int slot = message * blocksPerStore / PROMPT_BLOCKS % ENDPOINTS;
        KvEventBatch batch = decoder.decode(payloads[message]);
        feeds[slot].apply(normalizers[slot].normalize(batch));
        return batch.events().size();
    }

    /** Fails if anything was dropped, or the index does not have half of the prompts. */
    @TearDown
    public void check() {
        long expected = (long) PROMPTS / 2 * PROMPT_BLOCKS;
        if (drops.total() != dropped || index.size() != expected) {
            throw new IllegalStateException("drops: " + drops + " of which " + dropped + " were expected; blocks: "
                    + index.size() + " of " + expected + ".\nMaybe the index or its feed is wrong.");
        }
    }

    /** Counts what was stored. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Counted {
        /** Blocks stored. */
        public long blocks;
    }
}
