// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import dev.pointsman.api.decision.Dispatch;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * KV that prefill endpoints read and will send on. Where prefixes are guessed from dispatches, a split prompt counts as cached on its
 * decode endpoint from the start. So it is for further prompts that are read elsewhere, since theirs will come after it; but
 * one that would be read there itself finds nothing of it before its first token has come, and would have all of it to read again.
 *
 * <p>Known are the prompts of which this scheduler sends the KV, by the hash of their last block: a prompt that goes on where such a
 * one ends is recognized, as the next turn of a conversation does; one that shares its beginning only counts as there. So does all
 * where the prefix producer has no hashes to show, as the one that follows the engines' own events, unless it guesses as well.
 *
 * <p>Thread-safe; O(1) for each question, and as large as there are split requests without a first token.
 */
final class ComingKv {
    private final Map<Prompt, OnItsWay> there = new ConcurrentHashMap<>();
    private final Map<Dispatch, Prompt> under = new ConcurrentHashMap<>();

    /**
     * A prompt on its way to a decode endpoint.
     *
     * @param life the decode endpoint's {@linkplain dev.pointsman.api.fleet.FleetSnapshot#incarnation incarnation}
     * @param hash of the prompt's last block
     * @param cached tokens of it that were there before
     */
    record Coming(long life, long hash, long cached) {}

    private record Prompt(long life, long hash) {}

    /** How many requests bring a prompt, and what was there before any of them. */
    private record OnItsWay(int requests, long cached) {
        OnItsWay and(OnItsWay other) {
            return new OnItsWay(requests + other.requests, Math.min(cached, other.cached));
        }
    }

    /** Takes down a split request, until its KV has {@linkplain #came come}. */
    void dispatched(Dispatch dispatch, Coming coming) {
        Prompt prompt = new Prompt(coming.life, coming.hash);
        there.merge(prompt, new OnItsWay(1, coming.cached), OnItsWay::and);
        under.put(dispatch, prompt);
    }

    /** The first token of a request has come, and so has its KV; of any other one nothing is known. */
    void came(Dispatch dispatch) {
        Prompt prompt = under.remove(dispatch);
        if (prompt != null) {
            there.remove(prompt);
        }
    }

    /** A request decodes elsewhere now, where nothing of its prompt is known to be yet. */
    void moved(Dispatch dispatch, long life) {
        Prompt prompt = under.get(dispatch);
        if (prompt != null) {
            gone(dispatch);
            dispatched(dispatch, new Coming(life, prompt.hash, 0));
        }
    }

    /** A request ended before its KV came; that of others with the same prompt still does. */
    void gone(Dispatch dispatch) {
        Prompt prompt = under.remove(dispatch);
        if (prompt != null) {
            there.computeIfPresent(
                    prompt, (same, way) -> way.requests == 1 ? null : new OnItsWay(way.requests - 1, way.cached));
        }
    }

    /** Returns how many of the tokens that count as cached are there already, given the hash of the last such block. */
    long there(long life, long hash, long cached) {
        if (there.isEmpty()) {
            return cached;
        }
        OnItsWay way = there.get(new Prompt(life, hash));
        return way == null ? cached : Math.min(cached, way.cached);
    }
}
