// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the name that was probably meant. */
final class Spelling {
    private static final int LONGEST = 200;

    private Spelling() {}

    /**
     * Returns the known name nearest to a given one, or null if none is near: within one edit for every three letters
     * (at least one), not counting case, dashes and underscores. Of several equally near, the first in alphabetical order.
     */
    static @Nullable String nearest(String given, Collection<String> known) {
        if (given.length() > LONGEST) {
            return null; // Nobody meant a name that long, and to compare it takes long.
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

    /** The Levenshtein distance: the least number of letters to insert, delete or replace. O(product of the lengths). */
    static int distance(String a, String b) {
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

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }
}
