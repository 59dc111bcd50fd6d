// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.explain;

import java.util.ArrayList;
import java.util.List;

/**
 * Columns of text under headings. The first {@code keys} columns name the row; where all columns do not fit side by side,
 * the others go on in further bands below, each with the naming columns again.
 */
final class TextTable {
    private static final String GAP = "  ";

    private final int width;
    private final int keys;
    private final List<Column> columns = new ArrayList<>();

    /**
     * Starts an empty table.
     *
     * @param width columns of the terminal
     * @param keys how many leading columns every band repeats
     */
    TextTable(int width, int keys) {
        this.width = width;
        this.keys = keys;
    }

    /** Adds a column; all columns have the same number of cells, and all text is clean. */
    void column(boolean rightAligned, List<String> heading, List<String> cells) {
        int columnWidth = 0;
        for (String line : heading) {
            columnWidth = Math.max(columnWidth, TerminalText.columns(line));
        }
        for (String cell : cells) {
            columnWidth = Math.max(columnWidth, TerminalText.columns(cell));
        }
        columns.add(new Column(rightAligned, heading, cells, columnWidth));
    }

    /** Appends the table, band by band. */
    void appendTo(StringBuilder into) {
        int next = keys;
        do {
            if (next > keys) {
                into.append('\n');
            }
            List<Column> band = new ArrayList<>(columns.subList(0, keys));
            int used = band.stream()
                    .mapToInt(column -> column.width + GAP.length())
                    .sum();
            while (next < columns.size()
                    && (band.size() == keys || used + GAP.length() + columns.get(next).width <= width)) {
                used += GAP.length() + columns.get(next).width;
                band.add(columns.get(next++));
            }
            appendBand(into, band);
        } while (next < columns.size());
    }

    private static void appendBand(StringBuilder into, List<Column> band) {
        int headingLines =
                band.stream().mapToInt(column -> column.heading.size()).max().orElse(0);
        for (int line = headingLines; line > 0; line--) {
            for (Column column : band) {
                int at = column.heading.size() - line; // headings stand on their last line
                column.append(into, at < 0 ? "" : column.heading.get(at));
            }
            endLine(into);
        }
        for (int row = 0; row < band.get(0).cells.size(); row++) {
            for (Column column : band) {
                column.append(into, column.cells.get(row));
            }
            endLine(into);
        }
    }

    private static void endLine(StringBuilder into) {
        int end = into.length();
        while (end > 0 && into.charAt(end - 1) == ' ') {
            end--;
        }
        into.setLength(end);
        into.append('\n');
    }

    private record Column(boolean rightAligned, List<String> heading, List<String> cells, int width) {
        void append(StringBuilder into, String text) {
            into.append(GAP);
            TerminalText.pad(into, text, width, rightAligned);
        }
    }
}
