// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import org.jspecify.annotations.Nullable;

/** Lists of names in text, parted by commas, as labels and headers carry them; read in place, without allocating. */
final class NameList {
    private NameList() {}

    /** Returns where the name that starts at or after a place begins, or the text's length if there is none. */
    static int start(String list, int from) {
        int start = from;
        while (start < list.length() && (list.charAt(start) == ',' || list.charAt(start) <= ' ')) {
            start++;
        }
        return start;
    }

    /** Returns where the name that begins at a place ends. */
    static int end(String list, int start) {
        int end = start;
        while (end < list.length() && list.charAt(end) != ',') {
            end++;
        }
        while (end > start && list.charAt(end - 1) <= ' ') {
            end--;
        }
        return end;
    }

    /** Tells whether a list has a name, which stands in another text; {@code *} in the list is every name. */
    static boolean has(@Nullable String list, String text, int start, int end) {
        if (list == null) {
            return false;
        }
        for (int i = start(list, 0); i < list.length(); i = start(list, end(list, i))) {
            int length = end(list, i) - i;
            boolean any = length == 1 && list.charAt(i) == '*';
            if (any || (length == end - start && list.regionMatches(i, text, start, length))) {
                return true;
            }
        }
        return false;
    }
}
