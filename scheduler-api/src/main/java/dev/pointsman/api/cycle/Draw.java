// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.cycle;

/**
 * Chance that can be repeated: numbers that look random and are a function of the scheduler's seed, the request's id and
 * an index, so that neither concurrency nor the number of draws before can change them. Immutable and thread-safe.
 *
 * <p>The generator is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014):
 * the n-th number is the finalizer of {@code state + (n + 1) * 0x9E3779B97F4A7C15}.
 */
public final class Draw {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final long state;

    private Draw(long state) {
        this.state = state;
    }

    /**
     * Makes the draw of a request.
     *
     * @param seed the scheduler's seed
     * @param requestId the request's id
     */
    public static Draw of(long seed, String requestId) {
        long state = mix(seed);
        for (int i = 0; i < requestId.length(); i++) {
            state = mix(state ^ requestId.charAt(i)) + GOLDEN_GAMMA;
        }
        return new Draw(mix(state ^ requestId.length()));
    }

    /**
     * Makes an independent draw for another purpose, such as a second profile of the same request.
     *
     * @param purpose what the draw is for
     */
    public Draw forPurpose(String purpose) {
        return of(state, purpose);
    }

    /**
     * Returns 64 random bits.
     *
     * @param index which number; for one endpoint use its slot, so that the order of candidates does not matter
     */
    public long bits(int index) {
        return mix(state + (index + 1L) * GOLDEN_GAMMA);
    }

    /**
     * Returns a random number in [0, 1), a multiple of 2^-53.
     *
     * @param index which number; for one endpoint use its slot
     */
    public double unit(int index) {
        return (bits(index) >>> 11) * 0x1.0p-53;
    }

    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
        return b ^ (b >>> 31);
    }
}
