// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import dev.pointsman.replay.compare.PolicyRow.Role;
import dev.pointsman.replay.compare.Verdict.Ranking;
import dev.pointsman.replay.stats.Quantile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts a verdict into words. Every sentence states measured numbers, and is only said if they bear it out; there is no
 * sentence for a particular policy.
 *
 * <p>The winner is set against the best floor (the question is what a policy gains over looking at nothing), in three
 * steps: how the gain divides into less waiting and less computing, what the cache had to do with it, and what the
 * balance had. Then come the policies that show why one of the two alone is not enough: the one that found most in
 * cache and still lost, and the one that piled the most work on one endpoint.
 */
final class Reasons {
    /** Hit ratios closer than this are called the same. */
    private static final double SAME_HITS = 0.01;

    private final List<PolicyRow> rows;
    private final List<Reference> references;
    private final Ranking byMean;
    private final Ranking byP99;
    private final PolicyRow first;
    /** The best of the other kind: the best floor, or the best contender if a floor is first. Null if there is none. */
    private final @Nullable PolicyRow measure;

    private Reasons(List<PolicyRow> rows, List<Reference> references, Ranking byMean, Ranking byP99) {
        this.rows = rows;
        this.references = references;
        this.byMean = byMean;
        this.byP99 = byP99;
        this.first = row(byMean.first());
        this.measure = byMean.order().stream()
                .map(this::row)
                .filter(row -> row.role() != first.role())
                .findFirst()
                .orElse(null);
    }

    /**
     * Makes the verdict.
     *
     * @param rows at least one, with names that differ
     */
    static Verdict verdict(List<PolicyRow> rows, List<Reference> references, Ranking byMean, Ranking byP99) {
        Reasons reasons = new Reasons(rows, references, byMean, byP99);
        return new Verdict(byMean, byP99, reasons.headline(), reasons.lead(), reasons.reasons());
    }

    private String headline() {
        if (rows.size() == 1) {
            return first.policy() + " ran alone";
        }
        if (byMean.clear()) {
            return first.role() == Role.FLOOR
                    ? "Nothing beats " + first.policy() + " here"
                    : first.policy() + " gives the first token soonest";
        }
        if (byMean.tied().size() == 1) {
            return first.policy() + " and " + byMean.tied().get(0) + " are level";
        }
        return byMean.tied().size() == rows.size() - 1
                ? "No policy stands out"
                : (byMean.tied().size() + 1) + " policies are level at the top";
    }

    private String lead() {
        StringBuilder lead = new StringBuilder();
        lead.append(first.policy())
                .append(" has a mean time to first token of ")
                .append(mean(first));
        Optional<PolicyRow> next = byMean.order().stream()
                .skip(1)
                .filter(name -> !byMean.leads(name))
                .map(this::row)
                .findFirst();
        List<String> gains = new ArrayList<>();
        next.ifPresent(row -> gains.add(gain(row) + place(row)));
        if (measure != null
                && !byMean.leads(measure.policy())
                && next.filter(row -> same(row, measure)).isEmpty()) {
            gains.add(gain(measure) + place(measure));
        }
        if (!gains.isEmpty()) {
            lead.append(", ").append(String.join(" and ", gains));
        }
        lead.append('.');
        if (!byMean.clear()) {
            lead.append(' ').append(levelWith(byMean)).append(", whose difference is within the noise of this trace.");
        }
        if (rows.size() > 1) {
            lead.append(' ').append(p99());
        }
        return lead.toString();
    }

    private String levelWith(Ranking ranking) {
        List<String> parts = new ArrayList<>();
        for (String name : ranking.tied()) {
            parts.add(name + " (" + mean(row(name)) + ")");
        }
        return "It cannot be told apart from " + join(parts);
    }

    private String p99() {
        PolicyRow best = row(byP99.first());
        String time = Figures.time(p99(best));
        if (same(best, first)) {
            String also = byP99.clear() ? "It also has the best 99th percentile, " : "Its 99th percentile is ";
            String level = byP99.clear() ? "" : ", level with " + join(byP99.tied());
            return also + time + level + ".";
        }
        String own = Figures.time(p99(first));
        return byP99.leads(first.policy())
                ? "At the 99th percentile it is level with " + best.policy() + ", " + own + " and " + time + "."
                : "The 99th percentile is best under " + best.policy() + ", " + time + " against " + own + ".";
    }

    private List<String> reasons() {
        List<String> reasons = new ArrayList<>();
        if (measure != null && !byMean.leads(measure.policy())) {
            reasons.add(division(measure));
            reasons.add(cache(measure));
            reasons.add(balance(measure));
        }
        PolicyRow mostHits = rows.stream()
                .max(Comparator.comparingDouble(PolicyRow::hitRatio))
                .orElse(first);
        PolicyRow leastBalanced = rows.stream()
                .max(Comparator.comparingDouble(PolicyRow::busiestOverMean))
                .orElse(first);
        boolean hitsLost = mostHits.hitRatio() > first.hitRatio() + SAME_HITS && !byMean.leads(mostHits.policy());
        if (hitsLost) {
            reasons.add(hitsAreNotAll(mostHits));
        }
        boolean told = hitsLost && same(leastBalanced, mostHits);
        if (!told
                && leastBalanced.outOfBalance()
                && leastBalanced.ttft().meanMicros() > 2 * first.ttft().meanMicros()) {
            reasons.add(leastBalanced.policy() + " gives one endpoint " + times(leastBalanced) + " the mean work"
                    + (leastBalanced.busiestOverMean()
                                    > 0.9 * leastBalanced.endpoints().size()
                            ? ", nearly all there is"
                            : "")
                    + ", so that waiting is " + Figures.wholePercent(leastBalanced.waitingShare())
                    + " of its mean time to first token, " + mean(leastBalanced) + ".");
        }
        references.stream()
                .min(Comparator.comparingDouble(Reference::meanTtftMicros))
                .ifPresent(bound -> reasons.add("What is left to gain: with an " + bound.name()
                        + " and no queue the mean would be " + Figures.time(bound.meanTtftMicros())
                        + "; no policy can go below that on this fleet."));
        rows.stream()
                .filter(row -> row.rejected() > 0)
                .forEach(row -> reasons.add(row.policy() + " refused " + Figures.count(row.rejected())
                        + " requests. Its times are those of the rest, so it ranks after the policies that refused"
                        + " fewer."));
        return reasons;
    }

