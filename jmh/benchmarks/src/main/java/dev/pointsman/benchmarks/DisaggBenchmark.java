// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.ProfileResult;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.decider.AlwaysDisaggPdDecider;
import dev.pointsman.core.disagg.JointDisaggHandler;
import dev.pointsman.core.disagg.JointPlan;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.handler.DisaggProfileHandler;
import dev.pointsman.core.latency.LabelledDeployments;
import dev.pointsman.core.latency.PredictedLatencyProducer;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.TestCycle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * Splitting a request over 64 prefill and 64 decode endpoints of two kinds of chips. {@code choose} is the joint choice alone, from
 * times and matches that are there; {@code joint} is a whole life of a request with it: predict, choose, reserve, first token,
 * complete. {@code sequential} is the same life with the handler that freezes the decode endpoint first and compares nothing.
 * With {@code perRole} 64 the choice is exact.
 *
 * <pre>{@code
 * ./mvnw -q -pl jmh/benchmarks -am package -DskipTests
 * java -jar jmh/benchmarks/target/benchmarks.jar DisaggBenchmark -prof gc
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DisaggBenchmark {
    private static final int EACH = 64;
    static final int REQUESTS = 64;

    @Param({"8", "64"})
    int perRole;

    private JointDisaggHandler handler = JointDisaggHandler.builder().build();
    private TestCycle[] cycles = new TestCycle[0];
    private Left left = new Left(List.of());
    private Pointsman joint = pointsman(handler);
    private Pointsman sequential = joint;
    private InferenceRequest[] requests = new InferenceRequest[0];
    private int next;

    /** Prepares fleet, schedulers, and requests with all that producers say of them. */
    @Setup
    public void prepare() {
        handler = JointDisaggHandler.builder().perRole(perRole).build();
        joint = pointsman(JointDisaggHandler.builder().perRole(perRole).build());
        sequential = pointsman(DisaggProfileHandler.builder()
                .prefillDecider(new AlwaysDisaggPdDecider())
                .build());
        FleetSnapshot fleet = fleet().snapshot();
        left = new Left(List.of(Result.of("decode", Role.DECODE, fleet), Result.of("prefill", Role.PREFILL, fleet)));
        requests = new InferenceRequest[REQUESTS];
        cycles = new TestCycle[REQUESTS];
        for (int i = 0; i < REQUESTS; i++) {
            requests[i] = InferenceRequest.builder("request-" + i, "model")
                    .tokens(new int[2048 + i % 7 * 1024])
                    .expectedOutputTokens(100 + i % 5 * 100)
                    .build();
            cycles[i] = TestCycle.of(fleet, requests[i])
                    .explaining(false)
                    .recording(false)
                    .produce(new GivenMatches())
                    .produce(PredictedLatencyProducer.builder().learning(false).build());
        }
    }

    private static Fleet fleet() {
        Fleet fleet = Fleet.create();
        long now = System.nanoTime();
        for (int i = 0; i < 2 * EACH; i++) {
            fleet.join(Endpoint.builder("pod-" + i, "10.0.0." + i + ":8000")
                    .role(i < EACH ? Role.PREFILL : Role.DECODE)
                    .label(LabelledDeployments.ACCELERATOR, i % 3 == 0 ? "h200-sxm" : "h100-sxm")
                    .label(LabelledDeployments.MODEL, "llama-3.1-8b")
                    .label("kubernetes.io/hostname", "node-" + i % 32)
                    .label("topology.kubernetes.io/rack", "rack-" + i % 4)
                    .build());
            fleet.update(
                    "pod-" + i,
                    EndpointMetrics.builder(now)
                            .waitingRequests(i % 5)
                            .runningRequests(i < EACH ? 0 : i % 64)
                            .kvUsage(i % 10 / 10.0)
                            .build());
        }
        return fleet;
    }

    private static Pointsman pointsman(ProfileHandler handler) {
        return Pointsman.builder(fleet())
                .plugin(PrefixMatch.DEFAULT_PRODUCER, new GivenMatches())
                .plugin("predicted-latency-producer", "predicted-latency-producer", Map.of("learn", false))
                .profile(Profile.builder("decode").filter("decode-filter").build())
                .profile(Profile.builder("prefill").filter("prefill-filter").build())
                .profileHandler(PluginRef.instance("handler", handler))
                .build();
    }

    /** The choice alone. */
    @Benchmark
    public List<String> choose() {
        next = (next + 1) % REQUESTS;
        return handler.next(cycles[next], left);
    }

    /** Returns what the choice scores for one of the requests, in nanoseconds. */
    double score(int request) {
        handler.next(cycles[request], left);
        JointPlan plan = requireNonNull(cycles[request].attribute(JointPlan.of(JointDisaggHandler.TYPE)), "plan");
        return requireNonNull(plan.chosen(), "chosen").scoreNanos();
    }

    /** A request's life with the joint choice. */
    @Benchmark
    public boolean joint() {
        return complete(joint);
    }

    /** A request's life with one stage after the other. */
    @Benchmark
    public boolean sequential() {
        return complete(sequential);
    }

    private boolean complete(Pointsman pointsman) {
        next = (next + 1) % REQUESTS;
        if (pointsman.schedule(requests[next]) instanceof Dispatch dispatch) {
            dispatch.firstToken();
            return dispatch.completed(Usage.UNKNOWN);
        }
        return false;
    }

    /** Says that the n-th candidate holds n mod 65 of 64 blocks. */
    private static final class GivenMatches implements DataProducer {
        private static final PrefixMatch TOTAL = new PrefixMatch(64, 16);

        @Override
        public Set<DataKey> produces() {
            return Set.of(
                    PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER),
                    PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER));
        }

        @Override
        public void produce(ProductionCycle cycle, Candidates candidates) {
            cycle.put(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), TOTAL);
            LongColumn.Writable matched = cycle.fill(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER));
            for (int position = 0; position < candidates.size(); position++) {
                matched.set(candidates.slot(position), position % 65);
            }
        }
    }

    /** What profiles left. */
    private record Left(List<ProfileResult> results) implements ProfileResults {
        @Override
        public List<String> declared() {
            return List.of("decode", "prefill");
        }

        @Override
        public @Nullable ProfileResult result(String profile) {
            for (ProfileResult result : results) {
                if (result.profile().equals(profile)) {
                    return result;
                }
            }
            return null;
        }
    }

    /** All endpoints of a role. */
    private record Result(String profile, List<Target> targets, Leg leg) implements ProfileResult {
        static Result of(String profile, Role role, FleetSnapshot fleet) {
            List<Target> targets = new ArrayList<>();
            for (int slot = 0; slot < fleet.slotLimit(); slot++) {
                if (fleet.endpoint(slot).role() == role) {
                    targets.add(new Target(fleet.endpoint(slot), slot, fleet.incarnation(slot), 0));
                }
            }
            return new Result(profile, targets, new Leg(profile, targets.get(0), List.of()));
        }

        @Override
        public @Nullable Rejection rejection() {
            return null;
        }

        @Override
        public int size() {
            return targets.size();
        }

        @Override
        public Endpoint endpoint(int position) {
            return targets.get(position).endpoint();
        }

        @Override
        public int slot(int position) {
            return targets.get(position).slot();
        }

        @Override
        public double total(int position) {
            return 0;
        }
    }
}
