// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DisaggBenchmarkTest {
    @Test
    void theChoiceThatIsMeasured_scoresNearlyAsWellAsTheExactOne() {
        DisaggBenchmark pruned = withPerRole(8);
        DisaggBenchmark exact = withPerRole(64);

        double[] regrets = IntStream.range(0, DisaggBenchmark.REQUESTS)
                .mapToDouble(request -> pruned.score(request) / exact.score(request) - 1)
                .toArray();

        assertThat(regrets).allMatch(regret -> regret > -1e-9 && regret < 0.03);
        assertThat(IntStream.range(0, regrets.length)
                        .mapToDouble(i -> regrets[i])
                        .average())
                .hasValueSatisfying(mean -> assertThat(mean).isLessThan(0.006));
    }

    private static DisaggBenchmark withPerRole(int perRole) {
        DisaggBenchmark benchmark = new DisaggBenchmark();
        benchmark.perRole = perRole;
        benchmark.prepare();
        return benchmark;
    }
}
