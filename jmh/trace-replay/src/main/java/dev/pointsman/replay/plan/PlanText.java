// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import dev.pointsman.core.sizing.FleetPlan;
import dev.pointsman.core.sizing.Infeasible;
import dev.pointsman.core.sizing.LatencyTarget;
import dev.pointsman.core.sizing.PlanExplanation;
import dev.pointsman.core.sizing.ReplicaOption;
import dev.pointsman.core.sizing.TrafficClass;
import dev.pointsman.replay.stages.StageResult;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A plan in words, for terminals and as parts of the page. */
public final class PlanText {
    private static final int MOST_FLIPS = 6;

    private PlanText() {}

    /** Returns the whole answer: traffic, plan, what it beat, what binds and what would flip it. */
    public static String format(PlannedFleet planned) {
        StringBuilder text = new StringBuilder();
        text.append(subject(planned)).append(".\n");
        planned.classes().forEach(one -> text.append("  ").append(one).append('\n'));
        if (planned.cache() != null) {
            text.append("  ").append(planned.cache()).append('\n');
        }
        text.append('\n').append(headline(planned)).append('\n');
        if (planned.outcome() instanceof FleetPlan plan) {
            for (FleetPlan.Pool pool : plan.replicas()) {
                text.append(String.format(
                        Locale.ROOT,
                        "  %3d x %-32s %9.2f $/h  %s%n",
                        pool.count(),
                        pool.option().id(),
                        pool.count() * pool.option().dollarsPerHour(),
                        capacities(planned, pool.option())));
            }
            section(text, planned.cache() == null ? "It beat:" : "It beat, with the same hits:", alternatives(planned));
            section(text, "What binds:", bindings(planned));
            section(text, "What would change it:", flips(planned));
        } else if (planned.outcome() instanceof Infeasible infeasible) {
            infeasible
                    .details()
                    .forEach(detail -> text.append("  ").append(detail).append('\n'));
        }
        if (!planned.leftOut().isEmpty()) {
            section(text, "Left out:", leftOut(planned));
        }
        return text.toString();
    }

    /** Returns what was asked for, in one line. */
    public static String subject(PlannedFleet planned) {
        return planned.terms().servers().model().id() + " in "
                + planned.terms().servers().weights() + ", "
                + target(planned.terms().target());
    }

    /** Returns a target in words. */
    public static String target(LatencyTarget target) {
        String of = target.quantile() > 0
                ? String.format(Locale.ROOT, " for %.4g %%", 100 * target.quantile())
                : " on average";
        return String.format(
                Locale.ROOT,
                "TTFT of %.4g s%s, TPOT of %.4g ms",
                target.ttft().toNanos() / 1e9,
                of,
                target.tpot().toNanos() / 1e6);
    }

    /** Returns the answer in one line. */
    public static String headline(PlannedFleet planned) {
        if (planned.outcome() instanceof FleetPlan plan) {
            String proof = plan.proven()
                    ? "the cheapest there is"
                    : String.format(
                            Locale.ROOT, "at most %.2f $/h from the cheapest", plan.totalDollars() - plan.lowerBound());
            return plan + " (" + proof + String.format(Locale.ROOT, "; %.0f %% used)", 100 * plan.utilization());
        }
        return planned.outcome() instanceof Infeasible infeasible ? infeasible.reason() : "no plan";
    }

    /** Returns what the plan beat, and by what. */
    public static List<String> alternatives(PlannedFleet planned) {
        return planned.explanation().alternatives().stream()
                .map(PlanText::alternative)
                .toList();
    }

    private static String alternative(PlanExplanation.Alternative other) {
        FleetPlan plan = other.plan();
        return plan == null
                ? other.what() + ": no such fleet meets the targets"
                : String.format(Locale.ROOT, "%s: %.2f $/h more (%s)", other.what(), other.moreDollars(), plan);
    }

    /** Returns what lifting each limit would save, or that the traffic alone decides. */
    public static List<String> bindings(PlannedFleet planned) {
        List<PlanExplanation.Binding> binding = planned.explanation().binding();
        if (binding.isEmpty()) {
            return List.of("the traffic and its targets alone; no limit of chips, power or bandwidth does");
        }
        return binding.stream()
                .map(one -> String.format(Locale.ROOT, "%s: costs %.2f $/h", one.limit(), one.dollars()))
                .toList();
    }

    /** Returns what would have to change for another answer: the {@value #MOST_FLIPS} smallest changes, smallest first. */
    public static List<String> flips(PlannedFleet planned) {
        return planned.explanation().counterfactuals().stream()
                .sorted(Comparator.comparingDouble(PlanText::change))
                .limit(MOST_FLIPS)
                .map(PlanExplanation.Counterfactual::toString)
                .toList();
    }

    /** By how much something has to change, up or down, for the answer to flip. */
    private static double change(PlanExplanation.Counterfactual flip) {
        return Math.abs(Math.log(flip.flipsAt() / flip.now()));
    }

    /** Returns what could not be used, and why. */
    public static List<String> leftOut(PlannedFleet planned) {
        return planned.leftOut().entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .sorted()
                .toList();
    }

    /** Returns what one replica can do of each class, and what limits it. */
    public static String capacities(PlannedFleet planned, ReplicaOption option) {
        StringBuilder text = new StringBuilder();
        for (TrafficClass traffic : planned.problem().classes()) {
            text.append(text.isEmpty() ? "" : "; ")
                    .append(String.format(
                            Locale.ROOT,
                            "%.2f/s of %s (%s)",
                            option.rate(traffic),
                            traffic.name(),
                            option.capacity(traffic).limit()));
        }
        return text.toString();
    }

    /** Returns what a replay said, in one line. */
    public static String verdict(Verification verified) {
        StageResult result = verified.result();
        String tpot = String.format(
                Locale.ROOT,
                "TPOT %s: mean %.1f ms",
                verified.tpotHolds() ? "holds" : "does not hold",
                1e3 * result.meanItlSeconds());
        return String.format(
                Locale.ROOT,
                "%s, policy %s: TTFT %s: mean %.3f s, P90 %.3f s, in time %.1f %%; %s; %.0f %% read elsewhere",
                verified.trace(),
                result.policy(),
                verified.ttftHolds() ? "holds" : "does not hold",
                result.meanTtftSeconds(),
                result.ttftMicros().p90() / 1e6,
                100 * result.ttftAttainment(),
                tpot,
                100 * result.remoteShare());
    }

    private static void section(StringBuilder text, String title, List<String> lines) {
        text.append('\n').append(title).append('\n');
        lines.forEach(line -> text.append("  ").append(line).append('\n'));
    }
}
