// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.sizing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BranchAndBoundTest {
    private static BranchAndBound.Result solve(CoveringProgram program) {
        return BranchAndBound.solve(program, (nodes, bound, best) -> {
            assertThat(nodes).as("nodes").isLessThan(100_000);
            return true;
        });
    }

    private static CoveringProgram program(double[] costs, double most) {
        double[] upper = new double[costs.length];
        Arrays.fill(upper, most);
        return new CoveringProgram(costs.length, costs, new double[costs.length], upper);
    }

    /** A dear column that is almost an integer does not end the search of a cheap one that is not. */
    @Test
    void dearColumnAlmostWhole_cheapOneFractional_isStillBranchedOn() {
        CoveringProgram program = program(new double[] {-1e8, 8, 10, 10}, 12);
        program.atMost(new double[] {1, 0, 0, 0}, 1.00000009);
        program.atLeast(new double[] {0, 9 / 17.0, 5 / 17.0, 8 / 17.0}, 1);
        program.atLeast(new double[] {0, 4 / 21.0, 7 / 21.0, 5 / 21.0}, 1);

        BranchAndBound.Result result = solve(program);

        assertThat(result.lowerBound()).as("36 for those that cover").isCloseTo(-1e8 + 36, within(0.2));
    }

    @Test
    void pricesOfBillionths_areStillToldApart() {
        CoveringProgram program = program(new double[] {7e-11, 4e-11}, 12);
        program.atLeast(new double[] {10 / 27.0, 6 / 27.0}, 1);

        assertThat(solve(program).solution()).containsExactly(1, 3);
    }

    /** Demand and limit are met to the dot, by one fleet only, between cuts that are all but parallel. */
    @Test
    void onlySolution_onTheEdgeOfEveryRow_isFound() {
        CoveringProgram program =
                new CoveringProgram(3, new double[] {0, 0, 2}, new double[3], new double[] {4, 17, 6});
        for (int stage = 0; stage < 3; stage++) {
            program.atLeast(new double[] {5 / 17.0, 1 / 17.0, 3 / 17.0}, 1);
        }
        program.atMost(new double[] {0, 1 / 2.0, 0}, 1);
        program.atMost(new double[] {2 / 6.0, 1 / 6.0, 1 / 6.0}, 1);

        BranchAndBound.Result result = solve(program);

        assertThat(result.solution()).containsExactly(1, 0, 4);
        assertThat(result.lowerBound()).isEqualTo(8);
    }

    /** Each pair alone would take its cheap column, but there is room for one of those only. */
    @Test
    void partsThatDoNotKeepTheLimitTogether_areSolvedAsOne() {
        CoveringProgram program = program(new double[] {1, 3, 2, 7}, 9);
        program.atLeast(new double[] {1, 1, 0, 0}, 1);
        program.atLeast(new double[] {0, 0, 1, 1}, 1);
        program.atMost(new double[] {1, 0, 1, 0}, 1);

        BranchAndBound.Result result = solve(program);

        assertThat(program.parts()).hasSize(2);
        assertThat(result.solution()).containsExactly(0, 1, 1, 0);
        assertThat(result.lowerBound()).isEqualTo(5);
    }

    @Test
    void noSolutionInIntegers_thoughInFractions_endsWithNone() {
        CoveringProgram program = program(new double[] {1, 1}, 1e6);
        program.atLeast(new double[] {2, 2}, 1);
        program.atMost(new double[] {2, 2}, 1);

        BranchAndBound.Result result = solve(program);

        assertThat(result.solution()).isNull();
        assertThat(result.lowerBound()).isInfinite();
    }
}
