// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.snapshot;

import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.BlockVisitor;
import dev.pointsman.kvcache.RestorablePrefixIndex;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.feed.ResumePoint;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Saves what an index knows and loads it again, so that a restarted or additional router starts warm.
 *
 * <p>A router saves while its feed rests, here that of {@code pointsman-kvcache-zmq}; {@code slots} are those of its
 * endpoints by name:
 *
 * <pre>{@code
 * IndexSnapshot snapshot = new IndexSnapshot(16);
 * subscriber.whileQuiet(Duration.ofSeconds(10), () -> {
 *     List<SnapshotEndpoint> endpoints = new ArrayList<>();
 *     slots.forEach((name, slot) -> subscriber
 *             .resumePoint(slot)
 *             .ifPresent(resume -> endpoints.add(new SnapshotEndpoint(name, slot, resume))));
 *     try (OutputStream out = Files.newOutputStream(written)) {
 *         snapshot.save(endpoints, index, out);
 *     }
 * });
 * Files.move(written, path, StandardCopyOption.REPLACE_EXISTING);
 * }</pre>
 *
 * <p>The next one loads before it subscribes to anybody, and then goes on after each endpoint's last batch; an endpoint
 * that is not in the snapshot begins anew:
 *
 * <pre>{@code
 * Map<Integer, ResumePoint> resume = new HashMap<>();
 * snapshot.load(() -> Files.newInputStream(path), name -> slots.getOrDefault(name, IndexSnapshot.SKIP), index)
 *         .forEach(endpoint -> resume.put(endpoint.slot(), endpoint.resume()));
 * subscriber.start();
 * sources.forEach(source -> subscriber.add(source.withResume(resume.get(source.slot()))));
 * }</pre>
 *
 * <p><b>What is in it.</b> By the name of each endpoint: its blocks by tier, each with our own hash, the engine's name of it
 * and how many copies there are; and how far its events had been applied ({@link ResumePoint}). If the engine is still the
 * same, then its events from the next one on make the index right again, and otherwise the channel forgets what was loaded.
 * Nobody may write an endpoint's blocks between the moment its resume point is taken and the end of its visit, or a batch
 * would count twice; and what is loaded must be resumed or cleared, or it stays for ever.
 *
 * <p><b>What is refused.</b> A snapshot has a version and a checksum (CRC-32C), and is read twice: once to check every
 * byte of it, and once to apply it. If anything is wrong, nothing is applied. Should the second reading differ from the
 * first, the endpoints that were loaded are cleared again. A checksum finds damage, not malice: whoever can write the
 * file can make the index believe anything, as far as the {@linkplain SnapshotLimits limits} and the index's own bound on
 * memory go. Loading needs about 150 kB, the names, and what is kept to put blocks in place: 16 to 32 bytes for each
 * stretch of them, and more for stretches that lanes of an index cut differently; all within the limits, whatever the
 * file says.
 *
 * <p>Immutable and thread-safe.
 */
public final class IndexSnapshot {
    /** What is returned for an endpoint that is not to be loaded. */
    public static final int SKIP = -1;

    private final int blockSize;
    private final SnapshotLimits limits;

    /**
     * Works with the default limits.
     *
     * @param blockSize tokens in a block of the index
     */
    public IndexSnapshot(int blockSize) {
        this(blockSize, SnapshotLimits.DEFAULT);
    }

    /**
     * Works with limits.
     *
     * @param blockSize tokens in a block of the index
     * @param limits the most that may be loaded
     * @throws IllegalArgumentException if the block size is out of its range
     */
    public IndexSnapshot(int blockSize, SnapshotLimits limits) {
        if (blockSize < 1 || blockSize > BlockHasher.MAX_BLOCK_SIZE) {
            throw new IllegalArgumentException("blockSize: must be from 1 to " + BlockHasher.MAX_BLOCK_SIZE
                    + " tokens, but was " + blockSize + ".\nMaybe take it from the index's hasher.");
        }
        this.blockSize = blockSize;
        this.limits = limits;
    }

    /**
     * Writes a snapshot. Takes time in the number of blocks.
     *
     * @param endpoints whom to save, each name once, with resume points taken since the index was written last
     * @param index where they are
     * @param out where to; it is flushed, not closed
     * @throws IOException if it cannot be written; what was written is then no snapshot
     * @throws IllegalArgumentException if a name is too long, empty, or there twice
     */
    public void save(List<SnapshotEndpoint> endpoints, RestorablePrefixIndex index, OutputStream out)
            throws IOException {
        SnapshotWriter writer = new SnapshotWriter(out, blockSize);
        for (SnapshotEndpoint endpoint : endpoints) {
            writer.endpoint(endpoint, index);
        }
        writer.end();
    }

