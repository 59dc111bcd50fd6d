// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.core.fleet.Fleet;
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
 * What it costs a host to report metrics: one endpoint's metrics, and the snapshot that shows them.
 *
 * <pre>{@code java -jar jmh/benchmarks/target/benchmarks.jar FleetBenchmark -prof gc}</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class FleetBenchmark {
    @Param({"100", "10000"})
    int endpoints;

    private Fleet fleet = Fleet.create();
    private EndpointMetrics metrics = EndpointMetrics.UNKNOWN;
    private String[] ids = new String[0];
    private int next;

    /** Fills the fleet. */
    @Setup
    public void prepare() {
        fleet = Fleet.create();
        metrics = EndpointMetrics.builder(1).waitingRequests(3).kvUsage(0.5).build();
        ids = new String[endpoints];
        for (int i = 0; i < endpoints; i++) {
            ids[i] = "pod-" + i;
            fleet.join(Endpoint.of(ids[i], "10.0.0.1:" + i));
        }
    }

    /** One report. */
    @Benchmark
    public FleetSnapshot update() {
        next = (next + 1) % endpoints;
        fleet.update(ids[next], metrics);
        return fleet.snapshot();
    }
}
