// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.rules;

/**
 * How two projects compare the tokens that are not cached with the same threshold, and part at equality. A threshold of zero never
 * disaggregates with llm-d, and always if anything is to be read with the simulator.
 */
public enum PrefillThreshold {
    /** llm-d's {@code prefix-based-pd-decider}: at the threshold and above. */
    AT_LEAST,
    /** inference-sim (BLIS): above the threshold only. */
    ABOVE;

    /** Tells whether a prompt is read elsewhere. */
    public boolean disaggregates(long threshold, long uncachedTokens) {
        return this == AT_LEAST ? threshold > 0 && uncachedTokens >= threshold : uncachedTokens > threshold;
    }
}
