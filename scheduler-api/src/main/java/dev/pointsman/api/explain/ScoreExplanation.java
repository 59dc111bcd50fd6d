// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.explain;

import static java.util.Objects.requireNonNull;

/**
 * What a scorer gave a candidate. Immutable.
 *
 * @param scorer the scorer's name
 * @param raw what the scorer wrote; NaN if it had no data or failed
 * @param used what was counted: raw, clamped to [0, 1], faded by the age of its signal, or the neutral value
 * @param weight the scorer's weight in the profile, at least 0
 * @param weighted {@code used * weight}, which is added to the total
 * @param note whether the raw score was used as it was
 */
public record ScoreExplanation(String scorer, double raw, double used, double weight, double weighted, Note note) {
    public ScoreExplanation {
        requireNonNull(scorer, "scorer");
        requireNonNull(note, "note");
    }

    /** What became of a raw score. */
    public enum Note {
        /** It was used as it was. */
        USED,
        /** It was outside [0, 1] and was cut to it. */
        CLAMPED,
        /** It came from an old signal and was pulled toward the median of the fresh ones. */
        FADED,
        /** It was missing (NaN), so the neutral value was used. */
        MISSING,
        /** The scorer failed, so the neutral value was used for every candidate. */
        FAILED
    }
}
