// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import dev.pointsman.testkit.contract.PluginContract;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class InFlightLoadProducerTest {
    private static final TestFleet FLEET = TestFleet.of("a", "b");

    @Test
    void cachedBlocks_areNoWork() {
        TestCycle cycle = TestCycle.of(FLEET, TestRequests.tokens(200))
                .with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(3, 64))
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "a", 2)
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "b", 0)
                .produce(InFlightLoadProducer.builder().build());

        assertThat(cycle.numbers(InFlightLoad.REQUEST_TOKENS)).isEqualTo(Map.of("a", 64L + 8, "b", 200L));
        assertThat(cycle.attribute(InFlightLoad.EXPECTED_OUTPUT_TOKENS)).isZero();
    }

    @Test
    void withoutPrefixData_theWholePromptIsWork() {
        TestCycle cycle = TestCycle.of(FLEET, TestRequests.tokens(200))
                .produce(InFlightLoadProducer.builder().build());

        assertThat(cycle.numbers(InFlightLoad.REQUEST_TOKENS)).isEqualTo(Map.of("a", 200L, "b", 200L));
    }

    @Test
    void candidateWithoutPrefixData_hasNothingCached() {
        TestCycle cycle = TestCycle.of(FLEET, TestRequests.tokens(128))
                .with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(2, 64))
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "a", 2)
                .produce(InFlightLoadProducer.builder().build());

        assertThat(cycle.numbers(InFlightLoad.REQUEST_TOKENS)).isEqualTo(Map.of("a", 0L, "b", 128L));
    }

    @Test
    void estimatedOutput_isCountedIfAskedFor() {
        TestCycle cycle = TestCycle.of(FLEET, TestRequests.tokens(11))
                .produce(InFlightLoadProducer.builder().countOutput(true).build());

        assertThat(cycle.numbers(InFlightLoad.REQUEST_TOKENS)).isEqualTo(Map.of("a", 28L, "b", 28L));
        assertThat(cycle.attribute(InFlightLoad.EXPECTED_OUTPUT_TOKENS)).isEqualTo(17);
    }

    @Test
    void outputThatTheRequestStates_isTheEstimate_withinTheLimit() {
        InFlightLoadProducer producer = InFlightLoadProducer.builder()
                .countOutput(true)
                .maxOutputTokens(300)
                .build();

        assertThat(outputOf(producer, 250)).isEqualTo(250);
        assertThat(outputOf(producer, 0)).isZero();
        assertThat(outputOf(producer, 1000)).isEqualTo(300);
    }

    @Test
    void asLlmdHasIt_aPartialLastBlockIsAWholeOne() {
        TestCycle cycle = TestCycle.of(FLEET, TestRequests.tokens(65))
                .with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(2, 64))
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "a", 1)
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "b", 0)
                .produce(asLlmd().build());

        assertThat(cycle.numbers(InFlightLoad.REQUEST_TOKENS)).isEqualTo(Map.of("a", 64L, "b", 128L));
    }

    @Test
    void asLlmdHasIt_cachedBlocksCountByTheWeightOfTheirTier() {
        TestCycle cycle = TestCycle.of(FLEET, TestRequests.tokens(192))
                .with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(3, 64))
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "a", 2)
                .with(PrefixMatch.weightedBlocks(PrefixMatch.DEFAULT_PRODUCER), "a", 1.6)
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "b", 2);

        assertThat(cycle.produce(asLlmd().build()).numbers(InFlightLoad.REQUEST_TOKENS))
                .isEqualTo(Map.of("a", 128L, "b", 64L));
        assertThat(cycle.produce(InFlightLoadProducer.builder().build()).numbers(InFlightLoad.REQUEST_TOKENS))
                .isEqualTo(Map.of("a", 64L, "b", 64L));
    }

    @Test
    void asLlmdHasIt_whatARequestStatesIsALimit() {
        InFlightLoadProducer producer = asLlmd().countOutput(true).build();

        // 10 tokens of prompt make 15 of output.
        assertThat(producer.estimatedOutput(stating(5))).isEqualTo(5);
        assertThat(producer.estimatedOutput(stating(100))).isEqualTo(15);
        assertThat(producer.estimatedOutput(stating(-1))).isEqualTo(15);
    }

    private static InFlightLoadProducer.Builder asLlmd() {
        return InFlightLoadProducer.builder().semantics(Semantics.LLM_D);
    }

    private static InferenceRequest stating(int outputTokens) {
        return TestRequests.builder()
                .tokens(new int[10])
                .expectedOutputTokens(outputTokens)
                .build();
    }

    @Test
    void prefixData_isOfTheDefaultProducerIfThereIsAny_orOfTheOneNamed() {
        InFlightLoadProducer plain = InFlightLoadProducer.builder().build();
        InFlightLoadProducer named =
                InFlightLoadProducer.builder().prefixProducer("precise").build();

        assertThat(plain.consumes()).isEmpty();
        assertThat(plain.consumesIfPresent())
                .containsExactlyInAnyOrder(
                        PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER),
                        PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER));
        assertThat(named.consumes())
                .containsExactlyInAnyOrder(PrefixMatch.of("precise"), PrefixMatch.matchedBlocks("precise"));
        assertThat(named.consumesIfPresent()).isEmpty();
        assertThat(named.produces())
                .containsExactlyInAnyOrder(InFlightLoad.REQUEST_TOKENS, InFlightLoad.EXPECTED_OUTPUT_TOKENS);
    }

    @Test
    void namedPrefixProducer_isRead() {
        TestCycle cycle = TestCycle.of(TestFleet.of("a"), TestRequests.tokens(128))
                .with(PrefixMatch.of("precise"), new PrefixMatch(8, 16))
                .with(PrefixMatch.matchedBlocks("precise"), "a", 7)
                .produce(
                        InFlightLoadProducer.builder().prefixProducer("precise").build());

        assertThat(cycle.numbers(InFlightLoad.REQUEST_TOKENS)).isEqualTo(Map.of("a", 16L));
    }

    @Test
    void hugePrompts_doNotOverflow() {
        Prompt huge = Prompt.blocks(new long[] {}, 1 << 20, Integer.MAX_VALUE);
        TestCycle cycle = TestCycle.of(
                        TestFleet.of("a"), TestRequests.builder().prompt(huge).build())
                .with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(Integer.MAX_VALUE, 1 << 20))
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "a", 1)
                .produce(InFlightLoadProducer.builder()
                        .countOutput(true)
                        .outputRatio(1e6)
                        .build());

        assertThat(cycle.numbers(InFlightLoad.REQUEST_TOKENS)).isEqualTo(Map.of("a", 2L * Integer.MAX_VALUE));
    }

    @Property
    void work_isBetweenNothingAndThePrompt(
            @ForAll @IntRange(max = 10_000) int input,
            @ForAll @IntRange(max = 200) int total,
            @ForAll @IntRange(max = 250) int matched,
            @ForAll @IntRange(min = 1, max = 128) int blockSize) {
        TestCycle cycle = TestCycle.of(
                        TestFleet.of("a"),
                        TestRequests.builder().tokens(new int[input]).build())
                .with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(total, blockSize))
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "a", matched)
                .produce(InFlightLoadProducer.builder().build());

        long naive = Math.min(
                input, (long) Math.max(0, total - matched) * blockSize + Math.max(0, input - total * blockSize));
        assertThat(cycle.numbers(InFlightLoad.REQUEST_TOKENS)).isEqualTo(Map.of("a", naive));
        assertThat(naive).isBetween(0L, (long) input);
    }

    @Test
    void settingsOutOfRange_areRefused() {
        assertThatThrownBy(() -> InFlightLoadProducer.builder().outputRatio(Double.NaN))
                .hasMessageStartingWith("outputRatio: must be a finite number >= 0, but was NaN.\nMaybe ");
        assertThatThrownBy(() -> InFlightLoadProducer.builder().maxOutputTokens(-1))
                .hasMessageStartingWith("maxOutputTokens: must be at least 0, but was -1.\nMaybe ");
    }

    @Test
    void producer_keepsTheContract() {
        PluginContract.of(InFlightLoadProducer.builder().countOutput(true).build())
                .verify();
        PluginContract.of(
                        InFlightLoadProducer.builder().prefixProducer("precise").build())
                .verify();
    }

    private static long outputOf(InFlightLoadProducer producer, int stated) {
        return TestCycle.of(
                        FLEET,
                        TestRequests.builder()
                                .tokens(new int[7])
                                .expectedOutputTokens(stated)
                                .build())
                .produce(producer)
                .attribute(InFlightLoad.EXPECTED_OUTPUT_TOKENS);
    }
}
