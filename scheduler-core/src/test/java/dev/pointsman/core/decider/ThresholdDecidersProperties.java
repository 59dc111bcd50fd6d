// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Target;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** Each threshold decider against the formula of its source, on prompts and caches around its thresholds. */
class ThresholdDecidersProperties {
    private static final int BLOCK = 4;
    private static final String PRODUCER = PrefixMatch.DEFAULT_PRODUCER;

    private static TestCycle cycle(int prompt, int cachedBlocks, String producer) {
        return TestCycle.of(TestFleet.of("decode", "other"), TestRequests.tokens(prompt))
                .with(PrefixMatch.of(producer), new PrefixMatch((prompt + BLOCK - 1) / BLOCK, BLOCK))
                .with(PrefixMatch.matchedBlocks(producer), "decode", cachedBlocks)
                .with(PrefixMatch.matchedBlocks(producer), "other", 1_000_000);
    }

    private static boolean separates(Decider decider, TestCycle cycle) {
        return decider.separate(
                cycle, new Target(cycle.fleet().endpoint(0), 0, cycle.fleet().incarnation(0), 1));
    }

    @Property
    void prefixBased_isLlmdsRule(
            @ForAll @IntRange(max = 40) int prompt,
            @ForAll @IntRange(max = 10) int cachedBlocks,
            @ForAll @IntRange(max = 20) int nonCached,
            @ForAll @IntRange(max = 30) int shortest) {
        boolean separate =
                separates(new PrefixBasedPdDecider(nonCached, shortest), cycle(prompt, cachedBlocks, PRODUCER));

        assertThat(separate)
                .isEqualTo(nonCached > 0
                        && prompt >= shortest
                        && prompt >= nonCached
                        && prompt - cachedBlocks * BLOCK >= nonCached);
    }

    @Property
    void blis_isStrict(
            @ForAll @IntRange(max = 40) int prompt,
            @ForAll @IntRange(max = 10) int cachedBlocks,
            @ForAll @IntRange(max = 20) int threshold) {
        boolean separate = separates(new BlisPrefixThresholdDecider(threshold), cycle(prompt, cachedBlocks, PRODUCER));

        assertThat(separate).isEqualTo(prompt > 0 && prompt - cachedBlocks * BLOCK > threshold);
    }

    @Property
    void dynamo_boundsTokensAndShare(
            @ForAll @IntRange(max = 40) int prompt,
            @ForAll @IntRange(max = 10) int cachedBlocks,
            @ForAll @IntRange(max = 20) int tokens,
            @ForAll @DoubleRange(max = 1.2) double ratio) {
        int left = Math.max(0, prompt - cachedBlocks * BLOCK);
        TestCycle cycle = cycle(prompt, cachedBlocks, PRODUCER);

        assertThat(separates(DynamoConditionalDisaggDecider.islBounding(tokens, ratio), cycle))
                .isEqualTo(!(left < tokens && left * 1.0 / Math.max(prompt, 1) < ratio));
        assertThat(separates(DynamoConditionalDisaggDecider.tokenCap(tokens), cycle))
                .isEqualTo(left > tokens);
    }

    /** More in the cache of the decode endpoint never sends the prefill away. */
    @Property
    void moreCached_neverSeparates(
            @ForAll @IntRange(max = 40) int prompt,
            @ForAll @IntRange(max = 10) int cachedBlocks,
            @ForAll @IntRange(max = 10) int more,
            @ForAll @IntRange(max = 20) int tokens) {
        for (Decider decider : new Decider[] {
            new PrefixBasedPdDecider(tokens),
            new BlisPrefixThresholdDecider(tokens),
            DynamoConditionalDisaggDecider.islBounding(tokens, 0.7),
            DynamoConditionalDisaggDecider.tokenCap(tokens)
        }) {
            boolean with = separates(decider, cycle(prompt, cachedBlocks + more, PRODUCER));

            assertThat(with && !separates(decider, cycle(prompt, cachedBlocks, PRODUCER)))
                    .as("%s", decider)
                    .isFalse();
        }
    }
}
