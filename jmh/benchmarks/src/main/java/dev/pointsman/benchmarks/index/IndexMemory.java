// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.Tier;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures what the index takes: the heap after a full collection with the index in it, less the heap before, by how many
 * endpoints hold a block, how long the pieces are in which prompts branch, and whether there are holes.
 *
 * <p>Prompts are trees: a piece of {@code --run-length} blocks, two different pieces that go on from it, and so on until
 * prompts are 64 blocks long or a tree has 63 pieces. Endpoints store one prompt after another, what they lack of it in one
 * store. A tree is held by {@code --sharing} endpoints of {@code --endpoints}; these have unequal shares of the trees, up to
 * 1 to 3, since tables that all grew at the same moment would be all nearly full or all half empty. Holes are made by
 * removing blocks at random once an endpoint has stored a tree.
 *
 * <pre>{@code
 * java -Xmx6g -cp jmh/benchmarks/target/benchmarks.jar dev.pointsman.benchmarks.index.IndexMemory
 * }</pre>
 */
@Command(name = "index-memory", description = "Measures the prefix index's memory.", mixinStandardHelpOptions = true)
public final class IndexMemory implements Callable<Integer> {
    private static final int LONGEST_PROMPT = 64;
    private static final int MOST_PIECES = 63;

    @Option(names = "--holder-blocks", paramLabel = "N", description = "Holder-blocks, at least (default: 10000000).")
    private long holderBlocks = 10_000_000;

    @Option(names = "--endpoints", paramLabel = "N", description = "Endpoints (default: 128).")
    private int endpoints = 128;

    @Option(names = "--sharing", split = ",", paramLabel = "N", description = "Holders of a block (default: 1,10).")
    private int[] sharing = {1, 10};

    @Option(
            names = "--run-length",
            split = ",",
            paramLabel = "N",
            description = "Blocks of a piece (default: 4,16,64).")
    private int[] runLengths = {4, 16, 64};

    @Option(names = "--holes", split = ",", paramLabel = "SHARE", description = "Share of holes (default: 0,0.02).")
    private double[] holes = {0, 0.02};

    @Option(names = "--own-names", description = "Let each engine name blocks in its own way.")
    private boolean ownNames;

    @Option(names = "--json", paramLabel = "FILE", description = "Append lines of JSON to a file.")
    private @Nullable Path json;

    IndexMemory() {}

    /** Runs the program. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new IndexMemory()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        for (int holders : sharing) {
            if (holders < 1 || holders > endpoints) {
                throw new IllegalArgumentException("--sharing: must be from 1 to the " + endpoints
                        + " endpoints, but was " + holders + ".\nMaybe give more --endpoints.");
            }
            for (int runLength : runLengths) {
                for (double share : holes) {
                    measure(holders, runLength, share).report(System.out, json);
                }
            }
        }
        return 0;
    }

    private Figures measure(int holders, int runLength, double share) {
        long before = usedAfterFullCollection();
        RadixPrefixIndex index = RadixPrefixIndex.builder().build();
        long empty = usedAfterFullCollection();
        Forest forest = new Forest(index, runLength);
        long distinct = forest.grow(holders, (long) Math.ceil(holderBlocks / (1 - share)), share);
        long held = index.size();
        long used = usedAfterFullCollection() - before;

        Figures figures = new Figures("index-memory");
        figures.count("sharing", holders);
        figures.count("runLength", runLength);
        figures.number("holes", share);
        figures.text("engineNames", ownNames ? "own" : "shared");
        figures.count("holderBlocks", held);
        figures.count("distinctBlocks", distinct);
        figures.count("emptyIndexBytes", empty - before);
        figures.count("heapBytes", used);
        figures.count("indexBytes", index.bytes());
        figures.number("heapBytesPerHolderBlock", (double) used / held);
        figures.number("heapBytesPerDistinctBlock", (double) used / distinct);
        figures.number("indexBytesPerHeapByte", (double) index.bytes() / used);
        return figures;
    }

    /** The heap in use, once collecting again no longer makes it smaller. */
    private static long usedAfterFullCollection() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            System.gc();
            long now = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            if (now >= used - 1024) {
                return Math.min(used, now);
            }
            used = now;
        }
        return used;
    }

    /** Fills an index with trees of prompts; keeps nothing itself that grows with them. */
    private final class Forest {
        private final RadixPrefixIndex index;
        private final int runLength;
        private final int pieces;
        private final SplittableRandom random = new SplittableRandom(42);
        private final long[] hashes;
        private final long[] piece;
        private final long[] names;

        Forest(RadixPrefixIndex index, int runLength) {
            this.index = index;
            this.runLength = runLength;
            int levels = Math.max(1, LONGEST_PROMPT / runLength);
            pieces = Math.min(MOST_PIECES, levels >= 6 ? MOST_PIECES : (1 << levels) - 1);
            hashes = new long[pieces * runLength];
            piece = new long[LONGEST_PROMPT + runLength];
            names = new long[piece.length];
        }

        /** Stores trees until there are enough holder-blocks, and makes holes; returns the distinct blocks stored. */
        long grow(int holders, long enough, double share) {
            long distinct = 0;
            int[] slots = new int[holders];
            for (long held = 0; held < enough; held += (long) holders * hashes.length) {
                plant(distinct);
                distinct += hashes.length;
                choose(slots);
                for (int slot : slots) {
                    store(slot, share);
                }
            }
            return distinct;
        }

        private void plant(long tree) {
            for (int p = 0; p < pieces; p++) {
                long parent = p == 0 ? BlockNames.mix(tree) : hashes[((p - 1) / 2 + 1) * runLength - 1];
                for (int i = 0; i < runLength; i++) {
                    parent = BlockNames.chain(parent, p);
                    hashes[p * runLength + i] = parent;
                }
            }
        }

        /** Chooses different endpoints; the last is drawn three times as often as the first. */
        private void choose(int[] slots) {
            Arrays.fill(slots, -1);
            for (int i = 0; i < slots.length; ) {
                int slot = random.nextInt(endpoints);
                boolean accepted = random.nextDouble() < (1 + 2.0 * slot / endpoints) / 3;
                if (accepted && Arrays.stream(slots).noneMatch(other -> other == slot)) {
                    slots[i++] = slot;
                }
            }
        }

        /** Stores a tree prompt by prompt, depth first; then removes a share of it at random. */
        private void store(int slot, double share) {
            descend(slot, 0, 0, 0);
            for (long hash : hashes) {
                if (share > 0 && random.nextDouble() < share) {
                    index.removeEngine(slot, Tier.ACCELERATOR, IndexCorpus.name(slot, hash, ownNames));
                }
            }
        }

        /** Adds a piece to what the prompt lacks; at a leaf, stores that. The second child lacks only what is its own. */
        private void descend(int slot, int p, int from, int lacking) {
            for (int i = 0; i < runLength; i++) {
                piece[lacking + i] = hashes[p * runLength + i];
                names[lacking + i] = IndexCorpus.name(slot, piece[lacking + i], ownNames);
            }
            int count = lacking + runLength;
            if (2 * p + 1 >= pieces) {
                if (from == 0) {
                    index.storeFirst(slot, Tier.ACCELERATOR, names, piece, count);
                } else {
                    long parent = hashes[((from - 1) / 2 + 1) * runLength - 1];
                    index.storeAfter(
                            slot, Tier.ACCELERATOR, IndexCorpus.name(slot, parent, ownNames), names, piece, count);
                }
                return;
            }
            descend(slot, 2 * p + 1, from, count);
            descend(slot, 2 * p + 2, 2 * p + 2, 0);
        }
    }
}
