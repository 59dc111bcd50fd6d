// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

/** Names made-up blocks: numbers that look random, as hashes do, and never meet by construction or by good luck. */
final class BlockNames {
    private BlockNames() {}

    /** Returns the hash of a block from that of the one before it. */
    static long chain(long parent, long content) {
        return mix(31 * parent + mix(content));
    }

    /**
     * Returns an engine's name of a block.
     *
     * @param salt the same for engines that name blocks alike
     */
    static long engine(long hash, long salt) {
        return mix(hash ^ mix(~salt));
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), with David Stafford's constants; one to one. */
    static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
