// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import dev.pointsman.replay.cache.Prompts;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceRequest;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Small traces in one line each. */
public final class Traces {
    /** Tokens in a block, small enough to count by hand. */
    public static final int BLOCK_TOKENS = 10;

    private final List<TraceRequest> requests = new ArrayList<>();

    private Traces() {}

    public static Traces start() {
        return new Traces();
    }

    /** Adds a request with a prompt of full blocks. */
    public Traces at(long micros, long... blocks) {
        return sized(micros, blocks.length * BLOCK_TOKENS, blocks);
    }

    /** Adds a request of a given length, whose last block may be partial. */
    public Traces sized(long micros, int inputTokens, long... blocks) {
        requests.add(new TraceRequest(requests.size(), micros * 1000, inputTokens, 1, blocks));
        return this;
    }

    public Trace build() {
        return new Trace("small", BLOCK_TOKENS, requests);
    }

    /** Up to 60 requests whose block ids form a trie, some at the same time. */
    public static Arbitrary<Trace> any() {
        Arbitrary<List<Integer>> gaps =
                Arbitraries.integers().between(0, 40).list().ofSize(60);
        Arbitrary<List<Integer>> tails =
                Arbitraries.integers().between(0, 9).list().ofSize(60);
        return Combinators.combine(Prompts.tries(), gaps, tails).as((prompts, gap, tail) -> {
            Traces traces = start();
            long now = 0;
            for (int i = 0; i < prompts.size(); i++) {
                now += Math.max(0, gap.get(i) - 10);
                int blocks = prompts.get(i).length;
                int tokens = blocks == 0 ? 0 : blocks * BLOCK_TOKENS - tail.get(i);
                traces.sized(now, tokens, prompts.get(i));
            }
            return traces.build();
        });
    }
}
