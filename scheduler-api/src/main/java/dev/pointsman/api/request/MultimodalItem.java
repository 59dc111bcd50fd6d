// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.request;

import static java.util.Objects.requireNonNull;

/**
 * An image, a video or a sound in a prompt: where its placeholder tokens stand and what it contains.
 *
 * @param contentHash a hash that names the content; two items of equal hash share their KV and encoder caches
 * @param firstToken position of its first placeholder token in the prompt, at least 0
 * @param tokenCount number of placeholder tokens, at least 0
 */
public record MultimodalItem(String contentHash, int firstToken, int tokenCount) {
    public MultimodalItem {
        requireNonNull(contentHash, "contentHash");
        if (firstToken < 0 || tokenCount < 0) {
            throw new IllegalArgumentException(
                    "multimodal item: firstToken and tokenCount must be at least 0, but were "
                            + firstToken + " and " + tokenCount
                            + ".\nMaybe the item's place is not known; then use 0 for both.");
        }
    }
}
