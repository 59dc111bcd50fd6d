// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer.label;

/**
 * Reads ranges of context lengths such as {@code 0-2048} from labels. A range is two whole numbers at least 0, the first not
 * above the second, with a hyphen between them; numbers beyond {@link Integer#MAX_VALUE} count as that.
 *
 * <p>Both ends are packed into one long, because labels are read once for every candidate of every request: this allocates
 * nothing.
 */
final class LengthRange {
    /** Stands for text that is no range. */
    static final long NONE = -1;

    private static final int NO_NUMBER = -1;

    private LengthRange() {}

    /** Returns a range, or {@link #NONE}. */
    static long parse(String text) {
        int hyphen = text.indexOf('-');
        if (hyphen < 0) {
            return NONE;
        }
        int min = number(text, 0, hyphen);
        int max = number(text, hyphen + 1, text.length());
        return min == NO_NUMBER || max == NO_NUMBER || min > max ? NONE : (long) min << 32 | max;
    }

    /** Returns the least length of a range. */
    static int min(long range) {
        return (int) (range >>> 32);
    }

    /** Returns the greatest length of a range. */
    static int max(long range) {
        return (int) range;
    }

    private static int number(String text, int from, int to) {
        int start = from;
        int end = to;
        while (start < end && text.charAt(start) == ' ') {
            start++;
        }
        while (start < end && text.charAt(end - 1) == ' ') {
            end--;
        }
        long number = start == end ? NO_NUMBER : 0;
        for (int i = start; i < end; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return NO_NUMBER;
            }
            number = Math.min(number * 10 + digit, Integer.MAX_VALUE);
        }
        return (int) number;
    }
}
