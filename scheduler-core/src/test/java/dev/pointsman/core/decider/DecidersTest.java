// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What deciders do where their formulas say nothing. */
class DecidersTest {
    private static final TestFleet FLEET = TestFleet.of("decode");
    private static final Target DECODE = new Target(FLEET.endpoint(0), 0, FLEET.incarnation(0), 1);

    private static TestCycle prompt(int tokens) {
        return TestCycle.of(FLEET, TestRequests.tokens(tokens));
    }

    private static TestCycle cached(int tokens, String producer, int blocks) {
        return prompt(tokens)
                .with(PrefixMatch.of(producer), new PrefixMatch(tokens / 16, 16))
                .with(PrefixMatch.matchedBlocks(producer), "decode", blocks);
    }

    @Test
    void nothingKnown_staysWithLlmdAndBlis_andIsNotCachedForDynamo() {
        assertThat(new PrefixBasedPdDecider(16).separate(prompt(1000), DECODE)).isFalse();
        assertThat(new BlisPrefixThresholdDecider().separate(prompt(1000), DECODE))
                .isFalse();
        assertThat(DynamoConditionalDisaggDecider.islBounding().separate(prompt(1000), DECODE))
                .isTrue();
        assertThat(DynamoConditionalDisaggDecider.tokenCap(1000).separate(prompt(1000), DECODE))
                .isFalse();
    }

    @Test
    void endpointWithoutAnAnswer_isUnknownThoughThePromptWasLookedUp() {
        TestCycle cycle = prompt(1000).with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(62, 16));

        assertThat(new PrefixBasedPdDecider(16).separate(cycle, DECODE)).isFalse();
    }

    @Test
    void noDecodeEndpoint_staysWithLlmdAndBlis_andIsNotCachedForDynamo() {
        TestCycle cycle = cached(1000, PrefixMatch.DEFAULT_PRODUCER, 0);

        assertThat(new PrefixBasedPdDecider(16).separate(cycle, null)).isFalse();
        assertThat(new BlisPrefixThresholdDecider().separate(cycle, null)).isFalse();
        assertThat(DynamoConditionalDisaggDecider.islBounding().separate(cycle, null))
                .isTrue();
    }

    @Test
    void anotherProducer_isReadIfNamed() {
        TestCycle cycle = cached(1600, "precise-prefix-cache-producer", 90);

        assertThat(new PrefixBasedPdDecider(200).separate(cycle, DECODE)).isFalse();
        assertThat(new PrefixBasedPdDecider(100)
                        .readingFrom("precise-prefix-cache-producer")
                        .separate(cycle, DECODE))
                .isTrue();
        assertThat(new PrefixBasedPdDecider(200)
                        .readingFrom("precise-prefix-cache-producer")
                        .separate(cycle, DECODE))
                .as("1600 - 90 * 16 = 160")
                .isFalse();
        assertThat(new PrefixBasedPdDecider(200).readingFrom("p").consumes())
                .containsExactlyInAnyOrder(PrefixMatch.of("p"), PrefixMatch.matchedBlocks("p"));
    }

    @Test
    void neverSeparating_readsNothing() {
        assertThat(new PrefixBasedPdDecider(0).consumes()).isEmpty();
    }

    @Test
    void media_areEncodedApart_textIsNot() {
        Decider decider = new AlwaysDisaggMultimodalDecider();
        TestCycle picture = TestCycle.of(
                FLEET,
                TestRequests.builder()
                        .multimodalItems(List.of(new MultimodalItem("hash", 0, 225)))
                        .build());

        assertThat(decider.separate(picture, null)).isTrue();
        assertThat(decider.separate(prompt(1000), null)).isFalse();
        assertThat(new AlwaysDisaggPdDecider().separate(prompt(0), null)).isTrue();
    }

    @Test
    void explanation_saysHowMuchIsNotCached() {
        TestCycle cycle = cached(1600, PrefixMatch.DEFAULT_PRODUCER, 90);

        new PrefixBasedPdDecider(100).separate(cycle, DECODE);
        new PrefixBasedPdDecider(200).separate(cycle, DECODE);
        TestCycle unknown = prompt(1600);
        new PrefixBasedPdDecider(200).separate(unknown, DECODE);

        assertThat(cycle.notes())
                .containsExactly(
                        "160 of 1600 tokens are not cached on decode, so prefill runs on an endpoint of its own",
                        "160 of 1600 tokens are not cached on decode, so prefill stays there");
        assertThat(unknown.notes()).containsExactly("it is not known what decode has cached, so prefill stays there");
    }

    @Test
    void negativeLimits_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PrefixBasedPdDecider(-1))
                .withMessageStartingWith("nonCachedTokens: must be at least 0, but was -1.\nMaybe ");
        assertThatIllegalArgumentException().isThrownBy(() -> new PrefixBasedPdDecider(1, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> new BlisPrefixThresholdDecider(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> DynamoConditionalDisaggDecider.tokenCap(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> DynamoConditionalDisaggDecider.islBounding(-1, 0.7));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DynamoConditionalDisaggDecider.islBounding(1, Double.NaN))
                .withMessageStartingWith("effIslRatioThreshold: must be at least 0, but was NaN.\nMaybe ");
    }
}
