// SPDX-License-Identifier: Apache-2.0
package com.example.pointsman;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;

/**
 * Prefers the few endpoints that are a request's home: 1 for them, 0 for all others.
 *
 * <p>Home follows from the request's key alone, by rendezvous hashing (Thaler and Ravishankar, 1998): every pair of key and
 * endpoint has a random-looking weight, and the endpoints with the greatest weights are home. So gateways that share nothing
 * agree on it, it survives a restart, and when an endpoint leaves only the keys that it was home to move. The key is a header's
 * value if one is configured and present, otherwise the beginning of the prompt; a request with neither has no home, and all
 * its scores are missing.
 *
 * <p>Immutable and thread-safe. O(candidates x homes + prefixTokens).
 */
public final class HomeScorer implements Scorer {
    private static final int BYTES_PER_TOKEN = 4;
    private static final long NO_KEY = 0;

    private final HomeParameters parameters;

    /** Makes the scorer; also without any factory, for a scheduler that is built in code. */
    public HomeScorer(HomeParameters parameters) {
        this.parameters = parameters;
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        long key = key(cycle.request());
        if (key == NO_KEY) {
            return; // Every score was missing at first, and stays so.
        }
        for (int position = 0; position < candidates.size(); position++) {
            scores[position] = weight(key, candidates.endpoint(position).id());
        }
        double leastAtHome = leastAtHome(scores, candidates.size());
        for (int position = 0; position < candidates.size(); position++) {
            scores[position] = scores[position] >= leastAtHome ? 1 : 0;
        }
    }

    /** By id and not by slot or position: those differ between gateways, and positions even between requests. */
    private static double weight(long key, String endpointId) {
        return Draw.of(key, endpointId).unit(0);
    }

    /** Finds the weight of the last home, by looking for the greatest one below the one before; negative if all are home. */
    private double leastAtHome(double[] weights, int size) {
        double found = Double.POSITIVE_INFINITY;
        for (int home = 0; home < parameters.homes(); home++) {
            double next = -1;
            for (int position = 0; position < size; position++) {
                if (weights[position] < found) {
                    next = Math.max(next, weights[position]);
                }
            }
            found = next;
        }
        return found;
    }

    private long key(InferenceRequest request) {
        String header = parameters.header();
        String value = header.isEmpty() ? null : request.headers().first(header);
        if (value != null) {
            return Draw.of(1, value).bits(0);
        }
        // A sealed type: these are all the kinds of prompt that there are.
        if (request.prompt() instanceof Prompt.Tokens tokens) {
            return keyOf(tokens);
        } else if (request.prompt() instanceof Prompt.Text text) {
            return keyOf(text);
        } else if (request.prompt() instanceof Prompt.Blocks blocks) {
            return keyOf(blocks);
        }
        return NO_KEY;
    }

    private long keyOf(Prompt.Tokens tokens) {
        long key = NO_KEY;
        int count = Math.min(tokens.view().size(), parameters.prefixTokens());
        for (int i = 0; i < count; i++) {
            key = next(key, tokens.view().token(i));
        }
        return key;
    }

    private long keyOf(Prompt.Text text) {
        byte[] beginning = new byte[Math.min(text.byteCount(), BYTES_PER_TOKEN * parameters.prefixTokens())];
        text.copyTo(0, beginning, 0, beginning.length);
        long key = NO_KEY;
        for (byte next : beginning) {
            key = next(key, next);
        }
        return key;
    }

    /** A block's hash names the block and all before it, so the last one of the beginning is all that is needed. */
    private long keyOf(Prompt.Blocks blocks) {
        int beginning = Math.max(1, parameters.prefixTokens() / blocks.blockSize());
        int count = Math.min(blocks.blockCount(), beginning);
        return count == 0 ? NO_KEY : next(NO_KEY, blocks.hash(count - 1));
    }

    /** A polynomial is enough here, since {@link Draw} mixes it well; adding 1 lets a leading zero count. */
    private static long next(long key, long value) {
        return (key + value + 1) * 0x9E3779B97F4A7C15L;
    }
}
