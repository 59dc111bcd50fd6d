// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** What a reader of {@link RadixPrefixIndex} may see while a writer is at work: less than there is, and never more. */
public final class RadixReaders {
    private static final int BLOCKS = 12;
    private static final long[] PROMPT = Answers.chain(1L << 40, BLOCKS);
    private static final long[] OTHER = Answers.chain(1L << 41, BLOCKS);

    private RadixReaders() {}

    /** One index and one answer, as each reader has its own. */
    public abstract static class OnePrompt {
        final RadixPrefixIndex index = RadixPrefixIndex.builder().build();
        final PrefixMatches matches = new PrefixMatches();

        final void match() {
            index.match(PROMPT, BLOCKS, matches);
        }
    }

    /** The run is stored while it is read. */
    @JCStressTest
    @Outcome(
            id = {"0", "12"},
            expect = ACCEPTABLE,
            desc = "before or after")
    @Outcome(expect = FORBIDDEN, desc = "more or less than was ever held")
    @State
    public static class Store extends OnePrompt {
        /** Stores. */
        @Actor
        public void writer() {
            index.store(0, PROMPT, 0, BLOCKS);
        }

        /** Reads. */
        @Actor
        public void reader(I_Result result) {
            match();
            result.r1 = matches.blocks(0);
        }
    }

    /** The run is freed and its place used for another endpoint's prompt. */
    @JCStressTest
    @Outcome(
            id = {
                "0, 0", "12, 0", "1, 0", "2, 0", "3, 0", "4, 0", "5, 0", "6, 0", "7, 0", "8, 0", "9, 0", "10, 0",
                "11, 0"
            },
            expect = ACCEPTABLE,
            desc = "what slot 0 held at some moment; the other never held this prompt")
    @Outcome(expect = FORBIDDEN, desc = "the other endpoint was taken for a holder")
    @State
    public static class Reuse extends OnePrompt {
        /** Begins with one holder. */
        public Reuse() {
            index.store(0, PROMPT, 0, BLOCKS);
        }

        /** Removes from the end, so that the run is freed, and stores another prompt for another endpoint. */
        @Actor
        public void writer() {
            for (int i = BLOCKS - 1; i >= 0; i--) {
                index.remove(0, PROMPT[i]);
            }
            index.store(16, OTHER, 0, BLOCKS);
        }

        /** Reads. */
        @Actor
        public void reader(II_Result result) {
            match();
            result.r1 = matches.blocks(0);
            result.r2 = matches.blocks(16) + matches.size() - (matches.blocks(0) > 0 ? 1 : 0);
        }
    }

    /** The tail goes before the head, so what lies behind a hole must never count. */
    @JCStressTest
    @Outcome(
            id = {"12", "11", "10", "9", "8", "0"},
            expect = ACCEPTABLE,
            desc = "what was held at one moment")
    @Outcome(expect = FORBIDDEN, desc = "counts across a hole, or blocks that were gone")
    @State
    public static class Holes extends OnePrompt {
        /** Begins with one holder. */
        public Holes() {
            index.store(0, PROMPT, 0, BLOCKS);
        }

        /** Removes four blocks from the end and then the first. */
        @Actor
        public void writer() {
            for (int i = BLOCKS - 1; i >= BLOCKS - 4; i--) {
                index.remove(0, PROMPT[i]);
            }
            index.remove(0, PROMPT[0]);
        }

        /** Reads. */
        @Actor
        public void reader(I_Result result) {
            match();
            result.r1 = matches.blocks(0);
        }
    }

    /** An endpoint leaves and another gets its slot; its blocks are swept. */
    @JCStressTest
    @Outcome(
            id = {"12", "0"},
            expect = ACCEPTABLE,
            desc = "the one that left, or nothing")
    @Outcome(expect = FORBIDDEN, desc = "the newcomer was taken for the one that left")
    @State
    public static class Leave extends OnePrompt {
        /** Begins with one holder. */
        public Leave() {
            index.store(0, PROMPT, 0, BLOCKS);
        }

        /** Clears, sweeps, and stores another prompt in the same slot. */
        @Actor
        public void writer() {
            index.clear(0);
            index.store(0, OTHER, 0, BLOCKS);
            index.sweep(1_000);
        }

        /** Reads. */
        @Actor
        public void reader(I_Result result) {
            match();
            result.r1 = matches.blocks(0);
        }
    }

    /** Many others come to hold a part of the run, until it is split; who holds all of it is counted in full all the time. */
    @JCStressTest
    @Outcome(id = "12", expect = ACCEPTABLE, desc = "all of it, at every moment")
    @Outcome(expect = FORBIDDEN, desc = "a holder that nobody touches was lost, or counted too high")
    @State
    public static class Split extends OnePrompt {
        /** Begins one short of the split. */
        public Split() {
            for (int slot = 0; slot <= 32; slot++) {
                index.store(slot, PROMPT, 0, slot == 0 ? BLOCKS : 6);
            }
        }

        /** Adds those that make it split. */
        @Actor
        public void writer() {
            for (int slot = 33; slot < 40; slot++) {
                index.store(slot, PROMPT, 0, 6);
            }
        }

        /** Reads. */
        @Actor
        public void reader(I_Result result) {
            match();
            result.r1 = matches.blocks(0);
        }
    }
}
