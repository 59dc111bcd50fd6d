// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.api.request.TokenView;
import dev.pointsman.core.internal.prompt.PrefixQuery;
import dev.pointsman.core.internal.prompt.PromptHashes;
import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.TokenSource;
import dev.pointsman.kvcache.feed.KvEventChannel;
import org.jspecify.annotations.Nullable;

/**
 * One prompt's block hashes and what was found of them, from when it is looked up to when its dispatch is noted; then the same
 * memory serves the next prompt. Not thread-safe.
 */
final class PrefixLookup {
    private final PrefixQuery query = new PrefixQuery();
    private final PromptHashes prompt = new PromptHashes();
    private final PrefixMatches more = new PrefixMatches();

    /**
     * Says why nobody can know what is cached of a request's prompt, from events that name blocks by tokens and by what stands
     * among them; null if it can be known.
     */
    static @Nullable String unknowable(InferenceRequest request) {
        if (request.prompt() instanceof Prompt.Tokens tokens) {
            return PrefixQuery.hasUnplacedItems(request, tokens)
                    ? "it is not said where in the prompt all its images are, and KV events tell of them by place,"
                            + " so no match is known"
                    : null;
        }
        return "the prompt is " + (request.prompt() instanceof Prompt.Text ? "text" : "block hashes of the host's own")
                + " and KV events tell of tokens, so no match is known";
    }

    /** Takes up a prompt in tokens and forgets the last one. */
    void hash(InferenceRequest request, int blockSize) {
        query.hash(request, blockSize, Integer.MAX_VALUE, prompt);
        query.matches().forget();
    }

    /** Returns the hashes, of which only the first {@link #count} count. */
    long[] hashes() {
        return prompt.array();
    }

    /** Returns the number of full blocks of the prompt. */
    int count() {
        return prompt.count();
    }

    /** Returns the tokens in a block. */
    int blockSize() {
        return prompt.blockSize();
    }

    /** Says why a request's prompt finds nothing with a channel's endpoint. */
    String explainMiss(InferenceRequest request, KvEventChannel channel) {
        if (!(request.prompt() instanceof Prompt.Tokens tokens)) {
            return "the prompt is not in tokens.";
        }
        TokenView view = tokens.view();
        TokenSource source = new TokenSource() {
            @Override
            public int size() {
                return view.size();
            }

            @Override
            public int token(int index) {
                return view.token(index);
            }
        };
        return channel.explainMiss(source, blockSize(), request.model(), request.loraAdapter(), request.cacheSalt())
                .words();
    }

    /** Returns where an index writes what is asked beside that. */
    PrefixMatches more() {
        return more;
    }

    /** Returns what the index says. */
    PrefixMatches matches() {
        return query.matches();
    }
}
