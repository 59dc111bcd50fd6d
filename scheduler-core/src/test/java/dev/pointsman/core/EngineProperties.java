// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Holds the pipeline against a few lines of plain Java that do the same with lists. */
class EngineProperties {
    private static final int MOST = 16;
    private static final long SEED = 11;

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void choice_isWhatPlainJavaSays(
            @ForAll @Size(min = 1, max = MOST) List<Boolean> stays,
            @ForAll("filters") List<TableFilter> filters,
            @ForAll("scorers") List<TableScorer> scorers,
            @ForAll @IntRange(max = 1000) int id) {
        Fleet fleet = fleet(stays);
        Pointsman pointsman = Pointsman.builder(fleet)
                .profile(profile(filters, scorers))
                .seed(SEED)
                .build();

        SchedulingOutcome outcome = pointsman.schedule(request("r" + id));

        Naive naive = Naive.of(fleet.snapshot(), filters, scorers, Draw.of(SEED, "r" + id));
        if (naive.ranking.isEmpty()) {
            assertThat(outcome).isInstanceOf(Rejection.class);
            assertThat(((Rejection) outcome).plugin()).isEqualTo(naive.emptiedBy);
            return;
        }
        assertThat(outcome).isInstanceOf(Dispatch.class);
        Leg leg = ((Dispatch) outcome).decision().primary();
        List<String> chosen = new ArrayList<>(List.of(leg.target().endpoint().id()));
        leg.fallbacks().forEach(fallback -> chosen.add(fallback.endpoint().id()));
        assertThat(chosen).isEqualTo(naive.best(4));
        assertThat(leg.target().total()).isEqualTo(naive.totals.get(chosen.get(0)));
        assertThat(leg.fallbacks())
                .allSatisfy(fallback -> assertThat(fallback.total())
                        .isEqualTo(naive.totals.get(fallback.endpoint().id())));
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void pluginsThatFailOrDoNotCount_changeNothing(
            @ForAll @Size(min = 1, max = MOST) List<Boolean> stays,
            @ForAll("filters") List<TableFilter> filters,
            @ForAll("scorers") List<TableScorer> scorers,
            @ForAll("filter") TableFilter filter,
            @ForAll("scorer") TableScorer scorer,
            @ForAll @IntRange(max = 5) int place) {
        Fleet fleet = fleet(stays);
        List<TableFilter> more = new ArrayList<>(filters);
        more.add(Math.min(place, filters.size()), new TableFilter(filter.accepts(), true, false));
        List<TableScorer> others = new ArrayList<>(scorers);
        others.add(Math.min(place, scorers.size()), new TableScorer(scorer.scores(), scorer.fails(), 0));

        SchedulingOutcome plain = Pointsman.builder(fleet)
                .profile(profile(filters, scorers))
                .build()
                .schedule(request("r"));
        SchedulingOutcome burdened =
                Pointsman.builder(fleet).profile(profile(more, others)).build().scheduleExplained(request("r"));

        if (plain instanceof Dispatch dispatch) {
            assertThat(burdened).isInstanceOf(Dispatch.class);
            assertThat(((Dispatch) burdened).decision().primary())
                    .isEqualTo(dispatch.decision().primary());
        } else {
            assertThat(((Rejection) burdened).reason()).isEqualTo(((Rejection) plain).reason());
        }
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void constraints_holdWhateverFails(
            @ForAll @Size(min = 1, max = MOST) List<Boolean> stays,
            @ForAll("filters") List<TableFilter> filters,
            @ForAll("scorers") List<TableScorer> scorers) {
        SchedulingOutcome outcome = Pointsman.builder(fleet(stays))
                .profile(profile(filters, scorers))
                .build()
                .schedule(request("r"));

        boolean undecided = filters.stream().anyMatch(filter -> filter.constraint() && filter.fails());
        if (undecided) {
            assertThat(outcome).isInstanceOf(Rejection.class);
        }
        if (outcome instanceof Dispatch dispatch) {
            List<Target> targets =
                    new ArrayList<>(List.of(dispatch.decision().primary().target()));
            targets.addAll(dispatch.decision().primary().fallbacks());
            for (TableFilter filter : filters) {
                if (filter.constraint()) {
                    assertThat(targets)
                            .allSatisfy(target -> assertThat(filter.accepts().get(number(target.endpoint())))
                                    .isTrue());
                }
            }
        }
    }

    @Property(tries = 20)
    void ties_areDrawnEvenlyInWhateverOrderEndpointsJoined(@ForAll long order, @ForAll long seed) {
        List<Integer> numbers = new ArrayList<>(List.of(0, 1, 2, 3, 4));
        Collections.shuffle(numbers, new Random(order));
        Fleet fleet = Fleet.create();
        fleet.join(Fixtures.endpoint(9));
        numbers.forEach(number -> fleet.join(Fixtures.endpoint(number)));
        fleet.leave("e9");
        Pointsman pointsman = Pointsman.builder(fleet)
                .profile(
                        Profile.builder("p").scorer((request, candidate) -> 0.5).build())
                .seed(seed)
                .build();
        Map<String, Integer> wins = new TreeMap<>();

        for (int i = 0; i < 2000; i++) {
            SchedulingDecision decision = pointsman.evaluate(request("r" + i)).decision();
            assertThat(decision).isNotNull();
            wins.merge(decision.endpoint().id(), 1, Integer::sum);
        }

        // 400 expected each, with a standard deviation of 18; six of those either way.
        assertThat(wins).hasSize(5).allSatisfy((id, count) -> assertThat(count).isBetween(292, 508));
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void equalRequests_areDecidedAlike(
            @ForAll @Size(min = 2, max = MOST) List<Boolean> stays, @ForAll("scorers") List<TableScorer> scorers) {
        Fleet fleet = fleet(stays);
        Pointsman pointsman =
                Pointsman.builder(fleet).profile(profile(List.of(), scorers)).build();

        SchedulingOutcome first = pointsman.schedule(request("r"));

        // Nothing here reads load, so that the second decision sees what the first one saw.
        if (first instanceof Dispatch dispatch) {
            assertThat(((Dispatch) pointsman.schedule(request("r"))).decision().primary())
                    .isEqualTo(dispatch.decision().primary());
        }
    }

    @Provide
    Arbitrary<TableFilter> filter() {
        return Combinators.combine(
                        Arbitraries.frequency(Tuple.of(4, true), Tuple.of(1, false))
                                .list()
                                .ofSize(MOST),
                        Arbitraries.frequency(Tuple.of(4, false), Tuple.of(1, true)),
                        Arbitraries.of(true, false))
                .as(TableFilter::new);
    }

    @Provide
    Arbitrary<List<TableFilter>> filters() {
        return filter().list().ofMaxSize(4);
    }

    @Provide
    Arbitrary<TableScorer> scorer() {
        Arbitrary<Double> score = Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.of(0.0, 0.25, 0.5, 1.0)),
                Tuple.of(4, Arbitraries.doubles().between(0, 1)),
                Tuple.of(
                        1,
                        Arbitraries.of(
                                Double.NaN, -1.0, 1.5, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0)));
        return Combinators.combine(
                        score.list().ofSize(MOST),
                        Arbitraries.frequency(Tuple.of(5, false), Tuple.of(1, true)),
                        Arbitraries.oneOf(
                                Arbitraries.of(0.0, 1.0, 2.0),
                                Arbitraries.doubles().between(0, 10)))
                .as(TableScorer::new);
    }

    @Provide
    Arbitrary<List<TableScorer>> scorers() {
        return scorer().list().ofMaxSize(4);
    }

    /** A fleet of e0, e1 and so on, from which some have left. */
    private static Fleet fleet(List<Boolean> stays) {
        Fleet fleet = Fixtures.fleet(stays.size());
        for (int i = 0; i < stays.size(); i++) {
            if (!stays.get(i)) {
                fleet.leave("e" + i);
            }
        }
        return fleet;
    }

    private static Profile profile(List<TableFilter> filters, List<TableScorer> scorers) {
        Profile.Builder profile = Profile.builder("p");
        for (int i = 0; i < filters.size(); i++) {
            profile.filter(PluginRef.instance("filter-" + i, filters.get(i)));
        }
        for (int i = 0; i < scorers.size(); i++) {
            profile.scorer(
                    PluginRef.instance("scorer-" + i, scorers.get(i)),
                    scorers.get(i).weight());
        }
        return profile.build();
    }

    private static int number(Endpoint endpoint) {
        return Integer.parseInt(endpoint.id().substring(1));
    }

    /** Accepts endpoints by number; one that fails does so when it has removed half of what it would. */
    record TableFilter(List<Boolean> accepts, boolean fails, boolean constraint) implements Filter {
        @Override
        public void filter(SchedulingCycle cycle, CandidateSet candidates) {
            for (int position = 0; position < candidates.size(); position++) {
                if (fails && position >= candidates.size() / 2) {
                    throw new IllegalStateException("filter");
                }
                if (!accepts.get(number(candidates.endpoint(position)))) {
                    candidates.remove(position);
                }
            }
        }
    }

    /** Scores endpoints by number; one that fails does so when it has scored half of them. */
    record TableScorer(List<Double> scores, boolean fails, double weight) implements Scorer {
        @Override
        public void score(SchedulingCycle cycle, Candidates candidates, double[] into) {
            for (int position = 0; position < candidates.size(); position++) {
                if (fails && position >= candidates.size() / 2) {
                    throw new IllegalStateException("scorer");
                }
                into[position] = scores.get(number(candidates.endpoint(position)));
            }
        }
    }

    /** The decision in plain Java. */
    private record Naive(List<String> ranking, Map<String, Double> totals, String emptiedBy) {
        static Naive of(FleetSnapshot fleet, List<TableFilter> filters, List<TableScorer> scorers, Draw draw) {
            List<Endpoint> candidates = new ArrayList<>();
            for (int slot = 0; slot < fleet.slotLimit(); slot++) {
                if (fleet.occupied(slot)) {
                    candidates.add(fleet.endpoint(slot));
                }
            }
            String emptiedBy = null;
            for (int i = 0; i < filters.size() && !candidates.isEmpty(); i++) {
                TableFilter filter = filters.get(i);
                if (filter.fails() && filter.constraint()) {
                    candidates.clear();
                } else if (!filter.fails()) {
                    candidates.removeIf(candidate -> !filter.accepts().get(number(candidate)));
                }
                if (candidates.isEmpty()) {
                    emptiedBy = "filter-" + i;
                }
            }
            Map<String, Double> totals = new TreeMap<>();
            for (Endpoint candidate : candidates) {
                double total = 0;
                for (TableScorer scorer : scorers) {
                    double raw = scorer.fails() ? Double.NaN : scorer.scores().get(number(candidate));
                    double used = Double.isNaN(raw) ? 0.5 : Math.max(0, Math.min(1, raw));
                    total += used * scorer.weight();
                }
                totals.put(candidate.id(), total);
            }
            Comparator<String> byTotal = Comparator.comparing(totals::get);
            Comparator<String> byDraw = Comparator.comparingLong(id -> draw.bits(fleet.slotOf(id)));
            List<String> ranking = new ArrayList<>(totals.keySet());
            ranking.sort(byTotal.thenComparing(byDraw).reversed());
            return new Naive(ranking, totals, emptiedBy);
        }

        List<String> best(int most) {
            return ranking.subList(0, Math.min(most, ranking.size()));
        }
    }
}
