// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.costfit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.accel.calibrate.Calibration;
import dev.pointsman.accel.cost.BasisLevel;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.cost.Predictor;
import dev.pointsman.replay.costfit.CostFit.Case;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Replays the points of each deployment as if they were observed one after another, in three random orders, starting from a fit
 * that has never seen the model, and predicts the points that are still to come.
 */
final class CalibrationCurveTest {
    private static final int FEWEST_POINTS = 14;
    private static final int DRAWS = 3;

    private static final Map<Integer, List<Double>> TPOT = new TreeMap<>();
    private static final Map<Integer, List<Double>> TTFT = new TreeMap<>();

    @BeforeAll
    static void replay() throws IOException {
        List<Case> cases =
                Measurements.shipped().points().stream().map(Case::new).toList();
        Map<String, List<UsablePoint>> deployments = new TreeMap<>();
        for (Case each : cases) {
            deployments
                    .computeIfAbsent(
                            each.point.deployment() + " "
                                    + each.point.deployment().parallelism(),
                            key -> new ArrayList<>())
                    .add(each.point);
        }
        deployments.values().removeIf(points -> points.size() < FEWEST_POINTS);
        Map<String, CostModel> priors = new HashMap<>();
        deployments.values().forEach(points -> {
            CostModel prior = priors.computeIfAbsent(
                    points.get(0).deployment().model().id(),
                    model -> CostFit.fit(
                                    cases,
                                    each -> !each.point
                                            .deployment()
                                            .model()
                                            .id()
                                            .equals(model))
                            .bare());
            Predictor predictor = prior.predictor(points.get(0).deployment());
            if (predictor.decodeBasis().level().compareTo(BasisLevel.CHIP) >= 0) {
                for (int draw = 0; draw < DRAWS; draw++) {
                    List<UsablePoint> shuffled = new ArrayList<>(points);
                    Collections.shuffle(shuffled, new Random(draw));
                    observe(predictor, shuffled);
                }
            }
        });
    }

    @Test
    void afterTenObservations_tpotIsWithinTwelvePercent() {
        assertThat(TPOT.get(10)).hasSizeGreaterThan(90);
        assertThat(mean(TPOT.get(10))).isLessThanOrEqualTo(12);
    }

    @Test
    void afterTenObservations_ttftIsWithinTwentySevenPercent() {
        assertThat(mean(TTFT.get(10))).isLessThanOrEqualTo(27);
    }

    @Test
    void firstObservations_helpTpot_andDoNoHarmToTtft() {
        assertThat(mean(TPOT.get(1))).isLessThan(0.8 * mean(TPOT.get(0)));
        assertThat(mean(TPOT.get(3))).isLessThan(mean(TPOT.get(1)));
        assertThat(mean(TPOT.get(10))).isLessThan(mean(TPOT.get(3)));
        assertThat(mean(TTFT.get(1))).isLessThan(1.05 * mean(TTFT.get(0)));
        assertThat(mean(TTFT.get(3))).isLessThan(0.9 * mean(TTFT.get(0)));
        assertThat(mean(TTFT.get(10))).isLessThan(mean(TTFT.get(3)));
    }

    private static void observe(Predictor predictor, List<UsablePoint> points) {
        Calibration calibration = new Calibration(predictor);
        for (int seen = 0; seen <= 10; seen++) {
            if (seen == 0 || seen == 1 || seen == 3 || seen == 10) {
                compare(calibration.predictor(), points.subList(seen, points.size()), seen);
            }
            UsablePoint next = points.get(seen);
            calibration.observe(next.load(), next.tpotSeconds(), next.ttftSeconds());
        }
    }

    private static void compare(Predictor predictor, List<UsablePoint> points, int seen) {
        List<Double> tpot = new ArrayList<>();
        List<Double> ttft = new ArrayList<>();
        for (UsablePoint point : points) {
            add(
                    tpot,
                    point.tpotSeconds(),
                    predictor.closedLoopTpot(point.load()).estimate());
            if (point.load().concurrency() <= 64) {
                add(
                        ttft,
                        point.ttftSeconds(),
                        predictor.closedLoopTtft(point.load()).estimate());
            }
        }
        if (!tpot.isEmpty()) {
            TPOT.computeIfAbsent(seen, key -> new ArrayList<>()).add(mean(tpot));
        }
        if (!ttft.isEmpty()) {
            TTFT.computeIfAbsent(seen, key -> new ArrayList<>()).add(mean(ttft));
        }
    }

    private static void add(List<Double> errors, OptionalDouble measured, double predicted) {
        if (measured.isPresent()) {
            errors.add(100 * Math.abs(predicted / measured.getAsDouble() - 1));
        }
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
