// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks;

import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Evaluation;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.LoraState;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import java.util.Set;
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
 * One decision with four scorers (KV usage, queue, prefix, LoRA; each of weight 1) and the best total: the workload of llm-d's
 * own {@code BenchmarkSchedule} (queue i mod 8, KV usage (i mod 10)/10, the adapter on every third endpoint), and 1,000
 * and 10,000 endpoints besides. The prefix match is given, as there: finding it is the index's benchmark.
 *
 * <p>{@code decide} is a whole life: schedule, reserve, complete. {@code decideOnLoad} adds a scorer on load in flight, so that
 * load is read and reservations are guarded. {@code explain} is an evaluation with its explanation.
 *
 * <pre>{@code
 * ./mvnw -q -pl jmh/benchmarks -am package -DskipTests
 * java -jar jmh/benchmarks/target/benchmarks.jar DecisionBenchmark -prof gc
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecisionBenchmark {
    private static final int REQUESTS = 1024;

    @Param({"5", "25", "100", "1000", "10000"})
    int endpoints;

    private Pointsman blind = pointsman(1, false);
    private Pointsman onLoad = blind;
    private InferenceRequest[] requests = new InferenceRequest[0];
    private int next;

    /** Prepares fleet, scheduler and requests. */
    @Setup
    public void prepare() {
        blind = pointsman(endpoints, false);
        onLoad = pointsman(endpoints, true);
        requests = new InferenceRequest[REQUESTS];
        for (int i = 0; i < REQUESTS; i++) {
            requests[i] = InferenceRequest.builder("request-" + i, "model")
                    .tokens(new int[1024])
                    .loraAdapter("adapter")
                    .build();
        }
    }

    private static Pointsman pointsman(int endpoints, boolean onLoad) {
        Fleet fleet = Fleet.create();
        long now = System.nanoTime();
        for (int i = 0; i < endpoints; i++) {
            fleet.join(Endpoint.of("pod-" + i, "10.0." + i / 250 + "." + i % 250 + ":8000"));
            fleet.update(
                    "pod-" + i,
                    EndpointMetrics.builder(now)
                            .waitingRequests(i % 8)
                            .kvUsage(i % 10 / 10.0)
                            .lora(new LoraState(i % 3 == 0 ? Set.of("adapter") : Set.of("other"), Set.of(), 4))
                            .build());
        }
        Profile.Builder profile = Profile.builder("default")
                .scorer("kv-cache-utilization-scorer", 1)
                .scorer("queue-scorer", 1)
                .scorer("prefix-cache-scorer", 1)
                .scorer("lora-affinity-scorer", 1);
        if (onLoad) {
            profile.scorer("active-request-scorer", 1);
        }
        return Pointsman.builder(fleet)
                .plugin(PrefixMatch.DEFAULT_PRODUCER, new GivenMatches())
                .profile(profile.build())
                .build();
    }

    private InferenceRequest request() {
        next = (next + 1) % REQUESTS;
        return requests[next];
    }

    /** A decision from request to completion. */
    @Benchmark
    public boolean decide() {
        return complete(blind);
    }

    /** The same with load in flight among the scorers. */
    @Benchmark
    public boolean decideOnLoad() {
        return complete(onLoad);
    }

    /** What an explanation costs on top. */
    @Benchmark
    public Evaluation explain() {
        return blind.evaluate(request());
    }

    private boolean complete(Pointsman pointsman) {
        return pointsman.schedule(request()) instanceof Dispatch dispatch && dispatch.completed(Usage.UNKNOWN);
    }
}
