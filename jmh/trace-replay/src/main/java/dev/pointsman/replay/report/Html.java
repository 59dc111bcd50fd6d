// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.report;

import dev.pointsman.replay.compare.Figures;
import java.util.Locale;

/** A piece of HTML under construction. What is put in as text is escaped; only this package's own markup is not. */
final class Html {
    private final StringBuilder html = new StringBuilder();

    /** Appends markup of ours as it is. */
    Html markup(String ours) {
        html.append(ours);
        return this;
    }

    /** Appends text from anywhere. */
    Html text(String anything) {
        html.append(escape(anything));
        return this;
    }

    /** Appends a name: as text that may be broken after an underscore. */
    Html name(String name) {
        html.append(escape(name).replace("_", "_<wbr>"));
        return this;
    }

    /** Appends a sentence with figures: as text, with a figure and its unit kept on one line. */
    Html prose(String sentence) {
        return text(Figures.keepUnits(sentence, '\u00A0').replace("\u00A0us", "\u00A0\u00B5s"));
    }

    /** Appends a number for a style attribute, with up to two decimals. */
    Html number(double number) {
        html.append(String.format(Locale.ROOT, "%.2f", number));
        return this;
    }

    @Override
    public String toString() {
        return html.toString();
    }

    /** Makes text harmless between tags and in quoted attributes; control characters are shown as a replacement. */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(Character.isISOControl(c) && c != '\n' && c != '\t' ? '\uFFFD' : c);
            }
        }
        return escaped.toString();
    }
}
