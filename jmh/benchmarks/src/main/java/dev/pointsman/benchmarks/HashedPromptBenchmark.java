// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.LoraState;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import java.util.Set;
import java.util.SplittableRandom;
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
 * A whole life of a request whose prompt of 100,000 tokens comes as block hashes (6,250 blocks of 16 tokens, or 1,562 of 64, the
 * least that llm-d's approximate producer takes): the prefix is looked up in the index, KV usage, queue, LoRA, prefix and load in
 * flight are scored, the best is reserved, and the prompt is noted in the routing history. 64 prompts share their first half in groups of eight and come round again. Sampled, for the
 * slow ones count.
 *
 * <pre>{@code java -jar jmh/benchmarks/target/benchmarks.jar HashedPromptBenchmark -prof gc}</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class HashedPromptBenchmark {
    private static final int PROMPTS = 64;
    private static final int GROUP = 8;
    private static final int TOKENS = 100_000;

    @Param({"100", "10000"})
    int endpoints;

    @Param({"16", "64"})
    int blockSize;

    private Pointsman pointsman = Pointsman.builder(Fleet.create()).build();
    private InferenceRequest[] requests = new InferenceRequest[0];
    private int next;

    /** Makes the fleet and the prompts. */
    @Setup
    public void prepare() {
        Fleet fleet = Fleet.create();
        long now = System.nanoTime();
        for (int i = 0; i < endpoints; i++) {
            fleet.join(Endpoint.of("pod-" + i, "10." + i / 62_500 + "." + i / 250 % 250 + "." + i % 250 + ":8000"));
            fleet.update(
                    "pod-" + i,
                    EndpointMetrics.builder(now)
                            .waitingRequests(i % 8)
                            .kvUsage(i % 10 / 10.0)
                            .kvBlockSize(blockSize)
                            .kvBlockCount(1_000_000) // All prompts fit into one endpoint, so that none is evicted.
                            .lora(new LoraState(i % 3 == 0 ? Set.of("adapter") : Set.of("other"), Set.of(), 4))
                            .build());
        }
        pointsman = Pointsman.builder(fleet)
                .profile(Profile.builder("default")
                        .scorer("kv-cache-utilization-scorer", 1)
                        .scorer("queue-scorer", 1)
                        .scorer("prefix-cache-scorer", 3)
                        .scorer("lora-affinity-scorer", 1)
                        .scorer("active-request-scorer", 1)
                        .build())
                .ignoreSignalAge()
                .build();
        requests = new InferenceRequest[PROMPTS];
        for (int i = 0; i < PROMPTS; i++) {
            requests[i] = InferenceRequest.builder("request-" + i, "model")
                    .prompt(prompt(i))
                    .loraAdapter("adapter")
                    .build();
        }
    }

    private Prompt prompt(int number) {
        int blocks = TOKENS / blockSize;
        long[] hashes = new long[blocks];
        SplittableRandom shared = new SplittableRandom(number / GROUP);
        SplittableRandom own = new SplittableRandom(1_000 + number);
        for (int i = 0; i < blocks; i++) {
            hashes[i] = (i < blocks / 2 ? shared : own).nextLong();
        }
        return Prompt.blocks(hashes, blockSize, TOKENS);
    }

    /** A decision from request to completion. */
    @Benchmark
    public boolean decide() {
        next = (next + 1) % PROMPTS;
        return pointsman.schedule(requests[next]) instanceof Dispatch dispatch && dispatch.completed(Usage.UNKNOWN);
    }
}
