// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import dev.pointsman.api.fleet.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Why a plan is the answer: what it beat and by what, what binds, and what would have to change for another answer. Immutable and
 * thread-safe.
 *
 * @param alternatives the best plans of other shapes, the cheapest first, those that do not exist last
 * @param binding the limits that cost something, the dearest first; empty if it is the traffic alone that decides
 * @param counterfactuals what would have to change for the answer to flip, each true taken alone
 */
public record PlanExplanation(
        List<Alternative> alternatives, List<Binding> binding, List<Counterfactual> counterfactuals) {
    private static final double LOAD_STEP = Math.sqrt(2);
    private static final int LOAD_STEPS = 6;
    private static final int LOAD_BISECTIONS = 10;

    /** Copies what is given. */
    public PlanExplanation {
        alternatives = List.copyOf(alternatives);
        binding = List.copyOf(binding);
        counterfactuals = List.copyOf(counterfactuals);
    }

    /**
     * A plan that was not chosen.
     *
     * @param what its shape, such as {@code aggregated only}
     * @param plan the best of that shape; null if there is none
     * @param moreDollars what it costs more in an hour; infinite if there is none
     */
    public record Alternative(String what, @Nullable FleetPlan plan, double moreDollars) {}

    /**
     * A limit without which a cheaper plan exists.
     *
     * @param limit in words
     * @param dollars what lifting it saves in an hour
     */
    public record Binding(String limit, double dollars) {}

    /**
     * Something that would change the answer.
     *
     * @param what which quantity, such as {@code price of aggregated/h100-sxm/tp1} or {@code traffic}
     * @param now its value: dollars per hour for a price, 1 for traffic
     * @param flipsAt the value at which the answer changes
     * @param becomes the answer from there on
     */
    public record Counterfactual(String what, double now, double flipsAt, String becomes) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s: %.4g, and at %.4g %s", what, now, flipsAt, becomes);
        }
    }

    /**
     * Explains a plan, by solving the problem again under other conditions, some tens of times, each to the end.
     *
     * @param problem what was solved
     * @param plan its plan
     */
    public static PlanExplanation of(FleetProblem problem, FleetPlan plan) {
        return of(problem, plan, SizingProgress.TO_THE_END);
    }

    /**
     * Explains a plan, where each time that the problem is solved again may be stopped. Alternatives may then be dearer than they
     * would have to be, limits may cost more than is said, and loads at which nothing was proven are left out.
     *
     * @param problem what was solved
     * @param plan its plan
     * @param progress watches each solution
     */
    public static PlanExplanation of(FleetProblem problem, FleetPlan plan, SizingProgress progress) {
        List<Alternative> alternatives = alternatives(problem, plan, progress);
        List<Binding> binding = new ArrayList<>();
        for (FleetSolver.Limit limit : FleetSolver.limits(problem)) {
            if (FleetSolver.solve(limit.lifted(), progress) instanceof FleetPlan freer) {
                saving(plan, freer, limit.name(), binding);
            }
        }
        FleetProblem free = problem.withOptions(
                problem.options().stream().map(ReplicaOption::withFreeTransfer).toList());
        if (FleetSolver.solve(free, progress) instanceof FleetPlan freer) {
            saving(plan, freer, "bandwidth from prefill to decode", binding);
        }
        binding.sort(Comparator.comparingDouble(one -> -one.dollars()));
        List<Counterfactual> flips = new ArrayList<>();
        if (plan.utilization() > 0) {
            flips.add(new Counterfactual("traffic", 1, 1 / plan.utilization(), "this plan is too small"));
        }
        for (Alternative alternative : alternatives) {
            if (alternative.plan() != null && alternative.moreDollars() > 0) {
                prices(problem, plan, alternative, alternative.plan(), flips);
            }
        }
        load(problem, plan, progress, true, flips);
        load(problem, plan, progress, false, flips);
        return new PlanExplanation(alternatives, binding, flips);
    }

    private static void saving(FleetPlan plan, FleetPlan freer, String limit, List<Binding> binding) {
        double saved = plan.totalDollars() - freer.totalDollars();
        if (saved > 1e-9 * Math.max(1, plan.totalDollars())) {
            binding.add(new Binding(limit, saved));
        }
    }

    private static List<Alternative> alternatives(FleetProblem problem, FleetPlan plan, SizingProgress progress) {
        Map<String, Predicate<ReplicaOption>> shapes = new LinkedHashMap<>();
        shapes.put("aggregated only", option -> option.aggregated() || option.role() == Role.ENCODE);
        shapes.put("disaggregated only", option -> !option.aggregated());
        Set<String> types = new LinkedHashSet<>();
        Set<Integer> sizes = new LinkedHashSet<>();
        for (ReplicaOption option : problem.options()) {
            types.add(option.accelerator());
            sizes.add(option.tensorParallel());
        }
        if (types.size() > 1) {
            types.forEach(type ->
                    shapes.put(type + " only", option -> option.accelerator().equals(type)));
        }
        if (sizes.size() > 1) {
            sizes.forEach(size -> shapes.put("TP" + size + " only", option -> option.tensorParallel() == size));
        }
        List<Alternative> alternatives = new ArrayList<>();
        shapes.forEach((what, shape) -> {
            if (plan.replicas().stream().map(FleetPlan.Pool::option).allMatch(shape)) {
                return;
            }
            FleetProblem restricted =
                    problem.withOptions(problem.options().stream().filter(shape).toList());
            // What runs now and may not stay is stopped, which the restricted problem does not see.
            int[] stopped = problem.options().stream()
                    .filter(shape.negate())
                    .mapToInt(problem::current)
                    .toArray();
            int most = problem.mostChange().orElse(Integer.MAX_VALUE);
            if (Arrays.stream(stopped).allMatch(count -> count <= most)
                    && FleetSolver.solve(restricted, progress) instanceof FleetPlan other) {
                double stopping = Arrays.stream(stopped).sum() * problem.stopDollars();
                alternatives.add(new Alternative(what, other, other.totalDollars() + stopping - plan.totalDollars()));
            } else {
                alternatives.add(new Alternative(what, null, Double.POSITIVE_INFINITY));
            }
        });
        alternatives.sort(Comparator.comparingDouble(Alternative::moreDollars));
        return alternatives;
    }

    /** Finds the price of each option at which the alternative costs the same. */
    private static void prices(
            FleetProblem problem,
            FleetPlan plan,
            Alternative alternative,
            FleetPlan other,
            List<Counterfactual> flips) {
        for (ReplicaOption option : problem.options()) {
            int more = other.replicas(option.id()) - plan.replicas(option.id());
            double price = more == 0 ? -1 : option.dollarsPerHour() - alternative.moreDollars() / more;
            if (price >= 0) {
                flips.add(new Counterfactual(
                        "price of " + option.id(),
                        option.dollarsPerHour(),
                        price,
                        alternative.what() + " is as cheap"));
            }
        }
    }

    /** Finds the load, up or down by a factor of at most 8, at which disaggregation is decided otherwise. */
    private static void load(
            FleetProblem problem, FleetPlan plan, SizingProgress progress, boolean up, List<Counterfactual> flips) {
        double same = 1;
        for (int i = 1; i <= LOAD_STEPS; i++) {
            double factor = Math.pow(LOAD_STEP, up ? i : -i);
            Boolean apart = disaggregated(problem, factor, progress);
            if (apart == null) {
                return;
            }
            if (apart != plan.disaggregated()) {
                double other = factor;
                for (int step = 0; step < LOAD_BISECTIONS; step++) {
                    double middle = Math.sqrt(same * other);
                    Boolean there = disaggregated(problem, middle, progress);
                    if (there == null) {
                        break;
                    }
                    if (there == plan.disaggregated()) {
                        same = middle;
                    } else {
                        other = middle;
                    }
                }
                flips.add(new Counterfactual(
                        "traffic", 1, other, apart ? "prefill and decode are apart" : "all is aggregated"));
                return;
            }
            same = factor;
        }
    }

    private static @Nullable Boolean disaggregated(FleetProblem problem, double factor, SizingProgress progress) {
        SizingOutcome outcome = FleetSolver.solve(problem.scaled(factor), progress);
        return outcome instanceof FleetPlan plan ? (plan.proven() ? plan.disaggregated() : null) : null;
    }
}
