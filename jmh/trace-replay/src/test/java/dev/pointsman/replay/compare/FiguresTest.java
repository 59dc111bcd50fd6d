// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.replay.compare.Figures.Unit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0 us",
                "999|999 us",
                "4567|4.57 ms",
                "45670|45.7 ms",
                "99949|99.9 ms",
                "450123|0.450 s",
                "999600|1.00 s",
                "9994000|9.99 s",
                "9996000|10.0 s",
                "99960000|100 s",
                "1782000000|1,782 s"
            })
    void time_hasThreeFiguresAndAUnit(double micros, String expected) {
        assertThat(Figures.time(micros)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"7250000|7.25 s", "42400000|42 s", "3536999000|58 min 57 s", "11100000000|3 h 05 min"})
    void span_isReadAsOnAClock(long micros, String expected) {
        assertThat(Figures.span(micros)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"950|950", "12031|12.0k", "999960|1.0M", "144793823|144.8M", "2100000000|2.1G"})
    void shortCount_isShort(long number, String expected) {
        assertThat(Figures.shortCount(number)).isEqualTo(expected);
    }

    @Test
    void shares_doNotRoundSomethingToNothing() {
        assertThat(Figures.wholePercent(0)).isEqualTo("0 %");
        assertThat(Figures.wholePercent(0.001)).isEqualTo("<1 %");
        assertThat(Figures.wholePercent(0.437)).isEqualTo("44 %");
        assertThat(Figures.percent(0.37362)).isEqualTo("37.4 %");
        assertThat(Figures.ratio(0.37362)).isEqualTo("0.374");
    }

    @Test
    void column_hasOneUnit() {
        assertThat(Unit.forMean(99_999)).isEqualTo(Unit.MILLISECONDS);
        assertThat(Unit.forMean(100_000)).isEqualTo(Unit.SECONDS);
        assertThat(Unit.MILLISECONDS.format(1_234_000)).isEqualTo("1,234");
    }
}
