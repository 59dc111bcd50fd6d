// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import dev.pointsman.api.fleet.Role;

/**
 * The naive twin of {@link FleetSolver}: tries every fleet up to a number of replicas, for one class of traffic. Shares no code with
 * the solver.
 */
final class BruteForce {
    private final FleetProblem problem;
    private final int options;
    private final double rate;
    private final double[] prefill;
    private final double[] decode;
    private final int[] counts;
    private final int[] running;
    private double best = Double.POSITIVE_INFINITY;

    private BruteForce(FleetProblem problem) {
        this.problem = problem;
        TrafficClass one = problem.classes().get(0);
        rate = one.requestsPerSecond() * (1 - 1e-9);
        options = problem.options().size();
        counts = new int[options];
        running = new int[options];
        prefill = new double[options];
        decode = new double[options];
        for (int i = 0; i < options; i++) {
            ReplicaOption option = problem.options().get(i);
            running[i] = problem.current(option);
            double able = option.capacity(one).requestsPerSecond();
            boolean whole = option.role() == Role.PREFILL_DECODE;
            if (!whole && one.transferBytes() > 0) {
                able = Math.min(able, option.transferBytesPerSecond() / one.transferBytes());
            }
            prefill[i] = whole || option.role() == Role.PREFILL ? able : 0;
            decode[i] = whole || option.role() == Role.DECODE ? able : 0;
        }
    }

    /** Returns the least price of a fleet that suffices; infinite if there is none. */
    static double cheapest(FleetProblem problem) {
        BruteForce search = new BruteForce(problem);
        search.choose(0, problem.chips().orElse(SmallFleets.MOST_REPLICAS), 0, 0, 0);
        return search.best;
    }

    private void choose(int option, int left, double prefilled, double decoded, double dollars) {
        if (option == options) {
            if (prefilled >= rate && decoded >= rate && dollars < best && allowed()) {
                best = dollars;
            }
            return;
        }
        ReplicaOption kind = problem.options().get(option);
        for (int count = 0; count * kind.chips() <= left; count++) {
            counts[option] = count;
            int change = count - running[option];
            double changed = change > 0 ? change * problem.startDollars() : -change * problem.stopDollars();
            choose(
                    option + 1,
                    left - count * kind.chips(),
                    prefilled + count * prefill[option],
                    decoded + count * decode[option],
                    dollars + count * kind.dollarsPerHour() + changed);
        }
        counts[option] = 0;
    }

    private boolean allowed() {
        double watts = 0;
        double held = 0;
        for (int i = 0; i < options; i++) {
            ReplicaOption kind = problem.options().get(i);
            watts += counts[i] * kind.watts();
            held += (double) counts[i] * problem.held(kind);
            if (Math.abs(counts[i] - running[i]) > problem.mostChange().orElse(Integer.MAX_VALUE)) {
                return false;
            }
            int chips = 0;
            int role = 0;
            for (int j = 0; j < options; j++) {
                ReplicaOption other = problem.options().get(j);
                chips += other.accelerator().equals(kind.accelerator()) ? counts[j] * other.chips() : 0;
                role += other.role() == kind.role() ? counts[j] : 0;
            }
            if (chips > problem.chipsOf(kind.accelerator()).orElse(Integer.MAX_VALUE)
                    || role < problem.fewest(kind.role())) {
                return false;
            }
        }
        return watts <= problem.watts().orElse(Double.POSITIVE_INFINITY) && held >= problem.leastHeld() * (1 - 1e-9);
    }
}