    /**
     * Checks a snapshot and then loads it into an empty index.
     *
     * @param source where it comes from
     * @param slots the slot of each endpoint by its name, a different one for each, or {@link #SKIP};
     *     asked once for each, when the snapshot has been checked
     * @param index where to; it holds nothing yet, and nobody else writes it meanwhile
     * @return the endpoints that were loaded
     * @throws SnapshotException if it is damaged, of another kind, or beyond the limits; then nothing was loaded
     * @throws IOException if it cannot be read; then nothing was loaded, or what was is cleared
     * @throws IllegalArgumentException if two endpoints have one slot, or one a negative; then nothing was loaded
     * @throws IllegalStateException if the index holds blocks
     */
    public List<SnapshotEndpoint> load(SnapshotSource source, ToIntFunction<String> slots, RestorablePrefixIndex index)
            throws IOException {
        if (index.size() > 0) {
            throw new IllegalStateException("index: must be empty to load a snapshot, but holds " + index.size()
                    + " blocks.\nMaybe a feed was started before the snapshot was loaded.");
        }
        Contents contents = new Contents();
        int checksum = SnapshotReader.read(source, blockSize, limits, contents);
        List<SnapshotEndpoint> endpoints = contents.at(slots);
        boolean done = false;
        try {
            Application application = new Application(endpoints, contents.ways, index);
            if (SnapshotReader.read(source, blockSize, limits, application) != checksum) {
                throw new SnapshotException("snapshot: changed while it was loaded.\nMaybe it is just being written;"
                        + " write to another file and rename it.");
            }
            done = true;
        } finally {
            if (!done) {
                endpoints.forEach(endpoint -> index.clear(endpoint.slot()));
            }
        }
        return endpoints;
    }

    /** The first reading: finds out whose blocks there are. The names are believed only when it has ended well. */
    private static final class Contents implements SnapshotReader.Sink {
        private final List<String> names = new ArrayList<>();
        private final List<ResumePoint> resumes = new ArrayList<>();
        private final Ways ways = new Ways();

        @Override
        public void endpoint(String name, ResumePoint resume) {
            names.add(name);
            resumes.add(resume);
        }

        /** Returns the endpoints that are to be loaded. */
        List<SnapshotEndpoint> at(ToIntFunction<String> slots) {
            List<SnapshotEndpoint> endpoints = new ArrayList<>();
            Set<Integer> taken = new HashSet<>();
            for (int i = 0; i < names.size(); i++) {
                int slot = slots.applyAsInt(names.get(i));
                if (slot != SKIP) {
                    endpoints.add(new SnapshotEndpoint(names.get(i), slot, resumes.get(i)));
                    if (!taken.add(slot)) {
                        throw new IllegalArgumentException("slot " + slot + ": is that of " + names.get(i)
                                + " and of another endpoint.\nMaybe the snapshot's names are not those of the fleet.");
                    }
                }
            }
            return endpoints;
        }

        @Override
        public BlockVisitor blocks() {
            return (tier, blockHashes, engineHashes, copies, from, to) -> ways.begins(blockHashes[0]);
        }
    }

    /** The second reading: stores what belongs to those who are to be loaded, which come in the same order. */
    private static final class Application implements SnapshotReader.Sink, BlockVisitor {
        private final List<SnapshotEndpoint> endpoints;
        private final Ways ways;
        private final RestorablePrefixIndex index;
        private int next;
        private int slot = SKIP;

        Application(List<SnapshotEndpoint> endpoints, Ways ways, RestorablePrefixIndex index) {
            this.endpoints = endpoints;
            this.ways = ways;
            this.index = index;
        }

        @Override
        public void endpoint(String name, ResumePoint resume) {
            slot = SKIP;
            if (next < endpoints.size() && endpoints.get(next).name().equals(name)) {
                slot = endpoints.get(next).slot();
                next++;
            }
        }

        @Override
        public BlockVisitor blocks() {
            return this;
        }

        @Override
        public void visit(
                Tier tier,
                long[] blockHashes,
                long @Nullable [] engineHashes,
                byte @Nullable [] copies,
                int from,
                int to) {
            if (slot == SKIP) {
                return;
            }
            long[] way = ways.to(blockHashes[0]);
            ways.note(blockHashes, to);
            if (way.length == 0) {
                storeCopies(tier, blockHashes, engineHashes, copies, from, to);
                return;
            }
            int more = way.length;
            long[] hashes = Arrays.copyOf(way, more + to);
            System.arraycopy(blockHashes, 0, hashes, more, to);
            storeCopies(
                    tier,
                    hashes,
                    engineHashes == null ? null : moved(engineHashes, more, to),
                    copies == null ? null : moved(copies, more, to),
                    more + from,
                    more + to);
        }

        private static long[] moved(long[] values, int by, int to) {
            long[] moved = new long[by + to];
            System.arraycopy(values, 0, moved, by, to);
            return moved;
        }

        private static byte[] moved(byte[] values, int by, int to) {
            byte[] moved = new byte[by + to];
            System.arraycopy(values, 0, moved, by, to);
            return moved;
        }

        /** Stores all once, then again what has a second copy, and so on. */
        private void storeCopies(
                Tier tier,
                long[] blockHashes,
                long @Nullable [] engineHashes,
                byte @Nullable [] copies,
                int from,
                int to) {
            if (copies == null) {
                store(tier, blockHashes, engineHashes, from, to);
                return;
            }
            boolean more = true;
            for (int copy = 1; more; copy++) {
                more = false;
                for (int start = from; start < to; start++) {
                    int end = start;
                    while (end < to && copies[end] >= copy) {
                        end++;
                    }
                    if (end > start) {
                        store(tier, blockHashes, engineHashes, start, end);
                        more = true;
                        start = end;
                    }
                }
            }
        }

        private void store(Tier tier, long[] blockHashes, long @Nullable [] engineHashes, int from, int to) {
            if (engineHashes == null) {
                index.store(slot, tier, blockHashes, from, to);
            } else {
                index.store(slot, tier, engineHashes, blockHashes, from, to);
            }
        }
    }
}
