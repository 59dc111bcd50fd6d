// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.which;

/**
 * One kind of requests, all alike.
 *
 * @param promptTokens tokens of a prompt, at least 1
 * @param cachedShare which share of them is found in the cache, 0 to 1
 * @param outputTokens tokens of an answer, at least 1
 */
public record Traffic(long promptTokens, double cachedShare, long outputTokens) {
    /** Checks the numbers. */
    public Traffic {
        atLeastOne("prompt length", promptTokens);
        atLeastOne("output length", outputTokens);
        if (!(cachedShare >= 0 && cachedShare <= 1)) {
            throw new IllegalArgumentException("cached share: must be between 0 and 1, but was " + cachedShare
                    + ".\nMaybe it is a percentage; divide it by 100.");
        }
    }

    /** Returns the tokens of a prompt that are read: at least one, as engines do. */
    public long newTokens() {
        return promptTokens - cachedTokens();
    }

    /** Returns the tokens of a prompt that are cached. */
    public long cachedTokens() {
        return Math.min(Math.round(promptTokens * cachedShare), promptTokens - 1);
    }

    /** Returns the tokens that a request holds in the middle of its answer. */
    long meanContext() {
        return promptTokens + outputTokens / 2;
    }

    private static void atLeastOne(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    name + ": must be at least 1 token, but was " + value + ".\nMaybe leave it out; it has a default.");
        }
    }
}
