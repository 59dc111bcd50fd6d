// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.decision;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Where one stage of a request runs, and where it could run instead. Immutable.
 *
 * @param profile the profile that chose it
 * @param target the choice
 * @param fallbacks up to {@value #MAX_FALLBACKS} further choices, best first
 */
public record Leg(String profile, Target target, List<Target> fallbacks) {
    /** The most fallbacks that a leg has. */
    public static final int MAX_FALLBACKS = 3;

    public Leg {
        requireNonNull(profile, "profile");
        requireNonNull(target, "target");
        fallbacks = List.copyOf(fallbacks);
        if (fallbacks.size() > MAX_FALLBACKS) {
            throw new IllegalArgumentException("leg " + profile + ": has " + fallbacks.size() + " fallbacks, at most "
                    + MAX_FALLBACKS + " are kept.\nMaybe cut the list to the best ones.");
        }
    }
}
