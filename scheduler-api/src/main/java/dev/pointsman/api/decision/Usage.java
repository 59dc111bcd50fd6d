// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.decision;

/**
 * What the engine says a request used, in tokens; -1 where it did not say. Immutable.
 *
 * @param promptTokens tokens of the prompt
 * @param cachedTokens tokens of the prompt that were found in the KV cache
 * @param outputTokens tokens of the answer
 */
public record Usage(int promptTokens, int cachedTokens, int outputTokens) {
    /** The engine said nothing. */
    public static final Usage UNKNOWN = new Usage(-1, -1, -1);

    public Usage {
        if (promptTokens < -1 || cachedTokens < -1 || outputTokens < -1) {
            throw new IllegalArgumentException("usage: token counts must be at least 0, or -1 if unknown, but were "
                    + promptTokens + ", " + cachedTokens + " and " + outputTokens
                    + ".\nMaybe use Usage.UNKNOWN when the response has no usage.");
        }
    }
}
