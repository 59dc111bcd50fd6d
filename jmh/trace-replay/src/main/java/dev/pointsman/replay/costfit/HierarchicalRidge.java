// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.costfit;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.cost.BasisLevel;
import dev.pointsman.accel.cost.Coefficients;
import dev.pointsman.accel.cost.Term;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fits one set of coefficients to each group of samples, from the group of all down to the smallest, each a ridge regression
 * toward the group above it, with coefficients between bounds and errors relative to what was measured.
 *
 * <p>What is made least for a group with samples {@code (t, y)} below a group with coefficients {@code p}:
 *
 * <pre>{@code sum of w |t'x / y - 1|  +  strength * (x - p)' S^-1 (x - p),   S = together^2 p p' + diag((each * p)^2)}</pre>
 *
 * so a group can be slower as a whole at little cost, and differ part by part at more. Absolute errors are reached by
 * reweighting squared ones, because a few runs of another engine build should not bend the rest.
 */
final class HierarchicalRidge {
    private final Map<List<String>, double[]> coefficients = new HashMap<>();
    private final List<Coefficients.Group> groups = new ArrayList<>();

    private final double[] prior;
    private final BoundedLeastSquares within;

    private HierarchicalRidge(List<Term> terms) {
        prior = terms.stream().mapToDouble(Term::prior).toArray();
        within = new BoundedLeastSquares(
                terms.stream().mapToDouble(Term::least).toArray(),
                terms.stream().mapToDouble(Term::most).toArray());
    }

    /** One measurement to fit. */
    static final class Sample {
        private final List<String> path;
        private final double[] terms;
        private final double measured;
        private final double weight;

        /**
         * Makes a sample.
         *
         * @param path the groups it is in, outermost first
         * @param terms the parts of its time; not copied
         * @param measured its time; above 0
         * @param weight what it counts
         */
        Sample(List<String> path, double[] terms, double measured, double weight) {
            this.path = path;
            this.terms = terms;
            this.measured = measured;
            this.weight = weight;
        }

        private List<String> group(int level) {
            return path.subList(0, Math.min(level, path.size()));
        }

        private String model() {
            return path.get(BasisLevel.MODEL.ordinal() - 1);
        }
    }

    static HierarchicalRidge fit(List<Sample> samples, List<Term> terms, FitSettings settings) {
        HierarchicalRidge fit = new HierarchicalRidge(terms);
        for (BasisLevel level : BasisLevel.values()) {
            fit.fitLevel(level, samples, settings);
        }
        return fit;
    }

    /** Returns the groups that were fitted, parents first. */
    List<Coefficients.Group> groups() {
        return groups;
    }

    /** Returns how long the longest path is, of at most some length, whose group was fitted. */
    int known(List<String> path, int longest) {
        for (int length = Math.min(longest, path.size()); length > 0; length--) {
            if (coefficients.containsKey(path.subList(0, length))) {
                return length;
            }
        }
        return 0;
    }

    /** Predicts by the group of the longest path of at most some length. */
    double predict(List<String> path, double[] terms, int longest) {
        return dot(requireNonNull(coefficients.get(path.subList(0, known(path, longest)))), terms);
    }

    double predict(List<String> path, double[] terms) {
        return predict(path, terms, path.size());
    }

    private void fitLevel(BasisLevel level, List<Sample> samples, FitSettings settings) {
        int length = level.ordinal();
        Map<String, List<Sample>> byGroup = new TreeMap<>();
        for (Sample sample : samples) {
            if (sample.path.size() >= length) {
                byGroup.computeIfAbsent(String.join("\t", sample.group(length)), key -> new ArrayList<>())
                        .add(sample);
            }
        }
        byGroup.forEach((name, group) -> {
            List<String> key = List.copyOf(group.get(0).group(length));
            double[] above = length == 0
                    ? prior
                    : requireNonNull(coefficients.get(group.get(0).group(length - 1)));
            double[] fitted = fitGroup(level, group, above, settings);
            coefficients.put(key, fitted);
            groups.add(describe(key, group, fitted));
        });
    }

    private double[] fitGroup(BasisLevel level, List<Sample> group, double[] above, FitSettings settings) {
        Map<String, Integer> models = new HashMap<>();
        group.forEach(sample -> models.merge(sample.model(), 1, Integer::sum));
        boolean ofManyModels = level.compareTo(BasisLevel.MODEL) < 0;
        double strength = settings.strength();
        if (ofManyModels && level.compareTo(BasisLevel.CHIP) >= 0) {
            strength *= 1 + settings.fewModels() / models.size();
        }
        double[] weights = new double[group.size()];
        double[][] rows = new double[group.size()][];
        for (int i = 0; i < weights.length; i++) {
            Sample sample = group.get(i);
            weights[i] = sample.weight;
            if (ofManyModels) {
                weights[i] *= StrictMath.pow(20.0 / (20 + models.getOrDefault(sample.model(), 0)), settings.balance());
            }
            rows[i] = Arrays.stream(sample.terms)
                    .map(term -> term / sample.measured)
                    .toArray();
        }
        double[][] pull = pull(above, settings.levels().get(level.ordinal()), settings.floor(), strength);
        double[] x = above;
        for (int round = 0; round < settings.rounds(); round++) {
            x = solve(rows, weights, x, above, pull, settings.errorFloor());
        }
        return x;
    }

    /** One round: squared errors, each weighted by one over what it was in the round before. */
    private double[] solve(
            double[][] rows, double[] weights, double[] before, double[] above, double[][] pull, double errorFloor) {
        int n = above.length;
        double[][] q = new double[n][n];
        double[] c = new double[n];
        for (int r = 0; r < rows.length; r++) {
            double[] row = rows[r];
            double error = Math.abs(dot(before, row) - 1);
            double weight = weights[r] * FitSettings.TYPICAL_ERROR / Math.max(error, errorFloor);
            for (int i = 0; i < n; i++) {
                c[i] += weight * row[i];
                for (int j = 0; j <= i; j++) {
                    q[i][j] += weight * row[i] * row[j];
                }
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                q[j][i] = q[i][j];
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                q[i][j] += pull[i][j];
                c[i] += pull[i][j] * above[j];
            }
        }
        return within.solve(q, c);
    }

    /** Returns the inverse of S times the strength, by the formula of Sherman and Morrison. */
    private double[][] pull(double[] above, FitSettings.Spread spread, double floor, double strength) {
        int n = above.length;
        double[] inverse = new double[n];
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double deviation = Math.max(above[i], floor * prior[i]) * spread.each();
            inverse[i] = 1 / (deviation * deviation);
            sum += above[i] * above[i] * inverse[i];
        }
        double together = spread.together() * spread.together();
        double shared = together / (1 + together * sum);
        double[][] pull = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                pull[i][j] = -strength * shared * inverse[i] * above[i] * inverse[j] * above[j];
            }
            pull[i][i] += strength * inverse[i];
        }
        return pull;
    }

    private static Coefficients.Group describe(List<String> key, List<Sample> group, double[] fitted) {
        double[] errors = group.stream()
                .mapToDouble(sample -> 100 * Math.abs(dot(fitted, sample.terms) / sample.measured - 1))
                .sorted()
                .toArray();
        return new Coefficients.Group(
                key,
                group.size(),
                Arrays.stream(errors).average().orElse(0),
                Spreads.quantile(errors, 0.5),
                Arrays.stream(fitted).boxed().toList());
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
