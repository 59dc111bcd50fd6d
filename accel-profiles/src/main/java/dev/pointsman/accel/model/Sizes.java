// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

/**
 * Bounds on the numbers of a shape: far above any model, and together small enough that no count of weights overflows a
 * {@code long} (the largest, layers * 3 * width * experts * width, stays below 2^63).
 */
final class Sizes {
    static final int LAYERS = 1 << 12;
    static final int WIDTH = 1 << 18;
    static final int HEADS = 1 << 12;
    static final int HEAD_DIM = 1 << 14;
    static final int RANK = 1 << 16;
    static final int EXPERTS = 1 << 13;
    static final int SHARED = 1 << 10;
    static final int TOKENS = 1 << 30;
    static final int VOCABULARY = 1 << 24;

    private Sizes() {}

    /** Checks that a number lies between a least and a most value. */
    static void check(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + ": must be between " + least + " and " + most + ", but was "
                    + value + ".\nMaybe it was read from another field than it should.");
        }
    }
}
