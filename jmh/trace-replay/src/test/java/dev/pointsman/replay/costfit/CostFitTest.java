// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.costfit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.accel.cost.Band;
import dev.pointsman.accel.cost.BasisLevel;
import dev.pointsman.accel.cost.Coefficients;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.cost.Predictor;
import dev.pointsman.replay.costfit.CostFit.Case;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The promises that the cost model makes, on points that a fit had not seen. */
final class CostFitTest {
    private final Measurements measurements;
    private final List<Case> cases;

    CostFitTest() throws IOException {
        measurements = Measurements.shipped();
        cases = measurements.points().stream().map(Case::new).toList();
    }

    @Test
    void fittingTheShippedPoints_givesTheShippedCoefficients() {
        CostModel fitted = CostFit.fit(measurements);

        assertSame(fitted.decode(), CostModel.shipped().decode());
        assertSame(fitted.firstToken(), CostModel.shipped().firstToken());
    }

    @Test
    void fittedToHalfOfTheConfigurations_theOtherHalfIsPredicted() {
        Map<Case, Integer> halves = Residuals.folds(cases, 2);
        List<Validation.Compared> compared = new ArrayList<>();
        for (int half = 0; half < 2; half++) {
            int out = half;
            CostModel model = CostFit.fitWithBands(cases.stream()
                    .filter(each -> halves.get(each) != out)
                    .map(each -> each.point)
                    .toList());
            cases.stream()
                    .filter(each -> halves.get(each) == out)
                    .forEach(each -> compared.add(compare(model, each.point)));
        }

        Validation validation = Validation.of(measurements, compared);

        Validation.Errors pooled = validation.pooled();
        assertThat(pooled.tpot().count()).isGreaterThan(1800);
        assertThat(pooled.tpot().meanAbsPctError()).isLessThanOrEqualTo(12);
        assertThat(pooled.tpot().medianAbsPctError()).isLessThanOrEqualTo(6);
        assertThat(pooled.tpot().insideBand()).isBetween(0.75, 0.85);
        assertThat(pooled.ttft().count()).isGreaterThan(1400);
        assertThat(pooled.ttft().meanAbsPctError()).isLessThanOrEqualTo(26);
        assertThat(pooled.ttft().medianAbsPctError()).isLessThanOrEqualTo(16);
        assertThat(pooled.ttft().insideBand()).isBetween(0.75, 0.85);
        assertThat(validation.ordering().pairs()).isGreaterThan(2000);
        assertThat(validation.ordering().accuracy()).isGreaterThanOrEqualTo(0.95);
        assertThat(validation.lowerBoundViolations()).isLessThanOrEqualTo(0.02);
    }

    @Test
    void fittedWithoutAModel_itIsPredictedOnChipsThatAreKnown() {
        List<Validation.Compared> compared = new ArrayList<>();
        for (String out : new TreeSet<>(cases.stream().map(CostFitTest::model).toList())) {
            CostModel fit = CostFit.fit(cases, each -> !model(each).equals(out)).bare();
            for (Case each : cases) {
                boolean chipKnown =
                        fit.decode().resolve(each.point.deployment()).key().size() >= BasisLevel.CHIP.ordinal();
                if (model(each).equals(out) && chipKnown) {
                    compared.add(compare(fit, each.point));
                }
            }
        }

        Validation.Errors pooled = Validation.of(measurements, compared).pooled();

        assertThat(pooled.tpot().count()).isGreaterThan(1500);
        assertThat(pooled.tpot().meanAbsPctError()).isLessThanOrEqualTo(26);
        assertThat(pooled.ttft().meanAbsPctError()).isLessThanOrEqualTo(55);
    }

    @Test
    void fittedWithoutAChip_itsVendorsOthersPredictItsTpot() {
        List<Validation.Compared> compared = new ArrayList<>();
        for (String out : new TreeSet<>(cases.stream().map(CostFitTest::chip).toList())) {
            CostModel fit = CostFit.fit(cases, each -> !chip(each).equals(out)).bare();
            cases.stream()
                    .filter(each -> chip(each).equals(out))
                    .forEach(each -> compared.add(compare(fit, each.point)));
        }

        Validation.Errors pooled = Validation.of(measurements, compared).pooled();

        assertThat(pooled.tpot().medianAbsPctError()).isLessThanOrEqualTo(30);
        assertThat(pooled.ttft().medianAbsPctError()).isLessThanOrEqualTo(50);
    }

    private static Validation.Compared compare(CostModel model, UsablePoint point) {
        Predictor predictor = model.predictor(point.deployment());
        return new Validation.Compared(
                point, predictor.closedLoopTpot(point.load()), predictor.closedLoopTtft(point.load()));
    }

    private static String model(Case each) {
        return each.point.deployment().model().id();
    }

    private static String chip(Case each) {
        return each.point.deployment().accelerator().id();
    }

    private static void assertSame(Coefficients fitted, Coefficients shipped) {
        assertThat(fitted.groups()).hasSameSizeAs(shipped.groups());
        for (int i = 0; i < shipped.groups().size(); i++) {
            Coefficients.Group expected = shipped.groups().get(i);
            Coefficients.Group actual = fitted.groups().get(i);
            assertThat(actual.key()).isEqualTo(expected.key());
            assertThat(actual.points()).isEqualTo(expected.points());
            assertThat(actual.meanError()).isCloseTo(expected.meanError(), within(0.01));
            for (int j = 0; j < expected.coefficients().size(); j++) {
                double coefficient = expected.coefficients().get(j);
                assertThat(actual.coefficients().get(j))
                        .as(expected.key() + " " + shipped.terms().get(j).name())
                        .isCloseTo(coefficient, within(1e-4 + 1e-4 * coefficient));
            }
        }
        assertThat(fitted.bands().keySet()).isEqualTo(shipped.bands().keySet());
        fitted.bands().forEach((key, band) -> assertSame(band, shipped.bands().get(key)));
        for (int level = 0; level < shipped.strangers().size(); level++) {
            assertSame(fitted.strangers().get(level), shipped.strangers().get(level));
        }
    }

    private static void assertSame(Band fitted, Band shipped) {
        assertThat(fitted.low()).isCloseTo(shipped.low(), within(1e-3));
        assertThat(fitted.high()).isCloseTo(shipped.high(), within(1e-3));
        assertThat(fitted.points()).isEqualTo(shipped.points());
    }
}
