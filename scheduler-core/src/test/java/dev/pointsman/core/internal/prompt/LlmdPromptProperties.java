// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.kvcache.hash.LlmdRouterHasher;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class LlmdPromptProperties {
    private final LlmdPrompt prompt = new LlmdPrompt();

    @Property(tries = 300)
    void images_standWhereTheyAre_asIfTheirTokensWereTheirNames(
            @ForAll @IntRange(min = 0, max = 600) int length,
            @ForAll @Size(max = 6) List<@IntRange(min = 0, max = 700) Integer> places,
            @ForAll @IntRange(min = 1, max = 300) int span) {
        int[] tokens = new int[length];
        Arrays.setAll(tokens, i -> i);
        List<MultimodalItem> items = new ArrayList<>();
        LlmdRouterHasher hasher = new LlmdRouterHasher(64);
        int[] named = tokens.clone();
        for (int place : places) {
            items.add(new MultimodalItem("image" + place, place, span));
            for (int i = place; i < Math.min(length, place + span); i++) {
                named[i] = (int) hasher.content("image" + place);
            }
        }
        // Those beyond the prompt have no place, and count with the salt.
        items.removeIf(item -> item.firstToken() >= length);

        assertThat(hashes(Prompt.tokens(tokens), items)).isEqualTo(hashes(Prompt.tokens(named), List.of()));
    }

    private long[] hashes(Prompt tokens, List<MultimodalItem> items) {
        InferenceRequest request =
                TestRequests.builder().prompt(tokens).multimodalItems(items).build();
        prompt.hash(request, 64, Integer.MAX_VALUE);
        return Arrays.copyOf(prompt.hashes(), prompt.count());
    }
}
