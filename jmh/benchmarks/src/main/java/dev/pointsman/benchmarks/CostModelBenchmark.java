// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks;

import dev.pointsman.accel.calibrate.Calibration;
import dev.pointsman.accel.calibrate.Conditions;
import dev.pointsman.accel.calibrate.DecodeSample;
import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.cost.Estimate;
import dev.pointsman.accel.cost.Predictor;
import dev.pointsman.accel.model.Model;
import dev.pointsman.accel.model.ModelCatalog;
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
 * What a prediction costs: one prefill, one decode step, a whole fleet of 1,000 unlike candidates (both of them for
 * each, without and with what the prompt does to those that run), and one observation of an online calibration with the predictor made anew after it. The goal is 200 ns
 * and no allocation for one prediction, and 50 us for a fleet.
 *
 * <pre>{@code
 * ./mvnw -q -pl jmh/benchmarks -am package -DskipTests
 * java -jar jmh/benchmarks/target/benchmarks.jar CostModelBenchmark -prof gc
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CostModelBenchmark {
    private static final int REQUESTS = 1024;
    private static final int CANDIDATES = 1000;
    private static final String[] CHIPS = {"h100-sxm", "h200-sxm", "b200-sxm", "mi300x", "mi355x", "tpu7x", "gaudi3"};

    /** Dense with grouped queries; experts with latent attention; experts with windows. */
    @Param({"llama-3.1-70b", "deepseek-r1", "gpt-oss-120b"})
    String model = "llama-3.1-70b";

    private final Estimate answer = new Estimate();
    private final Predictor[] fleet = new Predictor[CANDIDATES];
    private final int[] batches = new int[CANDIDATES];
    private final int[] newTokens = new int[REQUESTS];
    private final int[] cachedTokens = new int[REQUESTS];
    private final Calibration calibration = new Calibration(predictor("llama-3.1-70b", "h100-sxm"));
    private Predictor one = predictor("llama-3.1-70b", "h100-sxm");
    private int next;

    /** Prepares predictors and requests. */
    @Setup
    public void prepare() {
        Predictor[] kinds = new Predictor[CHIPS.length];
        for (int i = 0; i < CHIPS.length; i++) {
            kinds[i] = predictor(model, CHIPS[i]);
        }
        one = kinds[0];
        for (int i = 0; i < CANDIDATES; i++) {
            fleet[i] = kinds[i % CHIPS.length];
            batches[i] = (i * 37) % 256 + 1;
        }
        for (int i = 0; i < REQUESTS; i++) {
            newTokens[i] = 1 + (i * 7919) % 30_000;
            cachedTokens[i] = (i * 104_729) % 20_000;
        }
    }

    private static Predictor predictor(String model, String chip) {
        Model served = ModelCatalog.shipped().get(model);
        Accelerator accelerator = AcceleratorCatalog.shipped().get(chip);
        return CostModel.shipped()
                .predictor(Deployment.of(served, accelerator)
                        .tensorParallel(8)
                        .weights(DType.FP8)
                        .engine("vLLM")
                        .build());
    }

    /** One prompt on one deployment. */
    @Benchmark
    public double prefill() {
        next = (next + 1) % REQUESTS;
        one.prefill(newTokens[next], cachedTokens[next], answer);
        return answer.p90();
    }

    /** One step of one deployment. */
    @Benchmark
    public double decodeStep() {
        next = (next + 1) % REQUESTS;
        int batch = next & 255;
        one.decodeStep(batch, (long) batch * cachedTokens[next], answer);
        return answer.p90();
    }

    /** One request on each of 1,000 candidates: prefill and decode step. */
    @Benchmark
    public double fleet() {
        next = (next + 1) % REQUESTS;
        double least = Double.MAX_VALUE;
        for (int i = 0; i < CANDIDATES; i++) {
            least = Math.min(least, seconds(i));
        }
        return least;
    }

    /** The same, and how much later the tokens of those that run come. */
    @Benchmark
    public double fleetWithInterference() {
        next = (next + 1) % REQUESTS;
        double least = Double.MAX_VALUE;
        for (int i = 0; i < CANDIDATES; i++) {
            double seconds = seconds(i);
            fleet[i].interference(newTokens[next], 0, answer);
            least = Math.min(least, seconds + batches[i] * answer.estimate());
        }
        return least;
    }

    private double seconds(int candidate) {
        Predictor predictor = fleet[candidate];
        predictor.prefill(newTokens[next], cachedTokens[(next + candidate) % REQUESTS], answer);
        double seconds = answer.estimate();
        predictor.decodeStep(batches[candidate], batches[candidate] * 2000L, answer);
        return seconds + 200 * answer.estimate();
    }

    /** One observed TPOT, and the predictor after it. */
    @Benchmark
    public Predictor calibrate() {
        next = (next + 1) % REQUESTS;
        int batch = (next & 127) + 1;
        calibration.observe(new DecodeSample(batch, batch * 3000.0, 0.01, 1000, 0.02 + 1e-4 * batch, Conditions.USUAL));
        return calibration.predictor();
    }
}
