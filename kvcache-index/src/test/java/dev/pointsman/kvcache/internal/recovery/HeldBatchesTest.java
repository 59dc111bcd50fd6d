// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class HeldBatchesTest {
    private record Waiting(long sequence, String batch, int bytes, long fingerprint) {}

    /** The same by a plain list that is sorted and summed up again each time. */
    private static final class Plain {
        final List<Waiting> waiting = new ArrayList<>();
        boolean overflowed;

        boolean add(Waiting added, int maxBatches, long maxBytes) {
            long bytes = waiting.stream().mapToLong(Waiting::bytes).sum();
            if (waiting.size() == maxBatches || bytes + added.bytes() > maxBytes) {
                overflowed = true;
                return false;
            }
            waiting.removeIf(each -> each.sequence() == added.sequence());
            waiting.add(added);
            waiting.sort(Comparator.comparingLong(Waiting::sequence));
            return true;
        }
    }

    @Property(tries = 500)
    void anyBatches_areKeptInOrderWithinBothBounds(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int maxBatches = 1 + random.nextInt(6);
        int maxBytes = 1 + random.nextInt(40);
        HeldBatches<String> held = new HeldBatches<>(maxBatches, maxBytes);
        Plain plain = new Plain();

        for (int i = 0; i < 100; i++) {
            switch (random.nextInt(12)) {
                case 0 -> {
                    held.clear();
                    plain.waiting.clear();
                    plain.overflowed = false;
                }
                case 1 -> {
                    held.forgetOverflow();
                    plain.overflowed = false;
                }
                case 2, 3, 4 -> {
                    held.removeFirst();
                    if (!plain.waiting.isEmpty()) {
                        plain.waiting.remove(0);
                    }
                }
                default -> {
                    Waiting batch = new Waiting(random.nextInt(10), "batch " + i, random.nextInt(15), i);
                    boolean room = held.add(batch.sequence(), batch.batch(), batch.bytes(), batch.fingerprint());
                    assertThat(room).isEqualTo(plain.add(batch, maxBatches, maxBytes));
                }
            }

            assertThat(held.size()).isEqualTo(plain.waiting.size());
            assertThat(held.isEmpty()).isEqualTo(plain.waiting.isEmpty());
            assertThat(held.overflowed()).isEqualTo(plain.overflowed);
            if (!plain.waiting.isEmpty()) {
                Waiting first = plain.waiting.get(0);
                assertThat(held.firstSequence()).isEqualTo(first.sequence());
                assertThat(held.firstBatch()).isEqualTo(first.batch());
                assertThat(held.firstFingerprint()).isEqualTo(first.fingerprint());
                assertThat(held.lastSequence())
                        .isEqualTo(plain.waiting.get(plain.waiting.size() - 1).sequence());
            }
        }
    }

    @Test
    void batchOfAllBytesThatMayWait_hasRoom_andOneByteMoreHasNot() {
        HeldBatches<String> held = new HeldBatches<>(10, 100);

        assertThat(held.add(3, "all", 100, 0)).isTrue();
        assertThat(held.add(4, "one", 1, 0)).isFalse();
    }
}
