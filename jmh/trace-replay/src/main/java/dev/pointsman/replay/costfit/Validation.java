// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.costfit;

import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.cost.Prediction;
import dev.pointsman.accel.cost.Predictor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How well a cost model predicts measurements. Immutable.
 *
 * <p>Errors are relative to what was measured: {@code predicted / measured - 1}. TTFT counts at a concurrency of 64 and less,
 * because above it the queue is measured rather than the engine. A point violates the lower bound if its TPOT or its TTFT, at
 * any concurrency, is below it.
 *
 * @param measurements what was predicted
 * @param pooled all points together
 * @param groups by accelerator, engine and data type
 * @param lowerBoundViolations the share of points that are faster than the data sheet allows, 0 to 1
 * @param ordering how often the faster of two chips is named
 */
public record Validation(
        Measurements measurements,
        Errors pooled,
        List<Group> groups,
        double lowerBoundViolations,
        ChipOrdering ordering) {
    private static final int MOST_CONCURRENCY = 64;

    /** Predicts all points. */
    public static Validation of(CostModel model, Measurements measurements) {
        Map<Deployment, Predictor> predictors = new HashMap<>();
        List<Compared> compared = new ArrayList<>();
        for (UsablePoint point : measurements.points()) {
            Predictor predictor = predictors.computeIfAbsent(point.deployment(), model::predictor);
            compared.add(new Compared(
                    point, predictor.closedLoopTpot(point.load()), predictor.closedLoopTtft(point.load())));
        }
        return of(measurements, compared);
    }

    static Validation of(Measurements measurements, List<Compared> compared) {
        Map<String, List<Compared>> byGroup = new TreeMap<>();
        for (Compared each : compared) {
            byGroup.computeIfAbsent(String.join("\t", Group.key(each.point())), key -> new ArrayList<>())
                    .add(each);
        }
        List<Group> groups = new ArrayList<>();
        byGroup.values().forEach(points -> groups.add(Group.of(points)));
        return new Validation(
                measurements,
                Errors.of(compared),
                List.copyOf(groups),
                violations(compared),
                ChipOrdering.of(compared));
    }

    private static double violations(List<Compared> compared) {
        return compared.isEmpty()
                ? 0
                : compared.stream().filter(Compared::violatesLowerBound).count() / (double) compared.size();
    }

    /** A point beside what was predicted for it. */
    record Compared(UsablePoint point, Prediction tpot, Prediction ttft) {
        private boolean violatesLowerBound() {
            return below(point.tpotSeconds(), tpot) || below(point.ttftSeconds(), ttft);
        }

        private static boolean below(OptionalDouble measured, Prediction predicted) {
            return measured.isPresent() && measured.getAsDouble() < predicted.lowerBound();
        }
    }

    /**
     * The errors of some points.
     *
     * @param tpot of TPOT, at any concurrency
     * @param ttft of TTFT, at a concurrency of 64 and less
     */
    public record Errors(Summary tpot, Summary ttft) {
        static Errors of(List<Compared> points) {
            return new Errors(
                    Summary.of(points, each -> each.point().tpotSeconds(), Compared::tpot),
                    Summary.of(
                            points.stream()
                                    .filter(each -> each.point().load().concurrency() <= MOST_CONCURRENCY)
                                    .toList(),
                            each -> each.point().ttftSeconds(),
                            Compared::ttft));
        }
    }

    /**
     * The errors of one quantity.
     *
     * @param count how many points have it
     * @param meanAbsPctError mean absolute error, in percent; null without points
     * @param medianAbsPctError the median of the same
     * @param bias mean error with its sign, in percent: above 0 if predictions are too long
     * @param insideBand the share of points between P10 and P90, 0 to 1
     */
    public record Summary(
            int count,
            @Nullable Double meanAbsPctError,
            @Nullable Double medianAbsPctError,
            @Nullable Double bias,
            @Nullable Double insideBand) {
        static Summary of(
                List<Compared> points,
                Function<Compared, OptionalDouble> measured,
                Function<Compared, Prediction> predicted) {
            List<Double> errors = new ArrayList<>();
            int inside = 0;
            for (Compared each : points) {
                OptionalDouble seconds = measured.apply(each);
                if (seconds.isPresent()) {
                    double actual = seconds.getAsDouble();
                    Prediction prediction = predicted.apply(each);
                    errors.add(100 * (prediction.estimate() / actual - 1));
                    inside += prediction.p10() <= actual && actual <= prediction.p90() ? 1 : 0;
                }
            }
            if (errors.isEmpty()) {
                return new Summary(0, null, null, null, null);
            }
            double[] absolute = errors.stream().mapToDouble(Math::abs).sorted().toArray();
            return new Summary(
                    errors.size(),
                    Arrays.stream(absolute).average().orElseThrow(),
                    Spreads.quantile(absolute, 0.5),
                    errors.stream().mapToDouble(Double::doubleValue).average().orElseThrow(),
                    inside / (double) errors.size());
        }
    }

    /** The errors of the points of one accelerator, engine and data type; the names are those of the file. */
    public record Group(String accelerator, String engine, String dtype, Errors errors, double lowerBoundViolations) {
        private static Group of(List<Compared> points) {
            List<String> key = key(points.get(0).point());
            return new Group(key.get(0), key.get(1), key.get(2), Errors.of(points), violations(points));
        }

        private static List<String> key(UsablePoint point) {
            MeasuredPoint measured = point.measured();
            return List.of(measured.accelerator(), measured.engine(), measured.dtype());
        }
    }
}
