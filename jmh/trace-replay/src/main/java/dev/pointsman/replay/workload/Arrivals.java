// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.workload;

/** How requests follow each other. */
public enum Arrivals {
    /** At random: exponential gaps, so that the number in a stage varies around rate times duration. */
    POISSON,
    /** Evenly: every gap is one over the rate. */
    CONSTANT
}
