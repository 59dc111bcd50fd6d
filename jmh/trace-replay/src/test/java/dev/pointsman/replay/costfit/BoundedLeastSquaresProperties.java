// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.costfit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class BoundedLeastSquaresProperties {
    @Property(tries = 1000)
    void solution_satisfiesTheConditionsOfKarushKuhnAndTucker(
            @ForAll @IntRange(min = 1, max = 12) int n, @ForAll long seed) {
        Random random = new Random(seed);
        double[][] q = positiveDefinite(n, random);
        double[] c = random.doubles(n, -5, 5).toArray();
        double[] least = new double[n];
        double[] most = new double[n];
        for (int i = 0; i < n; i++) {
            least[i] = random.nextBoolean() ? 0 : random.nextDouble();
            most[i] = random.nextBoolean() ? Double.POSITIVE_INFINITY : least[i] + random.nextInt(3);
        }

        double[] x = new BoundedLeastSquares(least, most).solve(q, c);

        for (int i = 0; i < n; i++) {
            double gradient = -c[i];
            for (int j = 0; j < n; j++) {
                gradient += q[i][j] * x[j];
            }
            assertThat(x[i]).isBetween(least[i], most[i]);
            if (x[i] > least[i] && x[i] < most[i]) {
                assertThat(gradient).isCloseTo(0, within(1e-6));
            } else if (least[i] < most[i] && x[i] == least[i]) {
                assertThat(gradient).isGreaterThan(-1e-6);
            } else if (least[i] < most[i]) {
                assertThat(gradient).isLessThan(1e-6);
            }
        }
    }

    /** The normal equations of random rows, and a little of the identity. */
    private static double[][] positiveDefinite(int n, Random random) {
        double[][] q = new double[n][n];
        for (int row = 0; row < n + 3; row++) {
            double[] a = random.doubles(n, -1, 1).toArray();
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    q[i][j] += a[i] * a[j];
                }
            }
        }
        for (int i = 0; i < n; i++) {
            q[i][i] += 0.01;
        }
        return q;
    }
}
