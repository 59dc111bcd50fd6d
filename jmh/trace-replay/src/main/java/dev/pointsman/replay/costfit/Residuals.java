// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.costfit;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.cost.Band;
import dev.pointsman.accel.cost.BasisLevel;
import dev.pointsman.replay.costfit.CostFit.Case;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * How far measurements lie from fits that had not seen them, which is what a band should say; the errors of a fit on its own
 * points would be too small.
 *
 * <p>For models that were measured, each part of the configurations in turn is left out, with all its repeats. For models that
 * were not, each model in turn; for chips that were not, each chip. Bands of small groups are pulled toward those of
 * the group above.
 */
final class Residuals {
    /** For TPOT halves, and for TTFT fifths: with these, nested cross-validation finds four in five points inside the band. */
    static final int TPOT_FOLDS = 2;

    static final int TTFT_FOLDS = 5;
    /** A group of so many points is as much itself as the group above it. */
    private static final int PULL = 20;

    private static final double LOW = 0.1;
    private static final double HIGH = 0.9;

    private final List<Residual> ofKnown = new ArrayList<>();
    private final Map<Integer, List<Residual>> ofStrangers = new HashMap<>();

    private Residuals() {}

    private record Residual(boolean ttft, List<String> path, double logRatio) {}

    static Residuals of(List<Case> cases) {
        Residuals residuals = new Residuals();
        Map<Case, Integer> halves = folds(cases, TPOT_FOLDS);
        leaveOut(
                cases,
                each -> requireNonNull(halves.get(each)),
                (fit, each) -> addTpot(residuals.ofKnown, fit, each, each.path.size()));
        Map<Case, Integer> fifths = folds(cases, TTFT_FOLDS);
        leaveOut(
                cases,
                each -> requireNonNull(fifths.get(each)),
                (fit, each) -> addTtft(residuals.ofKnown, fit, each, each.path.size()));
        leaveOut(
                cases,
                each -> each.path.get(BasisLevel.MODEL.ordinal() - 1),
                (fit, each) -> residuals.addStranger(fit, each, BasisLevel.CHIP, BasisLevel.ENGINE, BasisLevel.DTYPE));
        leaveOut(
                cases,
                each -> each.path.get(BasisLevel.CHIP.ordinal() - 1),
                (fit, each) -> residuals.addStranger(fit, each, BasisLevel.GLOBAL, BasisLevel.VENDOR));
        return residuals;
    }

    /** Deals configurations to folds in turn, within each chip and model, so that repeats of one stay together. */
    static Map<Case, Integer> folds(List<Case> cases, int count) {
        Map<String, TreeMap<String, List<Case>>> byConfiguration = new TreeMap<>();
        for (Case each : cases) {
            byConfiguration
                    .computeIfAbsent(
                            each.point.measured().accelerator() + "\t"
                                    + each.point.measured().model(),
                            key -> new TreeMap<>())
                    .computeIfAbsent(each.point.measured().configuration().toString(), key -> new ArrayList<>())
                    .add(each);
        }
        Map<Case, Integer> folds = new LinkedHashMap<>();
        byConfiguration.values().forEach(configurations -> {
            int next = 0;
            for (List<Case> repeats : configurations.values()) {
                int fold = next++ % count;
                repeats.forEach(each -> folds.put(each, fold));
            }
        });
        return folds;
    }

    /**
     * Returns the band for deployments whose model was not measured, by how much of their path was. Knowing less never makes a
     * band narrower.
     */
    List<Band> strangers(boolean ttft) {
        Band[] bands = new Band[BasisLevel.MODEL.ordinal()];
        Band closer = new Band(1, 1, 0);
        for (int level = bands.length - 1; level >= 0; level--) {
            double[] sorted = sorted(ofStrangers.getOrDefault(level, List.of()), ttft);
            if (sorted.length > 0) {
                double low = StrictMath.exp(Spreads.quantile(sorted, LOW));
                double high = StrictMath.exp(Spreads.quantile(sorted, HIGH));
                closer = new Band(Math.min(low, closer.low()), Math.max(high, closer.high()), sorted.length);
            }
            bands[level] = closer;
        }
        return List.of(bands);
    }

    /** Returns the bands for deployments whose model was measured, by group. */
    Map<List<String>, Band> bands(boolean ttft) {
        Map<List<String>, Band> bands = new LinkedHashMap<>();
        Map<List<String>, double[]> limits = new HashMap<>();
        for (int length = 0; length <= BasisLevel.DTYPE.ordinal(); length++) {
            Map<String, List<Residual>> groups = new TreeMap<>();
            for (Residual residual : ofKnown) {
                groups.computeIfAbsent(String.join("\t", residual.path().subList(0, length)), key -> new ArrayList<>())
                        .add(residual);
            }
            for (List<Residual> group : groups.values()) {
                double[] sorted = sorted(group, ttft);
                List<String> key = List.copyOf(group.get(0).path().subList(0, length));
                if (sorted.length == 0) {
                    continue;
                }
                double[] own = {Spreads.quantile(sorted, LOW), Spreads.quantile(sorted, HIGH)};
                if (length > 0) {
                    double[] above = limits.getOrDefault(key.subList(0, length - 1), own);
                    for (int side = 0; side < own.length; side++) {
                        own[side] = (sorted.length * own[side] + PULL * above[side]) / (sorted.length + PULL);
                    }
                }
                limits.put(key, own);
                bands.put(key, new Band(StrictMath.exp(own[0]), StrictMath.exp(own[1]), sorted.length));
            }
        }
        return bands;
    }

    /** Fits without each part in turn, and hands over the cases of that part. */
    private static <K extends Comparable<K>> void leaveOut(
            List<Case> cases, Function<Case, K> part, BiConsumer<CostFit, Case> into) {
        TreeSet<K> parts = new TreeSet<>(cases.stream().map(part).toList());
        if (parts.size() < 2) {
            return;
        }
        for (K out : parts) {
            CostFit fit = CostFit.fit(cases, each -> !part.apply(each).equals(out));
            cases.stream().filter(each -> part.apply(each).equals(out)).forEach(each -> into.accept(fit, each));
        }
    }

    /** Predicts a case as if no more of its path were known than each of some levels, where that much is. */
    private void addStranger(CostFit fit, Case each, BasisLevel... levels) {
        for (BasisLevel level : levels) {
            int length = level.ordinal();
            if (fit.known(false, each.path.subList(0, length)) == length) {
                List<Residual> into = ofStrangers.computeIfAbsent(length, key -> new ArrayList<>());
                addTpot(into, fit, each, length);
                addTtft(into, fit, each, length);
            }
        }
    }

    private static void addTpot(List<Residual> into, CostFit fit, Case each, int length) {
        each.point.tpotSeconds().ifPresent(measured -> {
            double ratio = measured / fit.tpot(each, length);
            into.add(new Residual(false, each.path, StrictMath.log(ratio)));
        });
    }

    private static void addTtft(List<Residual> into, CostFit fit, Case each, int length) {
        each.point.ttftSeconds().ifPresent(measured -> {
            double ratio = measured / fit.ttft(each, length);
            into.add(new Residual(true, each.path, StrictMath.log(ratio)));
        });
    }

    private static double[] sorted(List<Residual> residuals, boolean ttft) {
        return residuals.stream()
                .filter(residual -> residual.ttft() == ttft)
                .mapToDouble(Residual::logRatio)
                .sorted()
                .toArray();
    }
}
