// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.replay.compare.PolicyRow.Role;
import dev.pointsman.replay.compare.Verdict.Ranking;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final PolicyRow AFFINE = Comparisons.row("affine", Role.CONTENDER, 300, 50, 150, 175, 175, 175, 175);
    private static final PolicyRow STICKY = Comparisons.row("sticky", Role.CONTENDER, 350, 170, 130, 400, 100, 100, 50);
    private static final PolicyRow ROUND = Comparisons.row("round", Role.FLOOR, 100, 190, 210, 230, 220, 220, 230);
    private static final PolicyRow PILED = Comparisons.row("piled", Role.CONTENDER, 50, 89_000, 1_000, 950, 0, 0, 0);

    @Test
    void clearWinner_isNamedWithItsGainsOverTheNextAndTheFloor() {
        Verdict verdict =
                Comparisons.of(List.of(AFFINE, STICKY, ROUND, PILED), List.of()).verdict();

        assertThat(verdict.headline()).isEqualTo("affine gives the first token soonest");
        assertThat(verdict.lead())
                .isEqualTo(
                        "affine has a mean time to first token of 0.200 s, 33 % below sticky (0.300 s) and 50 % below"
                                + " round (0.400 s, the best floor). It also has the best 99th percentile, 0.200 s.");
    }

    @Test
    void reasons_divideTheGainAndNameWhatHeldOthersBack() {
        Verdict verdict =
                Comparisons.of(List.of(AFFINE, STICKY, ROUND, PILED), List.of()).verdict();

        assertThat(verdict.reasons())
                .containsExactly(
                        "Of the 0.200 s it saves over round, 0.140 s is time not spent waiting in a queue and 60.0 ms is"
                                + " prompt not computed again.",
                        "It finds 30.0 % of the prompt tokens in cache, round 10.0 % (infinite cache: 37.4 %); the fleet"
                                + " computes 22 % fewer tokens.",
                        "Over the whole run its busiest endpoint computes 1.00 times the mean, under round 1.02 times;"
                                + " waiting is 25 % of its mean time to first token, against 48 %.",
                        "sticky finds more in cache, 35.0 %, and still comes later: its busiest endpoint computes 2.46"
                                + " times the mean, and a request waits 0.170 s where under affine it waits 50.0 ms.",
                        "piled gives one endpoint 4.00 times the mean work, nearly all there is, so that waiting is 99 %"
                                + " of its mean time to first token, 90.0 s.",
                        "What is left to gain: with an infinite cache and no queue the mean would be 80.0 ms; no policy"
                                + " can go below that on this fleet.");
    }

    @Test
    void gainWithoutTheCache_isNotAscribedToIt() {
        PolicyRow balanced = Comparisons.row("balanced", Role.CONTENDER, 105, 20, 205, 225, 225, 225, 220);

        Verdict verdict = Comparisons.of(List.of(balanced, ROUND), List.of()).verdict();

        assertThat(verdict.reasons())
                .contains("The cache is not the reason: it finds 10.5 % of the prompt tokens there, round 10.0 %.");
    }

    @Test
    void gainThatCostsWaiting_isSaidSo() {
        PolicyRow cached = Comparisons.row("cached", Role.CONTENDER, 600, 200, 100, 150, 100, 100, 50);

        Verdict verdict = Comparisons.of(List.of(cached, ROUND), List.of()).verdict();

        assertThat(verdict.reasons().get(0))
                .isEqualTo(
                        "Of the 0.100 s it saves over round, all comes from less computing: 0.100 s against 0.210 s a"
                                + " request; each request waits 10.0 ms longer.");
    }

    @Test
    void gainThatCostsComputing_isSaidSo() {
        PolicyRow spread = Comparisons.row("spread", Role.CONTENDER, 50, 10, 220, 240, 240, 240, 230);

        Verdict verdict = Comparisons.of(List.of(spread, ROUND), List.of()).verdict();

        assertThat(verdict.reasons().get(0))
                .isEqualTo(
                        "Of the 0.170 s it saves over round, all comes from less waiting: 10.0 ms against 0.190 s; each"
                                + " request computes 10.0 ms longer.");
        assertThat(verdict.reasons().get(1)).contains("computes 6 % more tokens");
    }

    @Test
    void tie_isNotCalledAWin() {
        Verdict verdict = Comparisons.of(List.of(AFFINE, STICKY, ROUND), List.of("sticky"))
                .verdict();

        assertThat(verdict.headline()).isEqualTo("affine and sticky are level");
        assertThat(verdict.lead())
                .contains("It cannot be told apart from sticky (0.300 s), whose difference is within the noise")
                .contains("Its 99th percentile is 0.200 s, level with sticky.");
        assertThat(verdict.reasons()).noneMatch(reason -> reason.startsWith("sticky finds more"));
    }

    @Test
    void everybodyLevel_standsOutNobody_andNothingIsExplained() {
        Verdict verdict = Comparisons.of(List.of(AFFINE, STICKY, ROUND), List.of("sticky", "round"))
                .verdict();

        assertThat(verdict.headline()).isEqualTo("No policy stands out");
        assertThat(verdict.reasons()).noneMatch(reason -> reason.contains("it saves over"));
    }

    @Test
    void severalLevel_areCounted() {
        Verdict verdict = Comparisons.of(List.of(AFFINE, STICKY, ROUND, PILED), List.of("sticky", "round"))
                .verdict();

        assertThat(verdict.headline()).isEqualTo("3 policies are level at the top");
    }

    @Test
    void floorThatWins_isSaidSo_againstTheBestContender() {
        Verdict verdict = Comparisons.of(List.of(ROUND, PILED), List.of()).verdict();

        assertThat(verdict.headline()).isEqualTo("Nothing beats round here");
        assertThat(verdict.lead()).contains("225 times shorter than that of piled (90.0 s, the best contender)");
    }

    @Test
    void onePolicy_ranAlone() {
        Verdict verdict = Comparisons.of(List.of(AFFINE), List.of()).verdict();

        assertThat(verdict.headline()).isEqualTo("affine ran alone");
        assertThat(verdict.lead()).isEqualTo("affine has a mean time to first token of 0.200 s.");
    }

    @Test
    void otherWinnerAtTheTail_isNamed() {
        List<PolicyRow> rows = List.of(AFFINE, STICKY);

        Verdict verdict = Reasons.verdict(
                rows,
                List.of(),
                new Ranking(List.of("affine", "sticky"), List.of()),
                new Ranking(List.of("sticky", "affine"), List.of()));

        assertThat(verdict.lead()).endsWith("The 99th percentile is best under sticky, 0.300 s against 0.200 s.");
    }

    @Test
    void rankingOfNobody_isRefused() {
        assertThatThrownBy(() -> new Ranking(List.of(), List.of())).hasMessageContaining("\nMaybe");
    }
}
