// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import static java.util.Objects.requireNonNull;

/**
 * Why a prompt found nothing at an endpoint: users must be able to tell a cold cache from a broken set-up.
 *
 * @param cause the likeliest cause, for programs
 * @param words the cause with names and numbers, one or two sentences, for people
 */
public record MissExplanation(Cause cause, String words) {
    /** Why a prompt found nothing, in the order in which they are looked for. */
    public enum Cause {
        /** It is no miss: blocks of the prompt are held. */
        NO_MISS,

        /** The prompt has no whole block, so there is nothing to look for. */
        PROMPT_TOO_SHORT,

        /** Nothing was ever heard of the endpoint. */
        NEVER_HEARD,

        /** The prompt was hashed in blocks of another size than the index's. */
        BLOCK_SIZE_DIFFERS,

        /** The endpoint holds the prompt's beginning, but for another model, LoRA adapter or salt. */
        NAMESPACE_DIFFERS,

        /** The endpoint is being asked for what was missed, or what is known of it is in doubt. */
        NOT_FRESH,

        /** The endpoint has said things, but nothing that could be stored; the words say what was dropped and why. */
        ALL_DROPPED,

        /** The index had no room: it refused blocks of the endpoint, or evicted some of whichever endpoint, to stay bounded. */
        INDEX_FULL,

        /** The endpoint holds nothing now. */
        EMPTY,

        /** The endpoint holds other prompts, and not this one's beginning. */
        NOT_HELD
    }

    /** Checks that nothing is null. */
    public MissExplanation {
        requireNonNull(cause, "cause");
        requireNonNull(words, "words");
    }
}
