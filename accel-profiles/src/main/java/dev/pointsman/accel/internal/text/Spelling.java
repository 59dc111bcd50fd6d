// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.internal.text;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the name that was probably meant. */
public final class Spelling {
    private static final int MOST_NAMES = 60;
    private static final int LONGEST = 80;

    private Spelling() {}

    /** Returns one sentence that suggests the nearest of the known names and lists them. */
    public static String hint(String given, Collection<String> known) {
        String nearest = nearest(given, known);
        String maybe = nearest == null ? "Maybe it is misspelt; " : "Maybe " + nearest + " was meant; ";
        if (known.isEmpty()) {
            return maybe + "there are none here.";
        }
        String names = known.stream().sorted().limit(MOST_NAMES).collect(Collectors.joining(", "));
        return maybe
                + (known.size() > MOST_NAMES ? "some of the " + known.size() + " that there are: " : "there are: ")
                + names
                + ".";
    }

    /**
     * Returns the known name nearest to a given one, or null if none is near: within one edit for every three letters (at
     * least one), not counting case, dashes, dots and underscores. Of several equally near, the first in alphabetical order.
     */
    public static @Nullable String nearest(String given, Collection<String> known) {
        if (given.length() > LONGEST) {
            return null;
        }
        String plain = plain(given);
        int nearestDistance = Math.max(1, plain.length() / 3);
        String nearest = null;
        for (String name : known) {
            int distance = distance(plain, plain(name));
            boolean nearer = nearest == null
                    ? distance <= nearestDistance
                    : distance < nearestDistance || (distance == nearestDistance && name.compareTo(nearest) < 0);
            if (nearer) {
                nearest = name;
                nearestDistance = distance;
            }
        }
        return nearest;
    }

    /** Returns a message without line breaks, at most 300 characters long. */
    public static String oneLine(String message) {
        StringBuilder shown = new StringBuilder();
        message.codePoints()
                .limit(300)
                .forEach(letter -> shown.appendCodePoint(Character.isISOControl(letter) ? '?' : letter));
        return shown.toString();
    }

    /** Returns a name as it should stand in a message: without line breaks and not too long. */
    public static String quoted(String name) {
        StringBuilder shown = new StringBuilder();
        name.codePoints()
                .limit(LONGEST)
                .forEach(letter -> shown.appendCodePoint(Character.isISOControl(letter) ? '?' : letter));
        return (name.codePointCount(0, name.length()) > LONGEST ? shown.append("...") : shown).toString();
    }

    /** Returns a name in lower case without dashes, dots, underscores and spaces, as names are compared. */
    public static String plain(String name) {
        StringBuilder plain = new StringBuilder();
        name.toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(letter -> letter != '-' && letter != '_' && letter != '.' && letter != ' ')
                .forEach(plain::appendCodePoint);
        return plain.toString();
    }

    /** The Levenshtein distance: the least number of letters to insert, delete or replace. O(product of the lengths). */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
