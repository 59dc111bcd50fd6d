// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
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
 * A whole life of a request under the default profile, by the length of its tokenized prompt: the prompt is hashed, looked up in
 * the index and noted there. Eight endpoints; 64 prompts that share nothing and come round again, so most are known.
 *
 * <pre>{@code java -jar jmh/benchmarks/target/benchmarks.jar PromptLengthBenchmark -prof gc}</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class PromptLengthBenchmark {
    private static final int PROMPTS = 64;
    private static final int ENDPOINTS = 8;

    @Param({"500", "4000", "32000", "128000"})
    int tokens;

    private Pointsman pointsman = Pointsman.builder(Fleet.create()).build();
    private InferenceRequest[] requests = new InferenceRequest[0];
    private int next;

    /** Makes the fleet and the prompts. */
    @Setup
    public void prepare() {
        Fleet fleet = Fleet.create();
        for (int i = 0; i < ENDPOINTS; i++) {
            fleet.join(Endpoint.of("pod-" + i, "10.0.0." + i + ":8000"));
        }
        pointsman = Pointsman.builder(fleet).build();
        SplittableRandom random = new SplittableRandom(42);
        requests = new InferenceRequest[PROMPTS];
        for (int i = 0; i < PROMPTS; i++) {
            requests[i] = InferenceRequest.builder("request-" + i, "model")
                    .tokens(random.ints(tokens, 0, 128_000).toArray())
                    .build();
        }
    }

    /** A decision from request to completion. */
    @Benchmark
    public boolean decide() {
        next = (next + 1) % PROMPTS;
        return pointsman.schedule(requests[next]) instanceof Dispatch dispatch && dispatch.completed(Usage.UNKNOWN);
    }
}
