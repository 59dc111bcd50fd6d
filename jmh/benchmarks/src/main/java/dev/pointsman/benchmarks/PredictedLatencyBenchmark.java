// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks;

import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.latency.LabelledDeployments;
import java.time.Duration;
import java.util.Map;
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
 * One decision by predicted times in a fleet of six kinds of chips: every candidate's times are predicted, and the cheapest is
 * taken. {@code random} is the same decision without predictions, to be taken off: what is left is the producer and the costs. The
 * prefix match is given, as in {@link DecisionBenchmark}.
 *
 * <p>{@code seconds} and {@code dollars} are whole lives: schedule, reserve, first token, complete. With {@code learning}, every
 * answer is learnt from, too, which is part of what completing costs.
 *
 * <pre>{@code
 * ./mvnw -q -pl jmh/benchmarks -am package -DskipTests
 * java -jar jmh/benchmarks/target/benchmarks.jar PredictedLatencyBenchmark -prof gc
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class PredictedLatencyBenchmark {
    private static final int REQUESTS = 1024;
    private static final String[] CHIPS = {"h100-sxm", "mi300x", "l40s", "tpu-v6e", "b200-sxm", "gaudi3"};

    @Param({"100", "1000"})
    int endpoints;

    @Param({"false", "true"})
    boolean learning;

    private Pointsman random = pointsman(1, "random", false);
    private Pointsman seconds = random;
    private Pointsman dollars = random;
    private InferenceRequest[] requests = new InferenceRequest[0];
    private int next;

    /** Prepares fleet, schedulers and requests. */
    @Setup
    public void prepare() {
        random = pointsman(endpoints, "random", learning);
        seconds = pointsman(endpoints, "predicted-seconds", learning);
        dollars = pointsman(endpoints, "predicted-dollars", learning);
        requests = new InferenceRequest[REQUESTS];
        for (int i = 0; i < REQUESTS; i++) {
            requests[i] = InferenceRequest.builder("request-" + i, "model")
                    .tokens(new int[1024 + i % 7 * 512])
                    .expectedOutputTokens(100 + i % 5 * 100)
                    .ttftTarget(Duration.ofMillis(800))
                    .build();
        }
    }

    private static Pointsman pointsman(int endpoints, String profile, boolean learning) {
        Fleet fleet = Fleet.create();
        long now = System.nanoTime();
        for (int i = 0; i < endpoints; i++) {
            String chip = CHIPS[i % CHIPS.length];
            fleet.join(Endpoint.builder("pod-" + i, "10.0." + i / 250 + "." + i % 250 + ":8000")
                    .label(LabelledDeployments.ACCELERATOR, chip)
                    .label(LabelledDeployments.MODEL, "llama-3.1-8b")
                    .label(LabelledDeployments.DTYPE, DType.FP8.label())
                    .label(LabelledDeployments.PREFILL_CHUNK_TOKENS, "" + Deployment.DEFAULT_PREFILL_CHUNK_TOKENS)
                    .build());
            fleet.update(
                    "pod-" + i,
                    EndpointMetrics.builder(now)
                            .waitingRequests(i % 8)
                            .runningRequests(i % 64)
                            .kvUsage(i % 10 / 10.0)
                            .build());
        }
        Pointsman.Builder builder = Pointsman.builder(fleet).plugin(PrefixMatch.DEFAULT_PRODUCER, new GivenMatches());
        if (!profile.equals("random")) {
            builder.plugin("predicted-latency-producer", "predicted-latency-producer", Map.of("learn", learning));
        }
        return builder.profile(profile).build();
    }

    /** A decision without predictions. */
    @Benchmark
    public boolean random() {
        return complete(random);
    }

    /** A decision by least seconds. */
    @Benchmark
    public boolean seconds() {
        return complete(seconds);
    }

    /** A decision by least dollars. */
    @Benchmark
    public boolean dollars() {
        return complete(dollars);
    }

    private boolean complete(Pointsman pointsman) {
        next = (next + 1) % REQUESTS;
        if (pointsman.schedule(requests[next]) instanceof Dispatch dispatch) {
            dispatch.firstToken();
            return dispatch.completed(Usage.UNKNOWN);
        }
        return false;
    }
}
