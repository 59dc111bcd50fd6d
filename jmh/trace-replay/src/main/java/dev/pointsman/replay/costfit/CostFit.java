// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.costfit;

import dev.pointsman.accel.cost.Band;
import dev.pointsman.accel.cost.BasisLevel;
import dev.pointsman.accel.cost.Coefficients;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.cost.Term;
import dev.pointsman.accel.cost.Terms;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Fits the coefficients of TPOT and then of TTFT, which has a decode step among its parts, and finds the bands from points that
 * a fit had not seen. Deterministic: the same points in the same order give the same coefficients.
 */
public final class CostFit {
    private static final int HIGH_CONCURRENCY = 64;
    private static final int FEWEST_POINTS = 10;

    private final HierarchicalRidge decode;
    private final HierarchicalRidge firstToken;

    private CostFit(HierarchicalRidge decode, HierarchicalRidge firstToken) {
        this.decode = decode;
        this.firstToken = firstToken;
    }

    /**
     * Fits a cost model with its bands. Some ten seconds for two thousand points.
     *
     * @throws IllegalArgumentException if there are too few points to set some apart
     */
    public static CostModel fit(Measurements measurements) {
        return fitWithBands(measurements.points());
    }

    static CostModel fitWithBands(List<UsablePoint> points) {
        if (points.size() < FEWEST_POINTS) {
            throw new IllegalArgumentException("measured: must have at least " + FEWEST_POINTS
                    + " usable points, but has " + points.size()
                    + ".\nMaybe run validate on the file: it says why points are left out.");
        }
        requireFewest(points.stream().filter(point -> point.tpotSeconds().isPresent()), "a TPOT");
        requireFewest(points.stream().filter(point -> point.ttftSeconds().isPresent()), "a TTFT");
        List<Case> cases = points.stream().map(Case::new).toList();
        Residuals residuals = Residuals.of(cases);
        return fit(cases, each -> true)
                .model(
                        residuals.strangers(false),
                        residuals.bands(false),
                        residuals.strangers(true),
                        residuals.bands(true));
    }

    private static void requireFewest(Stream<UsablePoint> points, String what) {
        long count = points.count();
        if (count < FEWEST_POINTS) {
            throw new IllegalArgumentException("measured: must have at least " + FEWEST_POINTS + " usable points with "
                    + what + ", but has " + count
                    + ".\nMaybe fit the public points, which ship, together with these.");
        }
    }

    /** Fits to those cases that are chosen, without bands. */
    static CostFit fit(List<Case> cases, Predicate<Case> chosen) {
        List<HierarchicalRidge.Sample> tpots = new ArrayList<>();
        for (Case each : cases) {
            if (chosen.test(each) && each.point.tpotSeconds().isPresent()) {
                double measured = each.point.tpotSeconds().getAsDouble();
                tpots.add(new HierarchicalRidge.Sample(each.path, each.decodeTerms, measured, 1));
            }
        }
        HierarchicalRidge decode = HierarchicalRidge.fit(tpots, Term.DECODE, FitSettings.DECODE);
        List<HierarchicalRidge.Sample> ttfts = new ArrayList<>();
        for (Case each : cases) {
            if (chosen.test(each) && each.point.ttftSeconds().isPresent()) {
                double measured = each.point.ttftSeconds().getAsDouble();
                double[] terms = each.firstTokenTerms(decode.predict(each.path, each.decodeTerms));
                double weight = each.point.load().concurrency() > HIGH_CONCURRENCY
                        ? FitSettings.FIRST_TOKEN.highConcurrencyWeight()
                        : 1;
                ttfts.add(new HierarchicalRidge.Sample(each.path, terms, measured, weight));
            }
        }
        return new CostFit(decode, HierarchicalRidge.fit(ttfts, Term.FIRST_TOKEN, FitSettings.FIRST_TOKEN));
    }

    /** Predicts TPOT in seconds by the group of the longest path of at most some length. */
    double tpot(Case each, int longest) {
        return decode.predict(each.path, each.decodeTerms, longest);
    }

    /** Predicts TTFT in seconds by the group of the longest path of at most some length. */
    double ttft(Case each, int longest) {
        return firstToken.predict(each.path, each.firstTokenTerms(tpot(each, longest)), longest);
    }

    /** Returns how much of a path the fit has seen, for TTFT or for TPOT. */
    int known(boolean ttft, List<String> path) {
        return (ttft ? firstToken : decode).known(path, path.size());
    }

    /** Returns the fit as a cost model whose bands say nothing. */
    CostModel bare() {
        List<Band> strangers = Collections.nCopies(BasisLevel.MODEL.ordinal(), new Band(1, 1, 0));
        Map<List<String>, Band> bands = Map.of(List.of(), new Band(1, 1, 0));
        return model(strangers, bands, strangers, bands);
    }

    private CostModel model(
            List<Band> tpotStrangers,
            Map<List<String>, Band> tpotBands,
            List<Band> ttftStrangers,
            Map<List<String>, Band> ttftBands) {
        return new CostModel(
                new Coefficients(Term.DECODE, decode.groups(), tpotStrangers, tpotBands),
                new Coefficients(Term.FIRST_TOKEN, firstToken.groups(), ttftStrangers, ttftBands));
    }

    /** A point with what is worked out of it once, however often it is fitted. */
    static final class Case {
        final UsablePoint point;
        final List<String> path;
        private final Terms terms;
        private final double[] decodeTerms;

        Case(UsablePoint point) {
            this.point = point;
            this.path = Coefficients.path(point.deployment());
            this.terms = new Terms(point.deployment());
            this.decodeTerms = terms.decode(point.load());
        }

        private double[] firstTokenTerms(double tpotSeconds) {
            return terms.firstToken(point.load(), tpotSeconds);
        }
    }
}
