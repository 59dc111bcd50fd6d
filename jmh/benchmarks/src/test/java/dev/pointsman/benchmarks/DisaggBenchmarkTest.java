// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.DoubleSummaryStatistics;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DisaggBenchmarkTest {
    @Test
    void theChoiceThatIsMeasured_scoresNearlyAsWellAsTheExactOne() {
        DisaggBenchmark pruned = withPerRole(8);
        DisaggBenchmark exact = withPerRole(64);

        DoubleSummaryStatistics regret = IntStream.range(0, DisaggBenchmark.REQUESTS)
                .mapToDouble(request -> pruned.score(request) / exact.score(request) - 1)
                .summaryStatistics();

        assertThat(regret.getMin()).isGreaterThan(-1e-9);
        assertThat(regret.getMax()).isLessThan(0.03);
        assertThat(regret.getAverage()).isLessThan(0.006);
    }

    private static DisaggBenchmark withPerRole(int perRole) {
        DisaggBenchmark benchmark = new DisaggBenchmark();
        benchmark.perRole = perRole;
        benchmark.prepare();
        return benchmark;
    }
}
