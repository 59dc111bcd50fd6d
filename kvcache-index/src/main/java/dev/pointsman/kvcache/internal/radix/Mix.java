// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

/**
 * Where a hash goes in a table. Hashes from elsewhere may be small numbers, so they are mixed first; the place comes
 * from the upper half, so tables may have any length, and the tag from bits below it.
 */
final class Mix {
    private Mix() {}

    static long mix(long hash) {
        long mixed = hash * 0x9E3779B97F4A7C15L;
        mixed ^= mixed >>> 32;
        return mixed * 0xD6E8FEB86659FD93L;
    }

    /** Returns a place below the length. */
    static int place(long mixed, int length) {
        return (int) (((mixed >>> 32) * length) >>> 32);
    }

    /** Returns 8 bits of the hash, never 0. */
    static byte tag(long mixed) {
        int bits = (int) (mixed >>> 24) & 255;
        return (byte) (bits == 0 ? 1 : bits);
    }
}
