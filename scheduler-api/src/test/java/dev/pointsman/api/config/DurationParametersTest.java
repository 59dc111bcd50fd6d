// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationParametersTest {
    private static final Duration FALLBACK = Duration.ofSeconds(77);

    private static Parameters given(Object value) {
        return Parameters.of("here", Map.of("timeout", value));
    }

    private static Duration read(Object value) {
        return given(value).duration("timeout", FALLBACK);
    }

    @ParameterizedTest
    @CsvSource({
        "250ms, 250000000",
        "1m30s, 90000000000",
        "2h, 7200000000000",
        "1.5s, 1500000000",
        ".5s, 500000000",
        "1.s, 1000000000",
        "100us, 100000",
        "100\u00b5s, 100000",
        "100\u03bcs, 100000",
        "7ns, 7",
        "1h1m1s1ms1us1ns, 3661001001001",
        "1s1s, 2000000000",
        "+3s, 3000000000",
        "0, 0",
        "-0, 0",
        "0s, 0",
        "1.9ns, 1",
        "' 5s ', 5000000000",
        "9223372036854775807ns, 9223372036854775807"
    })
    void duration_goStyleText_isRead(String text, long nanos) {
        assertThat(read(text)).isEqualTo(Duration.ofNanos(nanos));
    }

    @Test
    void duration_number_isSeconds() {
        assertThat(read(3)).isEqualTo(Duration.ofSeconds(3));
        assertThat(read(0.1)).isEqualTo(Duration.ofMillis(100));
        assertThat(read(new BigDecimal("1.0000000019"))).isEqualTo(Duration.ofNanos(1_000_000_001));
        assertThat(read(new BigDecimal("1e-999999999"))).isZero();
    }

    @Test
    void duration_absent_isTheFallback() {
        assertThat(given("1s").duration("other", FALLBACK)).isEqualTo(FALLBACK);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"5", "", "s", "1", "1 s", "1d", "1,5s", "--1s", "1s-1s", "1e3s", "PT1S", ".s", "1sx", "NaN"})
    void duration_otherText_isRefused(String text) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(ParameterException.class)
                .hasMessage("here.timeout: must be a length of time >= 0s, but was \"" + text
                        + "\".\nMaybe add a unit: ns, us, ms, s, m or h, as in 250ms or 1m30s.");
    }

    @Test
    void duration_negative_isRefusedUnlessTheBoundsAllowIt() {
        assertThatThrownBy(() -> read("-5s"))
                .hasMessage("here.timeout: must be a length of time >= 0s, but was \"-5s\".\nMaybe the unit is wrong.");
        assertThatThrownBy(() -> read(-0.25))
                .hasMessage("here.timeout: must be a length of time >= 0s, but was -0.25.\n"
                        + "Maybe add a unit; a plain number is in seconds.");
        assertThat(given("-5s").duration("timeout", FALLBACK, Duration.ofSeconds(-10), Duration.ZERO))
                .isEqualTo(Duration.ofSeconds(-5));
    }

    @Test
    void duration_outOfBounds_isRefusedWithThem() {
        assertThatThrownBy(
                        () -> given("2h").duration("timeout", FALLBACK, Duration.ofMillis(1), Duration.ofSeconds(90)))
                .isInstanceOf(ParameterException.class)
                .hasMessage("here.timeout: must be a length of time between 1ms and 1m30s, but was \"2h\".\n"
                        + "Maybe the unit is wrong.");
        assertThatThrownBy(() -> given(0).duration("timeout", FALLBACK, Duration.ofNanos(1), DurationText.MAX))
                .hasMessage("here.timeout: must be a length of time >= 1ns, but was 0.\n"
                        + "Maybe add a unit; a plain number is in seconds.");
    }

    @Test
    void duration_beyondWhatNanosecondsHold_isRefused() {
        for (Object tooLong : List.of("9223372036854775808ns", "2562048h", 1e10, new BigDecimal("1e999999999"))) {
            assertThatThrownBy(() -> read(tooLong))
                    .isInstanceOf(ParameterException.class)
                    .hasMessageStartingWith("here.timeout: must be a length of time >= 0s, but was ");
        }
    }

    @Test
    void duration_otherKinds_areRefused() {
        assertThatThrownBy(() -> read(true))
                .hasMessage("here.timeout: must be a length of time >= 0s, but was true (true or false).\n"
                        + "Maybe use text such as 250ms, or a number of seconds.");
        assertThatThrownBy(() -> read(Double.POSITIVE_INFINITY))
                .hasMessage("here.timeout: must be a length of time >= 0s, but was Infinity.\n"
                        + "Maybe leave it out; an absent parameter takes its default.");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "7, 7ns",
        "1500, 1.5us",
        "250000000, 250ms",
        "1500000000, 1.5s",
        "90000000000, 1m30s",
        "7200000000000, 2h",
        "3600000000001, 1h0.000000001s",
        "-90000000000, -1m30s"
    })
    void print_anyLength_isShort(long nanos, String text) {
        assertThat(DurationText.print(Duration.ofNanos(nanos))).isEqualTo(text);
    }

    @Property
    void print_anyLength_readsBack(@ForAll long nanos) {
        Duration duration = Duration.ofNanos(Math.max(nanos, -Long.MAX_VALUE));

        Duration back = given(DurationText.print(duration))
                .duration("timeout", FALLBACK, DurationText.MAX.negated(), DurationText.MAX);

        assertThat(back).isEqualTo(duration);
    }

    @Property
    void duration_anyParts_areAddedUp(
            @ForAll @IntRange(max = 100_000) int hours,
            @ForAll @IntRange(max = 100_000) int minutes,
            @ForAll @IntRange(max = 100_000) int millis,
            @ForAll @LongRange(max = 1L << 50) long nanos) {
        String text = hours + "h" + minutes + "m" + millis + "ms" + nanos + "ns";

        assertThat(read(text))
                .isEqualTo(Duration.ofHours(hours)
                        .plusMinutes(minutes)
                        .plusMillis(millis)
                        .plusNanos(nanos));
    }
}
