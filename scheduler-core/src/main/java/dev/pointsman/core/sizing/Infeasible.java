// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * There is no plan. Immutable and thread-safe.
 *
 * @param cause of which kind the reason is
 * @param reason in words, with what to try
 * @param details for each option that was of no use, why
 */
public record Infeasible(Cause cause, String reason, List<String> details) implements SizingOutcome {
    /** Copies what is given. */
    public Infeasible {
        requireNonNull(cause, "cause");
        requireNonNull(reason, "reason");
        details = List.copyOf(details);
    }

    /** Why there is no plan. */
    public enum Cause {
        /** No option meets the target of some class, idle; more replicas do not help, other types or sizes might. */
        TARGET,
        /** There are not enough chips, watts or changes allowed, or not enough tokens held. */
        RESOURCES,
        /** The caller stopped the search before it found a plan. */
        STOPPED
    }
}
