// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TerminalTextTest {
    @Test
    void whatMovesTheCursor_isShownAsItsCode() {
        assertThat(TerminalText.clean("a\u001b[2J\r\n\tb")).isEqualTo("a\\u001b[2J\\r\\n\\tb");
        assertThat(TerminalText.clean("\u009b31m \u202e \u2028 \ud800 \ue000"))
                .isEqualTo("\\u009b31m \\u202e \\u2028 \\ud800 \\ue000");
        assertThat(TerminalText.clean("\udb40\udc01")).isEqualTo("\\u{e0001}");
    }

    @Test
    void lettersOfAnyScript_stay() {
        String text = "pod-7 \u00e9 \u4e2d\u6587 \u0395 \ud83d\ude80";

        assertThat(TerminalText.clean(text)).isSameAs(text);
    }

    @Test
    void widths_areThoseOfATerminal() {
        assertThat(TerminalText.columns("pod")).isEqualTo(3);
        assertThat(TerminalText.columns("\u00e9")).isEqualTo(1);
        assertThat(TerminalText.columns("e\u0301")).isEqualTo(1);
        assertThat(TerminalText.columns("\u4e2d\u6587")).isEqualTo(4);
        assertThat(TerminalText.columns("\uff21")).isEqualTo(2);
        assertThat(TerminalText.columns("\uff71")).isEqualTo(1);
        assertThat(TerminalText.columns("\ud83d\ude80")).isEqualTo(2);
    }

    @Test
    void shortening_keepsBothEnds() {
        assertThat(TerminalText.shorten("vllm-decode-7f9c-x2x4q", 12)).isEqualTo("vllm-..x2x4q");
        assertThat(TerminalText.shorten("short", 5)).isEqualTo("short");
        assertThat(TerminalText.shorten("\u4e2d\u4e2d\u4e2d\u4e2d", 7)).isEqualTo("\u4e2d..\u4e2d");
    }

    @Test
    void wrapping_breaksAtSpacesAndInsideLongWords() {
        assertThat(TerminalText.wrap("one two three", 7)).containsExactly("one two", "three");
        assertThat(TerminalText.wrap("a 0123456789 b", 4)).containsExactly("a", "0123", "4567", "89 b");
        assertThat(TerminalText.wrap("", 4)).containsExactly("");
    }

    @Property
    void shortened_fits(@ForAll String text, @ForAll @IntRange(min = 2, max = 40) int columns) {
        String clean = TerminalText.clean(text);

        assertThat(TerminalText.columns(TerminalText.shorten(clean, columns))).isLessThanOrEqualTo(columns);
    }

    @Property
    void wrapped_fitsAndLosesNothing(@ForAll String text, @ForAll @IntRange(min = 2, max = 40) int columns) {
        String clean = TerminalText.clean(text);

        List<String> lines = TerminalText.wrap(clean, columns);

        assertThat(lines)
                .allSatisfy(line -> assertThat(TerminalText.columns(line)).isLessThanOrEqualTo(columns));
        assertThat(String.join("", lines).replace(" ", "")).isEqualTo(clean.replace(" ", ""));
    }

    @Property
    void cleaned_hasNoCharacterThatControls(@ForAll String text) {
        assertThat(TerminalText.clean(text).codePoints())
                .noneMatch(point -> Character.isISOControl(point) || Character.getType(point) == Character.FORMAT);
    }
}
