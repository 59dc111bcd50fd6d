// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceFile;
import dev.pointsman.replay.trace.TraceRequest;
import dev.pointsman.replay.workload.SharedPrefixWorkload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class MockFleetTest {
    private static final CorpusSettings SMALL = new CorpusSettings(4, 500, 128, 2, false, 7);

    @Test
    void replay_again_isTheSame() {
        Trace trace = trace(3_000);

        IndexCorpus one = MockFleet.replay(trace, SMALL);
        IndexCorpus two = MockFleet.replay(trace, SMALL);

        assertThat(one.totals()).isEqualTo(two.totals());
        assertThat(one.hashes).isEqualTo(two.hashes);
        assertThat(one.names).isEqualTo(two.names);
        assertThat(Arrays.copyOf(one.removed, 100)).isEqualTo(Arrays.copyOf(two.removed, 100));
        for (int i = 0; i < one.operations(); i++) {
            assertThat(describe(one, i)).isEqualTo(describe(two, i));
        }
    }

    @Test
    void replay_withAnotherSeed_isAnother() {
        Trace trace = trace(500);

        IndexCorpus one = MockFleet.replay(trace, SMALL);
        IndexCorpus two = MockFleet.replay(trace, new CorpusSettings(4, 500, 128, 2, false, 8));

        assertThat(one.totals().queryBlocks()).isEqualTo(two.totals().queryBlocks());
        // Not with AssertJ, which compares each with each.
        assertThat(Collections.disjoint(hashSet(one), hashSet(two))).isTrue();
    }

    @Property(tries = 20)
    void events_whatEverTheFleet_leaveTheIndexWithWhatTheEnginesHold(
            @ForAll long seed,
            @ForAll boolean ownNames,
            @ForAll @IntRange(min = 1, max = 5) int endpoints,
            @ForAll @IntRange(min = 1, max = 600) int blocks) {
        IndexCorpus corpus = MockFleet.replay(trace(400), new CorpusSettings(endpoints, blocks, 64, 2, ownNames, seed));
        PlainTieredIndex index = new PlainTieredIndex();
        EventReplay replay = new EventReplay(corpus, index);

        long writes = 0;
        for (int i = 0; i < corpus.operations(); i++) {
            writes += replay.apply(i);
        }

        assertThat(writes).isEqualTo(corpus.totals().writeOperations());
        replay.verify();
        for (int slot = 0; slot < endpoints; slot++) {
            assertThat(corpus.resident(slot)).hasSizeLessThanOrEqualTo(blocks);
        }
    }

    @Test
    void verify_anEventLeftOut_saysSo() {
        IndexCorpus corpus = MockFleet.replay(trace(100), SMALL);
        EventReplay replay = new EventReplay(corpus, new PlainTieredIndex());

        assertThatThrownBy(replay::verify).hasMessageContaining("the index has 0 holder-blocks");
    }

    @Test
    void events_inOrder_neverLeaveAHole() {
        IndexCorpus corpus = MockFleet.replay(trace(1_000), SMALL);
        PlainTieredIndex index = new PlainTieredIndex();
        EventReplay replay = new EventReplay(corpus, index);
        PrefixMatches matches = new PrefixMatches();

        for (int i = 0; i < corpus.operations(); i++) {
            replay.apply(i);
            if (corpus.kind(i) == IndexCorpus.QUERY) {
                long[] prompt = Arrays.copyOfRange(corpus.hashes, corpus.start(i), corpus.start(i) + corpus.length(i));
                index.match(prompt, prompt.length, matches);
                for (int slot = 0; slot < corpus.endpoints(); slot++) {
                    int at = slot;
                    long held = Arrays.stream(prompt)
                            .filter(hash -> index.holds(at, hash))
                            .count();
                    assertThat(matches.blocks(slot)).isEqualTo((int) held);
                }
            }
        }
    }

    @Test
    void copies_ofATrace_haveOneShapeAndShareNoBlock() {
        Trace trace = trace(200);

        IndexCorpus once = MockFleet.replay(trace, new CorpusSettings(1, 1 << 20, 128, 1, false, 7));
        IndexCorpus thrice = MockFleet.replay(trace, new CorpusSettings(1, 1 << 20, 128, 3, false, 7));

        assertThat(thrice.totals().requests()).isEqualTo(3 * once.totals().requests());
        assertThat(thrice.totals().queryBlocks()).isEqualTo(3 * once.totals().queryBlocks());
        assertThat(thrice.totals().storedBlocks()).isEqualTo(3 * once.totals().storedBlocks());
        assertThat(thrice.totals().removedBlocks()).isZero();
        assertThat(hashSet(thrice)).hasSize(3 * hashSet(once).size());
    }

    @Test
    void prompt_ofTwoTraceBlocks_isLookedUpStoredAndGoneOnByItsAnswer() {
        // 700 tokens are 5 blocks of 128 and 60 tokens; 200 more fill two blocks, and begin a third.
        Trace trace = new Trace("two", 512, List.of(new TraceRequest(0, 0, 700, 200, new long[] {1, 2})));

        IndexCorpus corpus = MockFleet.replay(trace, new CorpusSettings(1, 16, 128, 1, false, 7));

        assertThat(corpus.operations()).isEqualTo(4);
        assertThat(describe(corpus, 0)).isEqualTo("0 0 0 5 0");
        assertThat(describe(corpus, 1)).isEqualTo("1 0 0 5 0");
        // 5 ms and 700 tokens of 50 us, then 68 tokens of 20 ms to the end of the sixth block, and 128 to the
        // seventh's.
        assertThat(describe(corpus, 2)).isEqualTo("2 0 5 1 1400000000");
        assertThat(describe(corpus, 3)).isEqualTo("2 0 6 1 3960000000");
    }

    @Test
    void endpointTooSmallForAPrompt_refusesIt() {
        Trace trace = new Trace("two", 512, List.of(new TraceRequest(0, 0, 1024, 0, new long[] {1, 2})));

        IndexCorpus corpus = MockFleet.replay(trace, new CorpusSettings(1, 7, 128, 1, false, 7));

        assertThat(corpus.totals()).isEqualTo(new IndexCorpus.Totals(1, 0, 8, 0, 0, 1));
        assertThat(corpus.resident(0)).isEmpty();
    }

    @Test
    void conversationTrace_hasTheTotalsThatResultsAreMeasuredOn() throws IOException {
        Path file = Path.of(System.getProperty("pointsman.root", "."))
                .resolve("../shared/traces/mooncake_conversation_trace.jsonl");
        assumeTrue(Files.isReadable(file), "skipped: needs " + file);

        IndexCorpus corpus = MockFleet.replay(Trace.load(new TraceFile(file)), CorpusSettings.of(1, 42));

        assertThat(corpus.totals()).isEqualTo(new IndexCorpus.Totals(12_031, 44_019, 1_125_476, 1_101_031, 0, 0));
    }

    /** The first requests of the built-in workload. */
    private static Trace trace(int requests) {
        try {
            List<TraceRequest> all =
                    Trace.load(SharedPrefixWorkload.multiTenant()).requests();
            return new Trace("first", 512, all.subList(0, Math.min(requests, all.size())));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Set<Long> hashSet(IndexCorpus corpus) {
        Set<Long> hashes = new HashSet<>();
        for (long hash : corpus.hashes) {
            hashes.add(hash);
        }
        return hashes;
    }

    private static String describe(IndexCorpus corpus, int operation) {
        return corpus.kind(operation) + " " + corpus.endpoint(operation) + " " + corpus.start(operation) + " "
                + corpus.length(operation) + " " + corpus.timeNanos(operation);
    }
}
