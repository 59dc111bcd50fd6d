// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.data.Session;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AffinityKeyTest {
    @Test
    void firstThatTheRequestHas_isTheKey() {
        AffinityKey key = AffinityKey.header("X-Key").or(AffinityKey.session()).or(AffinityKey.prompt(4));
        InferenceRequest bare = TestRequests.tokens(8);
        InferenceRequest named = TestRequests.builder()
                .headers(HeaderLookup.of(Map.of("x-key", "k")))
                .tokens(1, 2)
                .build();

        assertThat(key.hash(cycle(named).with(Session.ID, "s"))).isEqualTo(hash(AffinityKey.header("x-key"), named));
        assertThat(key.hash(cycle(bare).with(Session.ID, "s")))
                .isEqualTo(AffinityKey.session().hash(cycle(bare).with(Session.ID, "s")));
        assertThat(key.hash(cycle(bare))).isEqualTo(hash(AffinityKey.prompt(4), bare));
        assertThat(hash(key, TestRequests.request())).isEqualTo(AffinityKey.NONE);
    }

    @Test
    void emptyHeader_isNoKey() {
        InferenceRequest empty = TestRequests.builder()
                .headers(HeaderLookup.of(Map.of("x-key", "")))
                .build();

        assertThat(hash(AffinityKey.header("x-key"), empty)).isEqualTo(AffinityKey.NONE);
    }

    @Test
    void tokensBehindTheBeginning_doNotCount() {
        AffinityKey key = AffinityKey.prompt(4);

        assertThat(hash(key, tokens(1, 2, 3, 4, 5))).isEqualTo(hash(key, tokens(1, 2, 3, 4)));
        assertThat(hash(key, tokens(1, 2, 3))).isNotEqualTo(hash(key, tokens(1, 2, 3, 4)));
        assertThat(hash(key, tokens(1, 2, 4, 3))).isNotEqualTo(hash(key, tokens(1, 2, 3, 4)));
    }

    @Test
    void textBehindTheBeginning_doesNotCount() {
        AffinityKey key = AffinityKey.prompt(2);

        assertThat(hash(key, TestRequests.text("12345678 and more")))
                .isEqualTo(hash(key, TestRequests.text("12345678")));
        assertThat(hash(key, TestRequests.text("1234567"))).isNotEqualTo(hash(key, TestRequests.text("12345678")));
        assertThat(hash(key, TestRequests.text(""))).isEqualTo(AffinityKey.NONE);
    }

    @Test
    void longerTextAfterAShorterOne_isReadWhole() {
        AffinityKey key = AffinityKey.prompt(100);

        long first = hash(key, TestRequests.text("a"));
        long second = hash(key, TestRequests.text("a".repeat(390) + "b"));

        assertThat(second).isNotEqualTo(hash(key, TestRequests.text("a".repeat(390) + "c")));
        assertThat(hash(key, TestRequests.text("a"))).isEqualTo(first);
    }

    @Test
    void blocksThatFit_count_andAtLeastOne() {
        assertThat(hash(AffinityKey.prompt(32), TestRequests.blocks(7, 8, 9)))
                .isEqualTo(hash(AffinityKey.prompt(32), TestRequests.blocks(7, 8)))
                .isNotEqualTo(hash(AffinityKey.prompt(32), TestRequests.blocks(7, 9)));
        assertThat(hash(AffinityKey.prompt(1), TestRequests.blocks(7, 8)))
                .isEqualTo(hash(AffinityKey.prompt(1), TestRequests.blocks(7)));
        assertThat(hash(AffinityKey.prompt(1), TestRequests.blocks())).isEqualTo(AffinityKey.NONE);
    }

    @Test
    void whatElseTheCacheDependsOn_tellsPromptsApart() {
        AffinityKey key = AffinityKey.prompt(4);
        long plain = hash(key, tokens(1, 2));

        assertThat(hash(
                        key,
                        TestRequests.builder().tokens(1, 2).loraAdapter("x").build()))
                .isNotEqualTo(plain)
                .isNotEqualTo(hash(
                        key, TestRequests.builder().tokens(1, 2).cacheSalt("x").build()));
        assertThat(hash(key, InferenceRequest.builder("r", "other").tokens(1, 2).build()))
                .isNotEqualTo(plain);
        assertThat(hash(key, TestRequests.builder("another-id").tokens(1, 2).build()))
                .isEqualTo(plain);
    }

    @Test
    void wrongSettings_areRefused() {
        assertThatThrownBy(() -> AffinityKey.header(" ")).hasMessageStartingWith("header name: must not be blank.\n");
        assertThatThrownBy(() -> AffinityKey.prompt(0)).hasMessageStartingWith("prefixTokens: must be between 1 and ");
    }

    private static InferenceRequest tokens(int... tokens) {
        return TestRequests.builder().tokens(tokens).build();
    }

    private static long hash(AffinityKey key, InferenceRequest request) {
        return key.hash(cycle(request));
    }

    private static TestCycle cycle(InferenceRequest request) {
        return TestCycle.of(TestFleet.of(1), request);
    }
}
