// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** The costs against their formulas, written down plainly, and what holds for all of them. */
class LoadCostProperties {
    private static final String PRODUCER = PrefixMatch.DEFAULT_PRODUCER;
    private static final int BLOCKS = 20;
    private static final double CLOSE = 1e-9;

    record Seen(int requests, int tokens, int added, int matched, double kv, double speed) {}

    @Provide
    Arbitrary<List<Seen>> fleets() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 50),
                        Arbitraries.integers().between(0, 100_000),
                        Arbitraries.integers().between(0, 20_000),
                        Arbitraries.integers().between(0, BLOCKS),
                        Arbitraries.doubles().between(0, 1).ofScale(2),
                        Arbitraries.doubles().between(1, 5000).ofScale(1))
                .as(Seen::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(8);
    }

    private static TestCycle cycle(List<Seen> fleet) {
        TestFleet.Builder builder = TestFleet.builder();
        for (int i = 0; i < fleet.size(); i++) {
            Seen seen = fleet.get(i);
            builder.endpoint(
                    "e" + i,
                    metrics -> metrics.kvUsage(seen.kv)
                            .kvBlockCount(1000)
                            .kvBlockSize(16)
                            .gauge("speed", seen.speed));
        }
        TestCycle cycle = TestCycle.of(builder.build(), TestRequests.tokens(BLOCKS * 16))
                .with(PrefixMatch.of(PRODUCER), new PrefixMatch(BLOCKS, 16));
        for (int i = 0; i < fleet.size(); i++) {
            Seen seen = fleet.get(i);
            cycle.with(InFlightLoad.REQUESTS, "e" + i, seen.requests)
                    .with(InFlightLoad.TOKENS, "e" + i, seen.tokens)
                    .with(InFlightLoad.REQUEST_TOKENS, "e" + i, seen.added)
                    .with(PrefixMatch.matchedBlocks(PRODUCER), "e" + i, seen.matched);
        }
        return cycle;
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void leastWork_isItsFormula(
            @ForAll("fleets") List<Seen> fleet, @ForAll @DoubleRange(min = 0, max = 5) double kvWeight) {
        double[] costs =
                cycle(fleet).costs(Costs.of("least-work", Map.of("speedGauge", "speed", "kvWeight", kvWeight)));

        for (int i = 0; i < costs.length; i++) {
            Seen seen = fleet.get(i);
            double used = Math.min(seen.kv, 0.999);
            double expected = (seen.tokens + seen.added) / seen.speed + kvWeight * used / (1 - used);
            assertThat(costs[i]).isCloseTo(expected, within(CLOSE * (1 + expected)));
        }
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void lmetric_isItsFormula(@ForAll("fleets") List<Seen> fleet) {
        double[] costs = cycle(fleet).costs(Costs.of("lmetric", Map.of()));

        for (int i = 0; i < costs.length; i++) {
            Seen seen = fleet.get(i);
            assertThat(costs[i]).isEqualTo(Math.max(1, seen.tokens + seen.added) * (seen.requests + 1.0));
        }
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void dynamoCost_isItsFormula(
            @ForAll("fleets") List<Seen> fleet,
            @ForAll @DoubleRange(min = 0, max = 2) double credit,
            @ForAll @DoubleRange(min = 0, max = 2) double decay,
            @ForAll @DoubleRange(min = 0, max = 3) double scale,
            @ForAll @IntRange(min = 0, max = 3) int weight) {
        double[] costs = cycle(fleet)
                .costs(Costs.of(
                        "dynamo-cost",
                        Map.of(
                                "overlapCredit", credit,
                                "creditDecay", decay,
                                "prefillLoadScale", scale,
                                "activeRequestWeight", weight)));

        int least = fleet.stream().mapToInt(Seen::tokens).min().orElseThrow();
        for (int i = 0; i < costs.length; i++) {
            Seen seen = fleet.get(i);
            double excess = (seen.tokens - least) / 16.0 / BLOCKS;
            double saved = credit / (1 + decay * excess) * seen.matched;
            double prefill = Math.max(0, seen.tokens / 16.0 + BLOCKS - saved);
            double expected = scale * prefill + seen.kv * 1000 + weight * seen.requests;
            assertThat(costs[i]).isCloseTo(expected, within(CLOSE * (1 + expected)));
        }
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void scores_rankAsCostsDo_andReachFromZeroToOne(@ForAll("fleets") List<Seen> fleet) {
        for (String type : List.of(
                "least-work", "lmetric", "dynamo-cost", "cache-discounted-load", "cache-minus-load", "weighted-load")) {
            Map<String, ?> parameters = type.equals("weighted-load")
                    ? Map.of("terms", List.of(Map.of("signal", "in-flight-requests")))
                    : Map.of();
            double[] costs = cycle(fleet).costs(Costs.of(type, parameters));
            double[] scores = cycle(fleet).score(Costs.of(type, parameters));

            double least = IntStream.range(0, costs.length)
                    .mapToDouble(i -> costs[i])
                    .min()
                    .orElseThrow();
            double greatest = IntStream.range(0, costs.length)
                    .mapToDouble(i -> costs[i])
                    .max()
                    .orElseThrow();
            for (int i = 0; i < costs.length; i++) {
                double expected = greatest > least ? (greatest - costs[i]) / (greatest - least) : 1;
                assertThat(scores[i]).as(type).isCloseTo(expected, within(CLOSE));
            }
        }
    }
}
