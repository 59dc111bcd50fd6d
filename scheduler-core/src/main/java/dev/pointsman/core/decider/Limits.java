// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decider;

/** Checks the limits that deciders are made with. */
final class Limits {
    private Limits() {}

    static void atLeastZero(String name, long tokens) {
        if (tokens < 0) {
            throw new IllegalArgumentException(name + ": must be at least 0, but was " + tokens
                    + ".\nMaybe leave it out; it is a number of tokens.");
        }
    }
}
