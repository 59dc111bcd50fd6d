// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.pointsman.accel.catalog.DType;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

final class PredictorAllocationTest {
    private static final int CALLS = 20_000;

    @Test
    void predictions_allocateNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Predictor[] predictors = {
            Deployments.predictor("llama-3.1-70b", "h100-sxm", 4, DType.FP8),
            Deployments.predictor("deepseek-v3.2", "mi300x", 8, DType.FP8),
            Deployments.predictor("gpt-oss-120b", "l4", 8, DType.FP4)
        };
        Estimate answer = new Estimate();
        predict(predictors, answer);

        // Now and then the JVM itself allocates on the thread, so the least of some rounds counts.
        long least = Long.MAX_VALUE;
        double sum = 0;
        for (int round = 0; round < 5; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            sum += predict(predictors, answer);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }

        // An object for each call would be some hundred thousand bytes.
        assertThat(least).isLessThan(CALLS);
        assertThat(sum).isPositive();
    }

    private static double predict(Predictor[] predictors, Estimate answer) {
        double sum = 0;
        for (int i = 0; i < CALLS; i++) {
            Predictor predictor = predictors[i % predictors.length];
            predictor.prefill(i, i / 2, answer);
            sum += answer.estimate();
            predictor.decodeStep(i % 1500, i * 20L, answer);
            sum += answer.p90();
            predictor.interference(i, 0, answer);
            sum += answer.p10();
        }
        return sum;
    }
}
