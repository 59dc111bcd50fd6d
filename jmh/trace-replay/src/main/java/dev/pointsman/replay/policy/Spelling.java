// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.policy;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Guesses which name was meant. */
final class Spelling {
    private Spelling() {}

    /** Returns the name with the fewest edits from what was written; the first of equals. */
    static String nearest(String written, List<String> names) {
        String text = written.length() > 64 ? written.substring(0, 64) : written;
        String lower = text.toLowerCase(Locale.ROOT).replace('-', '_');
        return names.stream()
                .min(Comparator.comparingInt(
                        name -> edits(lower, name.toLowerCase(Locale.ROOT).replace('-', '_'))))
                .orElse("");
    }

    /** Levenshtein's distance, row by row. */
    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, Math.min(row[j - 1], row[j]) + 1);
            }
        }
        return row[b.length()];
    }
}
