// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.decision;

/** How a dispatch ended. */
public enum Ending {
    /** The answer was delivered whole. */
    COMPLETED,
    /** The endpoint or the way to it failed. */
    FAILED,
    /** The caller went away, or the host gave up or closed the dispatch early. */
    CANCELLED,
    /** Leases were on and nobody gave a sign of life in time. */
    EXPIRED
}
