// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.compare.PolicyRow.Role;
import dev.pointsman.replay.run.ReplaySettings;
import dev.pointsman.replay.run.ServiceTime;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTableTest {
    private static final PolicyRow AFFINE = Comparisons.row("affine", Role.CONTENDER, 300, 50, 150, 175, 175, 175, 175);
    private static final PolicyRow ROUND = Comparisons.row("round", Role.FLOOR, 100, 190, 210, 230, 220, 220, 230);
    private static final PolicyRow PILED = Comparisons.row("piled", Role.CONTENDER, 50, 1_789_000, 1_000, 950, 0, 0, 0);

    @Test
    void table_isAligned_withOraclesAboveAndMarksBesideTheBest() {
        String text = ComparisonTable.format(Comparisons.of(List.of(AFFINE, ROUND, PILED), List.of()));

        assertThat(text).startsWith("""
                        test trace: 100 requests, 1.0k prompt tokens over 1 min 00 s
                        made by hand
                        4 endpoints, 20,000 tokens of cache each; a prompt takes 5 ms + 50 us per uncached token

                                             hit  TTFT s
                        policy             ratio   mean     p50    p90    p99   waiting  busiest
                        --------------------------------------------------------------------------------
                        infinite cache     0.374  0.080   0.200  0.200  0.200         -        -  oracle
                        clairvoyant cache  0.372  0.082       -      -      -         -        -  oracle
                        --------------------------------------------------------------------------------
                        affine             0.300  0.200*  0.200  0.200  0.200*     25 %     1.00
                        round              0.100  0.400   0.400  0.400  0.400      48 %     1.02  floor
                        piled              0.050  1,790   1,790  1,790  1,790     100 %     4.00

                        affine gives the first token soonest.
                        """);
    }

    @Test
    void definitions_nameTheWeightTheStatisticAndTheClock() {
        String text = ComparisonTable.format(Comparisons.of(List.of(AFFINE, ROUND), List.of()));

        assertThat(text)
                .contains("token-weighted")
                .contains("nearest rank")
                .contains("from arrival at the router")
                .contains("block bootstrap");
    }

    @Test
    void levelPolicies_areAllMarked() {
        String text = ComparisonTable.format(Comparisons.of(List.of(AFFINE, ROUND), List.of("round")));

        assertThat(text).contains("affine             0.300  0.200*").contains("round              0.100  0.400*");
    }

    @Test
    void shortTimes_areInMilliseconds() {
        PolicyRow quick = Comparisons.row("quick", Role.CONTENDER, 300, 5, 15, 175, 175, 175, 175);

        assertThat(ComparisonTable.format(Comparisons.of(List.of(quick), List.of())))
                .contains("TTFT ms")
                .contains("quick              0.300    20.0*  20.0  20.0  20.0*");
    }

    @Test
    void noLine_isLongerThanPromised_andAllIsPlainAscii() {
        PolicyRow hostile = Comparisons.row(
                "\u001b[31mred\u0007 " + "x".repeat(300) + " \u202egninwo", Role.CONTENDER, 300, 50, 150, 1, 1, 1, 1);

        String text = ComparisonTable.format(Comparisons.of(List.of(hostile, ROUND), List.of()));

        assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(ComparisonTable.WIDTH));
        assertThat(text.codePoints()).allMatch(c -> c == '\n' || (c >= ' ' && c <= '~'));
        assertThat(text.lines())
                .contains("?[31mred? xxxx...xxxxx ?gninwo  0.300  0.200*  0.200  0.200  0.200*" + "     25 %     1.00");
    }

    @Test
    void longNames_thatDifferAtTheirEnds_stayDistinct() {
        PolicyRow one =
                Comparisons.row("home-scorer:1,active-request-scorer:1", Role.CONTENDER, 300, 5, 15, 1, 1, 1, 1);
        PolicyRow two =
                Comparisons.row("home-scorer:1,active-request-scorer:2", Role.CONTENDER, 300, 5, 16, 1, 1, 1, 1);

        String text = ComparisonTable.format(Comparisons.of(List.of(one, two), List.of()));

        assertThat(text.lines())
                .anyMatch(line -> line.startsWith("home-scorer:1,...uest-scorer:1  0.300"))
                .anyMatch(line -> line.startsWith("home-scorer:1,...uest-scorer:2  0.300"))
                .noneMatch(line -> line.startsWith("#"));
    }

    @Test
    void longNames_thatDifferInTheMiddle_areNumbered() {
        PolicyRow one =
                Comparisons.row("prefix-cache-scorer:3,a-scorer:1,token-load-scorer:1", Role.CONTENDER, 300, 5, 15, 1);
        PolicyRow two =
                Comparisons.row("prefix-cache-scorer:3,b-scorer:1,token-load-scorer:1", Role.CONTENDER, 300, 5, 16, 1);

        String text = ComparisonTable.format(Comparisons.of(List.of(one, two), List.of()));

        assertThat(text.lines())
                .anyMatch(line -> line.startsWith("prefix-cache...oad-scorer:1 #1  0.300"))
                .anyMatch(line -> line.startsWith("prefix-cache...oad-scorer:1 #2  0.300"))
                .contains("#1: prefix-cache-scorer:3,a-scorer:1,token-load-scorer:1")
                .contains("#2: prefix-cache-scorer:3,b-scorer:1,token-load-scorer:1");
    }

    @Test
    void line_doesNotEndBetweenAFigureAndItsUnit() {
        String text = ComparisonTable.format(Comparisons.of(List.of(AFFINE, ROUND, PILED), List.of()));

        assertThat(text)
                .doesNotContainPattern("[0-9]\n *(%|s|ms|times)")
                .contains("so that waiting is\n  100 % of its");
    }

    @Test
    void refusals_haveAColumn_onlyIfThereAreAny() {
        PolicyRow refusing = new PolicyRow(
                "picky", Role.CONTENDER, 12, 1000, 300, AFFINE.ttft(), 50_000, AFFINE.endpoints(), AFFINE.backlog());

        assertThat(ComparisonTable.format(Comparisons.of(List.of(ROUND, refusing), List.of())))
                .contains("busiest  refused")
                .contains("picky refused 12 requests.");
        assertThat(ComparisonTable.format(Comparisons.of(List.of(ROUND), List.of())))
                .doesNotContain("refused");
    }

    @Test
    void settings_areWrittenAsTheyWereConfigured() {
        assertThat(ComparisonTable.settings(
                        new ReplaySettings(1, CacheCapacity.UNLIMITED, ServiceTime.ofMicros(0, 1_250))))
                .isEqualTo("1 endpoint, a cache without limit each; a prompt takes 0 us + 1.25 ms per uncached token");
        assertThat(ComparisonTable.settings(ReplaySettings.cacheOnly(8, new CacheCapacity(500_000))))
                .isEqualTo("8 endpoints, 500,000 tokens of cache each");
    }
}
