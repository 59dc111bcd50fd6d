// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.workload;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceReader;
import dev.pointsman.replay.trace.TraceRequest;
import dev.pointsman.replay.trace.TraceSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Conversations whose prompts grow: each starts with a prefix of its own, and every turn adds some tokens to all before. Immutable;
 * the same parameters give the same requests on every machine.
 *
 * <p>Conversations start as {@code arrivals} says; the turns of one follow each other after exponential pauses. With one turn,
 * prompts have nothing in common.
 *
 * @param name what to call it
 * @param conversationsPerSecond how many start, above 0
 * @param seconds for how long conversations start, above 0
 * @param arrivals how they follow each other
 * @param turns requests in each, at least 1
 * @param prefixTokens what the first prompt has before its new tokens, at least 0
 * @param newTokens what each turn adds, the first one too; at least 0
 * @param outputTokens length of each answer
 * @param pauseSeconds mean time between two requests of a conversation, at least 0
 * @param blockTokens tokens in a block, 1 to 2^20
 * @param seed what the draws depend on
 */
public record ConversationWorkload(
        String name,
        double conversationsPerSecond,
        double seconds,
        Arrivals arrivals,
        int turns,
        int prefixTokens,
        int newTokens,
        TokenRange outputTokens,
        double pauseSeconds,
        int blockTokens,
        long seed)
        implements TraceSource {
    private static final double MOST_REQUESTS = 10_000_000;

    /** Checks the numbers. */
    public ConversationWorkload {
        requireNonNull(name, "name");
        requireNonNull(arrivals, "arrivals");
        requireNonNull(outputTokens, "outputTokens");
        Trace.checkBlockTokens(blockTokens);
        if (!(conversationsPerSecond > 0)
                || !(seconds > 0)
                || !(pauseSeconds >= 0)
                || turns < 1
                || conversationsPerSecond * seconds * turns > MOST_REQUESTS) {
            throw new IllegalArgumentException(name + ": must have rates and times above 0 and at most "
                    + (long) MOST_REQUESTS + " requests, but was " + conversationsPerSecond + "/s for " + seconds
                    + " s with " + turns + " turns.\nMaybe start from ConversationWorkload.chat().");
        }
        if (prefixTokens < 0 || newTokens < 0 || (long) prefixTokens + (long) turns * newTokens > 10_000_000) {
            throw new IllegalArgumentException(name + ": prompts must have 0 to 10000000 tokens, but grow from "
                    + prefixTokens + " by " + newTokens + " each turn.\nMaybe a length is in characters.");
        }
    }

    /** Returns chat as EDPP's publication has it: a prefix of 5,000 tokens, 50 new ones in each of 4 turns. */
    public static ConversationWorkload chat(double requestsPerSecond, double seconds) {
        return new ConversationWorkload(
                "edpp-chat",
                requestsPerSecond / 4,
                seconds,
                Arrivals.POISSON,
                4,
                5_000,
                50,
                new TokenRange(100, 300),
                10,
                16,
                42);
    }

    /** Returns coding as EDPP's publication has it: a prefix of 30,000 tokens, 1,500 new ones in each of 15 turns. */
    public static ConversationWorkload code(double requestsPerSecond, double seconds) {
        return new ConversationWorkload(
                "edpp-code",
                requestsPerSecond / 15,
                seconds,
                Arrivals.POISSON,
                15,
                30_000,
                1_500,
                new TokenRange(100, 300),
                10,
                16,
                42);
    }

    /**
     * Returns the load of llm-d's guide to prefill and decode apart: 45 random prompts a second, 5,000 in and 250 out. Gaps are
     * exponential, as in the generator that the guide uses, where even what it calls constant has such gaps.
     */
    public static ConversationWorkload prefillDecodeGuide(double seconds) {
        return new ConversationWorkload(
                "pd-guide", 45, seconds, Arrivals.POISSON, 1, 0, 5_000, new TokenRange(250, 250), 0, 16, 42);
    }

    /** Returns the same workload with other draws. */
    public ConversationWorkload withSeed(long seed) {
        return new ConversationWorkload(
                name,
                conversationsPerSecond,
                seconds,
                arrivals,
                turns,
                prefixTokens,
                newTokens,
                outputTokens,
                pauseSeconds,
                blockTokens,
                seed);
    }

    @Override
    public TraceReader open() {
        SplittableRandom random = new SplittableRandom(seed);
        List<Turn> all = new ArrayList<>();
        double start = 0;
        for (int conversation = 0; ; conversation++) {
            double gap = arrivals == Arrivals.POISSON ? exponential(random) : 1;
            start += gap / conversationsPerSecond;
            if (start > seconds) {
                break;
            }
            double arrival = start;
            for (int turn = 0; turn < turns; turn++) {
                all.add(new Turn(conversation, turn, Math.round(arrival * 1e9), outputTokens.draw(random)));
                arrival += pauseSeconds * exponential(random);
            }
        }
        // A stable sort: simultaneous requests stay in the order of their conversations.
        all.sort(Comparator.comparingLong(Turn::arrivalNanos));
        List<TraceRequest> requests = new ArrayList<>();
        for (Turn turn : all) {
            int input = prefixTokens + (turn.number() + 1) * newTokens;
            requests.add(
                    new TraceRequest(requests.size(), turn.arrivalNanos(), input, turn.output(), blocks(turn, input)));
        }
        return new Trace(name, blockTokens, requests).open();
    }

    /** Whole blocks have ids of the conversation, a partial last one an id of its turn. */
    private long[] blocks(Turn turn, int input) {
        long[] blocks = new long[(input + blockTokens - 1) / blockTokens];
        for (int i = 0; i < blocks.length; i++) {
            boolean whole = (long) (i + 1) * blockTokens <= input;
            long owner = whole ? 0 : turn.number() + 1L;
            blocks[i] = ((long) turn.conversation() << 40) | (owner << 30) | i;
        }
        return blocks;
    }

    private static double exponential(SplittableRandom random) {
        return -Math.log1p(-random.nextDouble());
    }

    private record Turn(int conversation, int number, long arrivalNanos, int output) {}
}
