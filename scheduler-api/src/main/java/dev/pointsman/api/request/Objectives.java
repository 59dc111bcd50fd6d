// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.request;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the caller wants of a request beyond an answer. Immutable.
 *
 * @param priority higher is served first; 0 is ordinary, and a negative one may be shed under load
 * @param ttftTarget wanted time to first token, or null for none; positive
 * @param tpotTarget wanted mean time per output token, or null for none; positive
 * @param fairnessId the tenant whose share this request uses, or null for the default flow
 * @param sessionId what ties the turns of a conversation together, or null for none
 * @param expectedOutputTokens expected length of the answer in tokens, or -1 if unknown
 */
public record Objectives(
        int priority,
        @Nullable Duration ttftTarget,
        @Nullable Duration tpotTarget,
        @Nullable String fairnessId,
        @Nullable String sessionId,
        int expectedOutputTokens) {
    /** No wishes: priority 0, no targets, no identities, unknown length. */
    public static final Objectives NONE = new Objectives(0, null, null, null, null, -1);

    public Objectives {
        requirePositive("ttftTarget", ttftTarget);
        requirePositive("tpotTarget", tpotTarget);
        if (expectedOutputTokens < -1) {
            throw new IllegalArgumentException("expectedOutputTokens: must be at least 0, or -1 if unknown, but was "
                    + expectedOutputTokens + ".\nMaybe use the request's own limit on output tokens.");
        }
    }

    private static void requirePositive(String name, @Nullable Duration target) {
        if (target != null && (target.isNegative() || target.isZero())) {
            throw new IllegalArgumentException(name + ": must be positive, but was " + target
                    + ".\nMaybe leave it out; no target is not the same as a target of zero.");
        }
    }
}
