// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.feed.ResumePoint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class IndexSnapshotTest {
    private static final int BLOCK_SIZE = 16;
    private static final int CRC_BYTES = Integer.BYTES;
    private static final IndexSnapshot SNAPSHOT = new IndexSnapshot(BLOCK_SIZE);

    @Property(tries = 300)
    void whatIsSaved_isLoaded_underTheSlotsOfItsNames(@ForAll long seed, @ForAll @IntRange(max = 6) int endpoints)
            throws IOException {
        PlainRestorableIndex index = randomIndex(seed, endpoints, 40);
        byte[] saved = save(index, endpoints);

        PlainRestorableIndex other = new PlainRestorableIndex();
        List<SnapshotEndpoint> loaded = load(saved, name -> 100 - slotOf(name), other);

        Map<Integer, Object> expected = new HashMap<>();
        index.all().forEach((slot, tiers) -> expected.put(100 - slot, tiers));
        assertThat(other.all()).isEqualTo(expected);
        assertThat(loaded).hasSize(endpoints);
        for (SnapshotEndpoint endpoint : loaded) {
            assertThat(endpoint.slot()).isEqualTo(100 - slotOf(endpoint.name()));
            assertThat(endpoint.resume()).isEqualTo(resumeOf(slotOf(endpoint.name())));
        }
        assertThat(save(index, endpoints)).as("saved again").isEqualTo(saved);
    }

    @Test
    void endpointsThatAreGone_areSkipped() throws IOException {
        PlainRestorableIndex index = randomIndex(1, 3, 40);

        PlainRestorableIndex other = new PlainRestorableIndex();
        List<SnapshotEndpoint> loaded =
                load(save(index, 3), name -> slotOf(name) == 1 ? IndexSnapshot.SKIP : slotOf(name), other);

        assertThat(loaded.stream().map(SnapshotEndpoint::slot)).containsExactly(0, 2);
        assertThat(other.all().keySet()).containsExactlyInAnyOrder(0, 2);
        assertThat(other.all().get(2)).isEqualTo(index.all().get(2));
    }

    @Property(tries = 1_000)
    void damage_isFound_andNothingIsLoaded(
            @ForAll long seed, @ForAll @IntRange(max = 3) int kind, @ForAll @IntRange(min = 0) int position)
            throws IOException {
        byte[] saved = save(randomIndex(seed, 3, 10), 3);
        int at = position % saved.length;
        byte[] damaged;
        switch (kind) {
            case 0 -> {
                damaged = saved.clone();
                damaged[at] ^= (byte) (1 << (seed & 7));
            }
            case 1 -> damaged = Arrays.copyOf(saved, at);
            case 2 -> damaged = Arrays.copyOf(saved, saved.length + 1 + at);
            default -> {
                damaged = new byte[saved.length - 1];
                System.arraycopy(saved, 0, damaged, 0, at);
                System.arraycopy(saved, Math.min(at + 1, saved.length - 1), damaged, at, damaged.length - at);
            }
        }
        if (Arrays.equals(saved, damaged)) {
            return;
        }

        assertRefused(damaged);
    }

    @Property(tries = 2_000)
    void bytesMadeUpWithARightChecksum_areLoadedOrRefused_andNothingElse(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        byte[] bytes = save(randomIndex(seed, 2, 6), 2);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = 20 + random.nextInt(bytes.length - 20 - CRC_BYTES);
            bytes[at] = (byte) (random.nextBoolean() ? random.nextInt() : random.nextInt(3));
        }
        seal(bytes);
        PlainRestorableIndex index = new PlainRestorableIndex();
        Map<String, Integer> slots = new HashMap<>();

        try {
            load(bytes, name -> slots.computeIfAbsent(name, added -> slots.size()), index);
        } catch (SnapshotException e) {
            assertThat(index.size()).isZero();
            assertThat(e.getMessage().lines()).hasSize(2);
        }
    }

    @Test
    void noise_isRefused() {
        Random random = new Random(7);
        for (int i = 0; i < 1_000; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            assertRefused(noise);
        }
    }

    @Test
    void secondReadingThatDiffers_isUndone() throws IOException {
        byte[] saved = save(randomIndex(3, 3, 40), 3);
        byte[] other = save(randomIndex(4, 3, 40), 3);
        AtomicInteger opened = new AtomicInteger();
        PlainRestorableIndex index = new PlainRestorableIndex();

        assertThatThrownBy(() -> SNAPSHOT.load(
                        () -> new ByteArrayInputStream(opened.getAndIncrement() == 0 ? saved : other),
                        IndexSnapshotTest::slotOf,
                        index))
                .isInstanceOf(SnapshotException.class)
                .hasMessageStartingWith("snapshot: changed while it was loaded.");
        assertThat(index.size()).isZero();
        assertThatThrownBy(() -> SNAPSHOT.load(
                        () -> new ByteArrayInputStream(
                                opened.getAndIncrement() == 2 ? saved : Arrays.copyOf(saved, saved.length - 9)),
                        IndexSnapshotTest::slotOf,
                        index))
                .isInstanceOf(SnapshotException.class);
        assertThat(index.size()).isZero();
    }

    @Test
    void otherKindsAndVersions_areRefusedByName() throws IOException {
        byte[] saved = save(randomIndex(5, 1, 5), 1);

        assertThatThrownBy(() -> load(changed(saved, 0, 0), IndexSnapshotTest::slotOf, new PlainRestorableIndex()))
                .hasMessage("snapshot: does not begin as one does.\nMaybe the path is that of another file.");
        assertThatThrownBy(() -> load(changed(saved, 11, 2), IndexSnapshotTest::slotOf, new PlainRestorableIndex()))
                .hasMessageStartingWith("snapshot: has version 2 and block hashes of version 1, but only 1 and 1 can");
        assertThatThrownBy(() -> new IndexSnapshot(32)
                        .load(
                                () -> new ByteArrayInputStream(saved),
                                IndexSnapshotTest::slotOf,
                                new PlainRestorableIndex()))
                .hasMessageStartingWith("snapshot: has blocks of 16 tokens, but the index has blocks of 32.");
    }

    @Test
    void moreThanTheLimits_isRefused() throws IOException {
        PlainRestorableIndex index = new PlainRestorableIndex();
        index.store(0, new long[] {1, 2, 3}, 0, 3);
        index.store(0, new long[] {1, 2, 3}, 0, 1);
        byte[] saved = save(index, 2);

        assertThat(loadWithin(new SnapshotLimits(2, 4), saved)).hasSize(2);
        assertThatThrownBy(() -> loadWithin(new SnapshotLimits(1, 4), saved)).hasMessageContaining("1 endpoints");
        assertThatThrownBy(() -> loadWithin(new SnapshotLimits(2, 3), saved)).hasMessageContaining("3 blocks");
    }

    @Test
    void indexThatHoldsBlocks_orSlotsTakenTwice_areRefused() throws IOException {
        byte[] saved = save(randomIndex(5, 2, 5), 2);
        PlainRestorableIndex full = new PlainRestorableIndex();
        full.store(9, new long[] {1}, 0, 1);

        assertThatThrownBy(() -> load(saved, IndexSnapshotTest::slotOf, full))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("holds 1 blocks");
        PlainRestorableIndex empty = new PlainRestorableIndex();
        assertThatThrownBy(() -> load(saved, name -> 1, empty)).isInstanceOf(IllegalArgumentException.class);
        assertThat(empty.size()).isZero();
    }

    @Test
    void namesThatCannotBeRead_areNotWritten() {
        PlainRestorableIndex index = new PlainRestorableIndex();
        SnapshotEndpoint empty = new SnapshotEndpoint("", 0, resumeOf(0));
        SnapshotEndpoint tooLong = new SnapshotEndpoint("ä".repeat(513), 0, resumeOf(0));
        SnapshotEndpoint one = new SnapshotEndpoint("e", 0, resumeOf(0));

        for (List<SnapshotEndpoint> endpoints : List.of(List.of(empty), List.of(tooLong), List.of(one, one))) {
            assertThatThrownBy(() -> SNAPSHOT.save(endpoints, index, new ByteArrayOutputStream()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static List<SnapshotEndpoint> loadWithin(SnapshotLimits limits, byte[] saved) throws IOException {
        return new IndexSnapshot(BLOCK_SIZE, limits)
                .load(() -> new ByteArrayInputStream(saved), IndexSnapshotTest::slotOf, new PlainRestorableIndex());
    }

    private static void assertRefused(byte[] bytes) {
        PlainRestorableIndex index = new PlainRestorableIndex();
        assertThatThrownBy(() -> load(bytes, IndexSnapshotTest::slotOf, index))
                .isInstanceOf(SnapshotException.class)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(2));
        assertThat(index.size()).isZero();
    }

    private static byte[] save(PlainRestorableIndex index, int endpoints) throws IOException {
        List<SnapshotEndpoint> saved = new ArrayList<>();
        for (int slot = 0; slot < endpoints; slot++) {
            saved.add(new SnapshotEndpoint("ä:" + slot, slot, resumeOf(slot)));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SNAPSHOT.save(saved, index, out);
        return out.toByteArray();
    }

    private static List<SnapshotEndpoint> load(byte[] bytes, ToIntFunction<String> slots, PlainRestorableIndex index)
            throws IOException {
        return SNAPSHOT.load(() -> new ByteArrayInputStream(bytes), slots, index);
    }

    private static int slotOf(String name) {
        return Integer.parseInt(name.substring(2));
    }

    private static ResumePoint resumeOf(int slot) {
        long sequence = slot * 0x1_0000_0000L;
        return new ResumePoint(sequence, ~sequence, sequence / 2, slot - 5, slot % 2 == 0, 3L * slot);
    }

    private static byte[] changed(byte[] bytes, int at, int value) {
        byte[] changed = bytes.clone();
        changed[at] = (byte) value;
        return changed;
    }

    /** Writes the right checksum. */
    private static void seal(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, bytes.length - CRC_BYTES);
        ByteBuffer.wrap(bytes).putInt(bytes.length - CRC_BYTES, (int) checksum.getValue());
    }

    /** Makes an index of chains that part here and there, with names, tiers, copies and holes. */
    private static PlainRestorableIndex randomIndex(long seed, int endpoints, int stores) {
        Random random = new Random(seed);
        PlainRestorableIndex index = new PlainRestorableIndex();
        for (int i = 0; i < (endpoints == 0 ? 0 : stores); i++) {
            long[] hashes = new long[2 + random.nextInt(8)];
            long[] names = new long[hashes.length];
            long branch = random.nextInt(3);
            for (int j = 0; j < hashes.length; j++) {
                branch = j > 3 ? branch * 31 + random.nextInt(2) : branch;
                hashes[j] = 1000 * branch + j;
                names[j] = ~hashes[j];
            }
            int from = random.nextInt(hashes.length);
            int slot = random.nextInt(endpoints);
            Tier tier = Tier.values()[random.nextInt(4)];
            if (random.nextInt(4) == 0) {
                index.store(slot, tier, hashes, from, hashes.length);
            } else {
                index.store(slot, tier, names, hashes, from, hashes.length);
            }
            if (random.nextInt(3) == 0) {
                index.remove(slot, tier, hashes[from]);
            }
        }
        return index;
    }
}
