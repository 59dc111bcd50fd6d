// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Names that fit a column, no two alike. One that is too long loses its middle, since lists of scorers and weights tend to
 * differ at their ends; those that are then alike, or were, are numbered, and a legend says what the numbers stand for.
 *
 * @param shown what to show for each name, in the order given
 * @param legend one line for each number; empty if there is none
 */
record ShortNames(List<String> shown, List<String> legend) {
    private static final String GAP = "...";

    /**
     * Shortens names.
     *
     * @param names any names
     * @param longest the most characters of a short one, at least 16
     */
    static ShortNames of(List<String> names, int longest) {
        List<String> cut = names.stream().map(name -> cut(name, longest)).toList();
        Set<String> taken = new HashSet<>(cut);
        List<String> shown = new ArrayList<>();
        List<String> legend = new ArrayList<>();
        int number = 0;
        for (int i = 0; i < names.size(); i++) {
            String name = cut.get(i);
            if (Collections.frequency(cut, name) > 1) {
                String mark;
                do {
                    number++;
                    mark = " #" + number;
                    name = cut(names.get(i), longest - mark.length()) + mark;
                } while (!taken.add(name));
                legend.add("#" + number + ": " + names.get(i));
            }
            shown.add(name);
        }
        return new ShortNames(List.copyOf(shown), List.copyOf(legend));
    }

    private static String cut(String name, int longest) {
        if (name.length() <= longest) {
            return name;
        }
        int tail = (longest - GAP.length()) / 2;
        int head = longest - GAP.length() - tail;
        return name.substring(0, head) + GAP + name.substring(name.length() - tail);
    }
}
