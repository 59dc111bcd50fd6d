// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.sizing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DualSimplexTest {
    private static final int CLASSES = 2;
    private static final int CHIPS = 8;
    private static final int SIZES = 4;
    private static final int ROLES = 3;
    private static final int OPTIONS = CHIPS * SIZES * ROLES;

    /**
     * Makes a program as fleets have it: two classes of traffic, eight kinds of chips by four sizes by three roles, and a share of each
     * class for each, which costs nothing. Larger sizes do a little less for their price.
     */
    private static CoveringProgram fleet(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int all = OPTIONS * (1 + CLASSES);
        double[] costs = new double[all];
        double[] upper = new double[all];
        Arrays.fill(upper, Double.POSITIVE_INFINITY);
        double[][] served = new double[OPTIONS][CLASSES];
        for (int i = 0, chip = 0; chip < CHIPS; chip++) {
            double price = random.nextInt(100, 800) / 100.0;
            double speed = random.nextDouble(0.02, 0.3);
            for (int size = 0; size < SIZES; size++) {
                for (int role = 0; role < ROLES; role++, i++) {
                    costs[i] = price * (1 << size);
                    upper[i] = 100;
                    double share = speed * Math.pow(1.9, size) * (role == 2 ? 0.5 : 1);
                    for (int c = 0; c < CLASSES; c++) {
                        served[i][c] = share * random.nextDouble(1, 1.05);
                    }
                }
            }
        }
        CoveringProgram program = new CoveringProgram(OPTIONS, costs, new double[all], upper);
        for (int c = 0; c < CLASSES; c++) {
            for (int stage = 0; stage < 2; stage++) {
                double[] row = new double[all];
                for (int i = 0; i < OPTIONS; i++) {
                    int role = i % ROLES;
                    row[share(c, i)] = role == 2 || role == stage ? 1 : 0;
                }
                program.atLeast(row, 1);
            }
        }
        for (int i = 0; i < OPTIONS; i++) {
            double largest = Math.max(1, 1 / Math.min(served[i][0], served[i][1]));
            double[] row = new double[all];
            row[i] = 1 / largest;
            for (int c = 0; c < CLASSES; c++) {
                row[share(c, i)] = -1 / served[i][c] / largest;
            }
            program.atLeast(row, 0);
        }
        return program;
    }

    private static int share(int traffic, int option) {
        return OPTIONS + traffic * OPTIONS + option;
    }

    /** The least index alone takes over two million steps here, if it ever ends, where most others of this size take some hundreds. */
    @Test
    void longSpellWithoutProgress_isLeft() {
        CoveringProgram program = fleet(397);
        DualSimplex linear = program.relaxation();

        assertThat(linear.solve()).isTrue();

        assertThat(linear.steps()).isLessThan(1_000);
        for (int i = 0; i < program.rows.size(); i++) {
            double sum = 0;
            for (int j = 0; j < program.columns(); j++) {
                sum += program.rows.get(i)[j] * linear.value(j);
            }
            assertThat(sum).as("row %d", i).isGreaterThanOrEqualTo(program.least.get(i) - 1e-8);
        }
    }
}
