// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.builtin;

/**
 * Turns keys into 64 bits that look random and are the same on every machine and in every run. The finalizer is that of
 * SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). Not for secrets. Allocates nothing.
 */
public final class Hashing {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private Hashing() {}

    /** Makes each bit of the result depend on all bits; one to one. */
    public static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
        return b ^ (b >>> 31);
    }

    /** Adds one value to a hash; order counts. */
    public static long with(long hash, long value) {
        return mix(hash ^ value) + GOLDEN_GAMMA;
    }

    /** Adds a text and its length to a hash. */
    public static long with(long hash, String text) {
        long all = hash;
        for (int i = 0; i < text.length(); i++) {
            all = with(all, text.charAt(i));
        }
        return with(all, text.length());
    }

    /** Returns 52 of the bits as a number in [0, 1). */
    public static double unit(long bits) {
        return (bits >>> 12) * 0x1.0p-52;
    }
}
