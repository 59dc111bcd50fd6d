// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.calibrate;

/**
 * What else was going on when a time was observed. Times under a full KV cache, preemption or speculative decoding follow other
 * laws, and nothing is learned from them.
 *
 * @param kvUsage how full the KV cache was, 0 to 1
 * @param preempted whether a sequence lost its cache and had to start again
 * @param speculative whether tokens were drafted and verified
 */
public record Conditions(double kvUsage, boolean preempted, boolean speculative) {
    /** Nothing special. */
    public static final Conditions USUAL = new Conditions(0, false, false);

    private static final double FULL = 0.95;

    /** Checks the usage. */
    public Conditions {
        if (!(kvUsage >= 0 && kvUsage <= 1)) {
            throw new IllegalArgumentException("kvUsage: must be between 0 and 1, but was " + kvUsage
                    + ".\nMaybe it is a percentage; divide it by 100.");
        }
    }

    /** Makes conditions with a KV cache of some usage, and nothing else. */
    public static Conditions kvUsage(double usage) {
        return new Conditions(usage, false, false);
    }

    boolean teach() {
        return kvUsage < FULL && !preempted && !speculative;
    }
}