    /** How the difference of the means divides into waiting and computing. */
    private String division(PolicyRow other) {
        double saved = other.ttft().meanMicros() - first.ttft().meanMicros();
        double waiting = other.meanWaitMicros() - first.meanWaitMicros();
        double computing = saved - waiting;
        String begin = "Of the " + Figures.time(saved) + " it saves over " + other.policy() + ", ";
        if (waiting >= 0 && computing >= 0) {
            return begin + Figures.time(waiting) + " is time not spent waiting in a queue and "
                    + Figures.time(computing) + " is prompt not computed again.";
        }
        return waiting > 0
                ? begin + "all comes from less waiting: " + Figures.time(first.meanWaitMicros()) + " against "
                        + Figures.time(other.meanWaitMicros()) + "; each request computes "
                        + Figures.time(-computing) + " longer."
                : begin + "all comes from less computing: " + Figures.time(first.meanServiceMicros()) + " against "
                        + Figures.time(other.meanServiceMicros()) + " a request; each request waits "
                        + Figures.time(-waiting) + " longer.";
    }

    private String cache(PolicyRow other) {
        double more = first.hitRatio() - other.hitRatio();
        String own = Figures.percent(first.hitRatio());
        String others = Figures.percent(other.hitRatio());
        if (Math.abs(more) <= SAME_HITS) {
            return "The cache is not the reason: it finds " + own + " of the prompt tokens there, " + other.policy()
                    + " " + others + ".";
        }
        double computed = (double) first.uncachedTokens() / other.uncachedTokens() - 1;
        String most = references.stream()
                .max(Comparator.comparingDouble(Reference::hitRatio))
                .map(bound -> " (" + bound.name() + ": " + Figures.percent(bound.hitRatio()) + ")")
                .orElse("");
        return "It finds " + own + " of the prompt tokens in cache, " + other.policy() + " " + others + most
                + "; the fleet computes " + Figures.wholePercent(Math.abs(computed)) + (more > 0 ? " fewer" : " more")
                + " tokens.";
    }

    private String balance(PolicyRow other) {
        double own = first.busiestOverMean();
        double others = other.busiestOverMean();
        boolean yet = own > others && first.waitingShare() < other.waitingShare();
        return "Over the whole run its busiest endpoint computes " + times(first) + " the mean, under "
                + other.policy() + " " + times(other) + (yet ? "; yet waiting is " : "; waiting is ")
                + Figures.wholePercent(first.waitingShare()) + " of its mean time to first token, against "
                + Figures.wholePercent(other.waitingShare()) + ".";
    }

    /** Why a policy that finds more in cache comes later. */
    private String hitsAreNotAll(PolicyRow mostHits) {
        String waits = "a request waits " + Figures.time(mostHits.meanWaitMicros()) + " where under " + first.policy()
                + " it waits " + Figures.time(first.meanWaitMicros()) + ".";
        return mostHits.policy() + " finds more in cache, " + Figures.percent(mostHits.hitRatio())
                + ", and still comes later: "
                + (mostHits.busiestOverMean() > first.busiestOverMean() + 0.05
                        ? "its busiest endpoint computes " + times(mostHits) + " the mean, and " + waits
                        : "its work is even over the whole run, but not from moment to moment; " + waits);
    }

    /** How much lower the first one's mean is: a percentage, or a multiple where that says more. */
    private String gain(PolicyRow other) {
        double part = first.ttft().meanMicros() / other.ttft().meanMicros();
        return part < 0.2
                ? String.format(Locale.ROOT, part < 0.01 ? "%,.0f times shorter" : "%.1f times shorter", 1 / part)
                        + " than that of "
                : Figures.wholePercent(1 - part) + " below ";
    }

    private String place(PolicyRow row) {
        String role = measure != null && same(row, measure)
                ? (row.role() == Role.FLOOR ? ", the best floor" : ", the best contender")
                : "";
        return row.policy() + " (" + mean(row) + role + ")";
    }

    private static boolean same(PolicyRow one, PolicyRow other) {
        return one.policy().equals(other.policy());
    }

    private static String times(PolicyRow row) {
        return Figures.multiple(row.busiestOverMean()) + " times";
    }

    private static String mean(PolicyRow row) {
        return Figures.time(row.ttft().meanMicros());
    }

    private static double p99(PolicyRow row) {
        return row.ttft().quantileMicros(Quantile.P99);
    }

    private static String join(List<String> parts) {
        return parts.size() < 2
                ? String.join("", parts)
                : String.join(", ", parts.subList(0, parts.size() - 1)) + " and " + parts.get(parts.size() - 1);
    }

    private PolicyRow row(String policy) {
        return rows.stream()
                .filter(row -> row.policy().equals(policy))
                .findFirst()
                .orElseThrow();
    }
}
