// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.tier;

import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.cost.Predictor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * From how many tokens on loading beats recomputing, by deployment and tier: a table to look at, or to configure an engine by.
 * Immutable and thread-safe.
 *
 * @param rows in the order of deployments, then of tiers
 */
public record Crossovers(List<Row> rows) {
    /** Copies what is given. */
    public Crossovers {
        rows = List.copyOf(rows);
    }

    /**
     * One deployment and tier.
     *
     * @param deployment in words
     * @param tier its name
     * @param tokens from which loading is faster, up to the longest that was asked for; -1 if it is not for that, though it may be for
     *     short prefixes, whose reading takes a step however short they are
     * @param loadSeconds of the longest
     * @param recomputeSeconds of the longest
     */
    public record Row(String deployment, String tier, long tokens, double loadSeconds, double recomputeSeconds) {}

    /** Works the table out from what a cost model predicts. */
    public static Crossovers of(List<Predictor> predictors, List<TierLink> tiers, long mostTokens) {
        Amounts.positive("mostTokens", (double) mostTokens);
        List<Row> rows = new ArrayList<>();
        for (Predictor predictor : predictors) {
            Deployment deployment = predictor.deployment();
            PrefillTime prefill = PrefillTime.predicted(predictor);
            for (TierLink tier : tiers) {
                rows.add(new Row(
                        deployment.toString(),
                        tier.name(),
                        TierPolicy.crossover(
                                tokens -> loadSeconds(deployment, tier, tokens) < prefill.seconds(tokens, 0),
                                mostTokens),
                        loadSeconds(deployment, tier, mostTokens),
                        prefill.seconds(mostTokens, 0)));
            }
        }
        return new Crossovers(rows);
    }

    /** Sliding windows and states make the bytes of a token depend on how many there are. */
    private static double loadSeconds(Deployment deployment, TierLink tier, long tokens) {
        return tier.readSeconds(deployment.model().architecture().cacheBytes(tokens, deployment.kvCache()), 0);
    }

    /** Returns the table as comma-separated values, with a header. */
    public String toCsv() {
        StringBuilder text = new StringBuilder("deployment,tier,crossover_tokens,load_seconds,recompute_seconds\n");
        for (Row row : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "%s,%s,%d,%.6f,%.6f\n",
                    quoted(row.deployment()),
                    quoted(row.tier()),
                    row.tokens(),
                    row.loadSeconds(),
                    row.recomputeSeconds()));
        }
        return text.toString();
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }
}
