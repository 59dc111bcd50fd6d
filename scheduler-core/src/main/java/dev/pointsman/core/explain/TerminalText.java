// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.explain;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Text as a terminal shows it: what is safe to print, how many columns it takes, and how to cut it down to size.
 *
 * <p>Ids and messages come from outside. Whatever could move the cursor, change colours or turn the reading direction is
 * shown as its code, such as <code>&#92;u001b</code>; letters of every script are left alone.
 */
final class TerminalText {
    private static final String GAP = "..";

    private TerminalText() {}

    /** Returns the text with every character that does not print shown as its code. */
    static String clean(String text) {
        StringBuilder clean = null;
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            boolean prints = prints(point);
            if (!prints && clean == null) {
                clean = new StringBuilder(text.length() + 8).append(text, 0, i);
            }
            if (clean != null) {
                if (prints) {
                    clean.appendCodePoint(point);
                } else {
                    clean.append(escape(point));
                }
            }
            i += Character.charCount(point);
        }
        return clean == null ? text : clean.toString();
    }

    private static boolean prints(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static String escape(int point) {
        return switch (point) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> String.format(Locale.ROOT, point <= 0xffff ? "\\u%04x" : "\\u{%x}", point);
        };
    }

    /** Returns how many columns clean text takes: two for ideographs and pictures, none for combining marks. */
    static int columns(String text) {
        int columns = 0;
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            columns += columns(point);
            i += Character.charCount(point);
        }
        return columns;
    }

    private static int columns(int point) {
        if (point < 0x300) {
            return 1;
        }
        int type = Character.getType(point);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
            return 0;
        }
        if (point >= 0xff61 && point <= 0xffdc) { // half-width forms
            return 1;
        }
        boolean fullWidth = (point >= 0x3000 && point <= 0x303e) || (point >= 0xff01 && point <= 0xffe6);
        boolean picture = point >= 0x1f300 && point <= 0x1faff;
        return fullWidth || picture || isIdeograph(UnicodeScript.of(point)) ? 2 : 1;
    }

    private static boolean isIdeograph(UnicodeScript script) {
        return switch (script) {
            case HAN, HIRAGANA, KATAKANA, HANGUL, BOPOMOFO, YI -> true;
            default -> false;
        };
    }

    /** Cuts clean text to a number of columns by leaving out its middle; both ends tell ids apart best. */
    static String shorten(String text, int columns) {
        if (columns(text) <= columns) {
            return text;
        }
        int room = Math.max(0, columns - GAP.length());
        String head = head(text, (room + 1) / 2);
        String tail = tail(text, room / 2);
        return head + GAP + tail;
    }

    private static String head(String text, int columns) {
        int end = 0;
        int used = 0;
        while (end < text.length()) {
            int point = text.codePointAt(end);
            used += columns(point);
            if (used > columns) {
                break;
            }
            end += Character.charCount(point);
        }
        return text.substring(0, end);
    }

    private static String tail(String text, int columns) {
        int start = text.length();
        int used = 0;
        while (start > 0) {
            int point = text.codePointBefore(start);
            used += columns(point);
            if (used > columns) {
                break;
            }
            start -= Character.charCount(point);
        }
        return text.substring(start);
    }

    /** Breaks clean text at spaces into lines of a number of columns; a word that is longer than that is broken too. */
    static List<String> wrap(String text, int columns) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" +", -1)) {
            String rest = word;
            if (!line.isEmpty() && columns(line.toString()) + 1 + columns(rest) > columns) {
                lines.add(line.toString());
                line.setLength(0);
            }
            while (columns(rest) > columns) {
                String part = head(rest, columns);
                lines.add(part);
                rest = rest.substring(part.length());
            }
            line.append(line.isEmpty() ? "" : " ").append(rest);
        }
        lines.add(line.toString());
        return lines;
    }

    /** Appends clean text, filled up with spaces on one side. */
    static void pad(StringBuilder into, String text, int columns, boolean rightAligned) {
        int missing = Math.max(0, columns - columns(text));
        if (rightAligned) {
            into.append(" ".repeat(missing)).append(text);
        } else {
            into.append(text).append(" ".repeat(missing));
        }
    }
}
