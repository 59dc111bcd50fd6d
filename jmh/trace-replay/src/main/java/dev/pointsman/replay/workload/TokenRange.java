// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.workload;

import static java.util.Objects.requireNonNull;

import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A length in tokens, drawn uniformly from a range. Immutable.
 *
 * @param min the least, at least 0
 * @param max the most, at least the least and at most {@value #MOST}
 */
public record TokenRange(int min, int max) {
    private static final int MOST = 10_000_000;
    private static final Pattern TEXT = Pattern.compile("(\\d{1,8})(?:-(\\d{1,8}))?");

    public TokenRange {
        if (min < 0 || max < min || max > MOST) {
            throw new IllegalArgumentException("length: must be a range within 0 to " + MOST + " tokens, but was " + min
                    + " to " + max + ".\nMaybe the two ends are swapped.");
        }
    }

    /** Makes a length that is always the same. */
    public static TokenRange of(int tokens) {
        return new TokenRange(tokens, tokens);
    }

    /**
     * Reads a range as people write it: {@code 1200} or {@code 200-4000}.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static TokenRange parse(String text) {
        Matcher matcher = TEXT.matcher(requireNonNull(text, "text"));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("length: must be a number of tokens or a range, but was \"" + text
                    + "\".\nMaybe write 1200 or 200-4000.");
        }
        int min = Integer.parseInt(matcher.group(1));
        return new TokenRange(min, matcher.group(2) == null ? min : Integer.parseInt(matcher.group(2)));
    }

    int draw(SplittableRandom random) {
        return min == max ? min : random.nextInt(min, max + 1);
    }

    /** Returns what {@link #parse} reads. */
    @Override
    public String toString() {
        return min == max ? Integer.toString(min) : min + "-" + max;
    }
}
