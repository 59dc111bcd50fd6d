// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.cycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The JDK's {@link SplittableRandom} is SplitMix64 too, so it says what the numbers must be. */
class DrawTest {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    /** What chi-square with 9 degrees of freedom exceeds once in a thousand times. */
    private static final double CHI_SQUARE_9_AT_1_IN_1000 = 27.88;

    @Property(tries = 500)
    void bits_areTheJdksSequenceFromTheSameState(@ForAll long seed, @ForAll String requestId) {
        Draw draw = Draw.of(seed, requestId);
        SplittableRandom reference = new SplittableRandom(state(seed, requestId));

        for (int index = 0; index < 20; index++) {
            assertThat(draw.bits(index)).isEqualTo(reference.nextLong());
        }
    }

    @Test
    void bits_areTheSameInEveryVersion() {
        Draw draw = Draw.of(42, "req-17");

        assertThat(new long[] {draw.bits(0), draw.bits(1), draw.bits(9_999)})
                .containsExactly(0xb6654d93c09f2f74L, 0x0ea6a08536bc4618L, 0xb2c31fb3167cfa13L);
        assertThat(draw.forPurpose("prefill").bits(0)).isEqualTo(0x2b91858c21138146L);
    }

    @Property(tries = 200)
    void draw_isAFunctionOfSeedIdPurposeAndIndex(@ForAll long seed, @ForAll String id, @ForAll String purpose) {
        Draw one = Draw.of(seed, id);
        Draw other = Draw.of(seed, new String(id.toCharArray()));

        // Read backwards and twice: neither order nor number of draws matters.
        long[] backwards = new long[8];
        for (int index = 7; index >= 0; index--) {
            backwards[index] = one.bits(index);
        }
        for (int index = 0; index < 8; index++) {
            assertThat(other.bits(index)).isEqualTo(backwards[index]).isEqualTo(one.bits(index));
            assertThat(one.forPurpose(purpose).bits(index))
                    .isEqualTo(other.forPurpose(purpose).bits(index));
        }
    }

    @Property(tries = 500)
    void unit_isTheHighest53BitsAsAFraction(@ForAll long seed, @ForAll String id) {
        Draw draw = Draw.of(seed, id);

        double unit = draw.unit(3);

        assertThat(unit).isGreaterThanOrEqualTo(0).isLessThan(1);
        assertThat(unit * 0x1p53).isEqualTo((double) (draw.bits(3) >>> 11));
    }

    @Test
    void similarSeedsIdsAndPurposes_shareNoNumber() {
        Set<Long> numbers = new HashSet<>();
        int draws = 0;
        for (long seed = -2; seed <= 2; seed++) {
            for (String id : new String[] {"\0", "\0\0", "a", "b", "aa", "ab", "ba", "req-1", "req-10", "req-01"}) {
                for (String purpose : new String[] {"", "decode", "prefill"}) {
                    numbers.add(Draw.of(seed, id).forPurpose(purpose).bits(0));
                    numbers.add(Draw.of(seed, id).forPurpose(purpose).bits(1));
                    draws += 2;
                }
                numbers.add(Draw.of(seed, id).bits(0));
                draws++;
            }
        }

        assertThat(numbers).hasSize(draws);
    }

    @Test
    void purposes_ofTheSameRequest_areIndependent() {
        int requests = 20_000;
        double sum = 0;
        int differentBits = 0;
        for (int i = 0; i < requests; i++) {
            Draw draw = Draw.of(7, "req-" + i);
            Draw other = draw.forPurpose("prefill");
            sum += (draw.unit(0) - 0.5) * (other.unit(0) - 0.5);
            differentBits += Long.bitCount(draw.bits(0) ^ other.bits(0));
        }

        // Correlation: variance of a unit is 1/12, and the mean of 20,000 products stays within 4 of 1/sqrt(20,000).
        assertThat(sum / requests * 12).isCloseTo(0, within(4 / Math.sqrt(requests)));
        assertThat((double) differentBits / requests).isCloseTo(32, within(4 * 4 / Math.sqrt(requests)));
    }

    @Test
    void units_ofManyRequestsAndOfManySlots_areUniform() {
        assertUniform(i -> Draw.of(1, "req-" + i).unit(0));
        assertUniform(i -> Draw.of(1, "req-1").unit(i));
        assertUniform(i -> Draw.of(i, "req-1").unit(5));
    }

    @Test
    void slotWithTheHighestNumber_isEachSlotEquallyOften() {
        int slots = 10;
        int requests = 50_000;
        int[] chosen = new int[slots];
        for (int i = 0; i < requests; i++) {
            Draw draw = Draw.of(3, "req-" + i);
            int best = 0;
            for (int slot = 1; slot < slots; slot++) {
                best = draw.bits(slot) > draw.bits(best) ? slot : best;
            }
            chosen[best]++;
        }

        assertThat(chiSquare(chosen, requests)).isLessThan(CHI_SQUARE_9_AT_1_IN_1000);
    }

    private static void assertUniform(IntToDoubleFunction units) {
        int[] tenths = new int[10];
        for (int i = 0; i < 100_000; i++) {
            tenths[(int) (units.applyAsDouble(i) * 10)]++;
        }
        assertThat(chiSquare(tenths, 100_000)).isLessThan(CHI_SQUARE_9_AT_1_IN_1000);
    }

    private static double chiSquare(int[] counts, int total) {
        double expected = (double) total / counts.length;
        double sum = 0;
        for (int count : counts) {
            sum += (count - expected) * (count - expected) / expected;
        }
        return sum;
    }

    /** The state that a draw starts from, with the JDK's own mixing function. */
    private static long state(long seed, String requestId) {
        long state = mix(seed);
        for (int i = 0; i < requestId.length(); i++) {
            state = mix(state ^ requestId.charAt(i)) + GOLDEN_GAMMA;
        }
        return mix(state ^ requestId.length());
    }

    private static long mix(long z) {
        return new SplittableRandom(z - GOLDEN_GAMMA).nextLong();
    }
}
