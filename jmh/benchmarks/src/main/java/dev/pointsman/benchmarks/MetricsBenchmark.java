// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.micrometer.MicrometerObserver;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
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
 * What it costs to watch a request: its life from decision to completion, with a first token, ten reports of further ones and two
 * objectives, over five endpoints, by nobody, by Prometheus's meters, and by these with histograms.
 *
 * <pre>{@code
 * ./mvnw -q -pl jmh/benchmarks -am package -DskipTests
 * java -jar jmh/benchmarks/target/benchmarks.jar MetricsBenchmark -prof gc
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class MetricsBenchmark {
    /** Who watches. */
    public enum Watched {
        /** Nobody. */
        NO,
        /** Counters, sums and maxima. */
        PLAINLY,
        /** The same, and buckets: the default. */
        BY_HISTOGRAMS
    }

    private static final int REPORTS = 10;
    private static final Usage USAGE = new Usage(1024, 512, 1 + REPORTS);

    @Param
    Watched watched = Watched.NO;

    private final InferenceRequest request = InferenceRequest.builder("request", "model")
            .tokens(new int[1024])
            .ttftTarget(Duration.ofSeconds(1))
            .tpotTarget(Duration.ofMillis(50))
            .build();
    private Pointsman pointsman = Pointsman.builder(fleet()).build();

    /** Prepares the scheduler. */
    @Setup
    public void prepare() {
        Pointsman.Builder builder = Pointsman.builder(fleet());
        if (watched != Watched.NO) {
            builder.plugin(
                    "metrics",
                    MicrometerObserver.builder(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                            .histograms(watched == Watched.BY_HISTOGRAMS)
                            .build());
        }
        pointsman = builder.build();
    }

    private static Fleet fleet() {
        Fleet fleet = Fleet.create();
        for (int i = 0; i < 5; i++) {
            fleet.join(Endpoint.of("pod-" + i, "10.0.0." + i + ":8000"));
        }
        return fleet;
    }

    /** A request's life. */
    @Benchmark
    public boolean live() {
        if (pointsman.schedule(request) instanceof Dispatch dispatch) {
            dispatch.sent();
            dispatch.firstToken();
            for (int i = 0; i < REPORTS; i++) {
                dispatch.tokens(1);
            }
            return dispatch.completed(USAGE);
        }
        return false;
    }
}
