// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import dev.pointsman.api.decision.Dispatch;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * KV that prefill endpoints read and will send on. Where prefixes are guessed from dispatches, a split prompt counts as cached on its
 * decode endpoint from the start. So it is for further prompts that are read elsewhere, since theirs will come after it; but
 * one that would be read there itself finds nothing of it before its first token has come, and would have all of it to read again.
 * Known are the prompts of which this scheduler sends the KV, by the hash of their last block, which stands for all before it.
 *
 * <p>Thread-safe; O(1) for each question, and as large as there are split requests without a first token.
 */
final class ComingKv {
    private final Map<Prompt, Long> there = new ConcurrentHashMap<>();
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

    /** Takes down a split request, until its KV has {@linkplain #came come}. */
    void dispatched(Dispatch dispatch, Coming coming) {
        Prompt prompt = new Prompt(coming.life, coming.hash);
        there.put(prompt, coming.cached);
        under.put(dispatch, prompt);
    }

    /** Forgets a request whose first token has come, or that ended or decodes elsewhere now; any other one is ignored. */
    void came(Dispatch dispatch) {
        Prompt prompt = under.remove(dispatch);
        if (prompt != null) {
            there.remove(prompt);
        }
    }

    /** Returns how many of the tokens that count as cached are there already, given the hash of the last such block. */
    long there(long life, long hash, long cached) {
        if (there.isEmpty()) {
            return cached;
        }
        @Nullable Long already = there.get(new Prompt(life, hash));
        return already == null ? cached : Math.min(cached, already);
    }
}
