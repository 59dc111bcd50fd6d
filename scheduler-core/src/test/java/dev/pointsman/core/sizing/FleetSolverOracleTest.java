// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.fleet.Role;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.ojalgo.optimisation.Expression;
import org.ojalgo.optimisation.ExpressionsBasedModel;
import org.ojalgo.optimisation.Optimisation;
import org.ojalgo.optimisation.Variable;

/** Two classes of traffic, where routing matters, against an integer program that ojAlgo solves. */
class FleetSolverOracleTest {
    private static final int SEEDS = 300;

    @Test
    void twoClasses_solverIsTheIntegerProgram() {
        int feasible = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            FleetProblem problem = SmallFleets.twoClasses(seed);

            double expected = oracle(problem);
            SizingOutcome outcome = FleetSolver.solve(problem);

            double solved = outcome instanceof FleetPlan plan ? plan.totalDollars() : Double.POSITIVE_INFINITY;
            if (expected == Double.POSITIVE_INFINITY) {
                assertThat(solved).as("seed %d: %s", seed, outcome).isInfinite();
            } else {
                feasible++;
                assertThat(Math.abs(solved - expected))
                        .as("seed %d: %s, oracle %s", seed, outcome, expected)
                        .isLessThanOrEqualTo(1e-6);
            }
        }
        assertThat(feasible).isGreaterThan(SEEDS / 5);
    }

    private static double oracle(FleetProblem problem) {
        ExpressionsBasedModel model = new ExpressionsBasedModel();
        List<Variable> counts = new ArrayList<>();
        Expression chips = model.addExpression("chips").upper(problem.chips().orElseThrow());
        Expression watts = model.addExpression("watts");
        problem.watts().ifPresent(watts::upper);
        Expression held = model.addExpression("held").lower(problem.leastHeld());
        for (ReplicaOption option : problem.options()) {
            int running = problem.current(option);
            int change = problem.mostChange().orElse(100);
            Variable count = model.addVariable(option.id())
                    .integer(true)
                    .lower(Math.max(0, running - change))
                    .upper(Math.min(100, running + change))
                    .weight(option.dollarsPerHour());
            counts.add(count);
            chips.set(count, option.chips());
            watts.set(count, option.watts());
            held.set(count, problem.held(option));
            Variable up = model.addVariable(option.id() + " up").lower(0).weight(problem.startDollars());
            Variable down = model.addVariable(option.id() + " down").lower(0).weight(problem.stopDollars());
            model.addExpression(option.id() + " change")
                    .level(running)
                    .set(count, 1)
                    .set(up, -1)
                    .set(down, 1);
        }
        for (ReplicaOption option : problem.options()) {
            problem.chipsOf(option.accelerator()).ifPresent(most -> {
                Expression row = model.addExpression("type of " + option.id()).upper(most);
                for (int i = 0; i < counts.size(); i++) {
                    if (problem.options().get(i).accelerator().equals(option.accelerator())) {
                        row.set(counts.get(i), 1);
                    }
                }
            });
        }
        Expression fewest = model.addExpression("fewest").lower(problem.fewest(Role.DECODE));
        Expression[] work = new Expression[counts.size()];
        for (int i = 0; i < counts.size(); i++) {
            work[i] = model.addExpression("work " + i).lower(0);
            work[i].set(counts.get(i), 1);
            if (problem.options().get(i).role() == Role.DECODE) {
                fewest.set(counts.get(i), 1);
            }
        }
        for (TrafficClass one : problem.classes()) {
            Expression prefill = model.addExpression(one.name() + " prefill").lower(1 - 1e-9);
            Expression decode = model.addExpression(one.name() + " decode").lower(1 - 1e-9);
            for (int i = 0; i < counts.size(); i++) {
                ReplicaOption option = problem.options().get(i);
                if (option.rate(one) == 0) {
                    continue;
                }
                Variable share = model.addVariable(one.name() + " to " + i).lower(0);
                work[i].set(share, -one.requestsPerSecond() / option.rate(one));
                if (option.role().prefills()) {
                    prefill.set(share, 1);
                }
                if (option.role().decodes()) {
                    decode.set(share, 1);
                }
            }
        }
        Optimisation.Result result = model.minimise();
        return result.getState().isFeasible() ? result.getValue() : Double.POSITIVE_INFINITY;
    }
}
