// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContextLengthAwareTest {
    private static final TestFleet FLEET = TestFleet.builder()
            .endpoint(ranged("short", "0-100"))
            .endpoint(ranged("long", "101-10101"))
            .endpoint(ranged("exact", "50-50"))
            .endpoint(ranged("wrong", "many"))
            .endpoint("none")
            .build();

    private final ContextLengthAware scoring = new ContextLengthAware();
    private final ContextLengthAware filtering =
            new ContextLengthAware(ContextLengthAware.DEFAULT_LABEL, true, Semantics.CORRECTED);
    private final ContextLengthAware llmD =
            new ContextLengthAware(ContextLengthAware.DEFAULT_LABEL, true, Semantics.LLM_D);

    @Test
    void tightRangeWithRoom_isBest_andOutsideTheNearestIs() {
        double[] scores = tokens(50).score(scoring);

        assertThat(scores[0]).isEqualTo(0.3 + 0.7 * (0.7 / 1.01 + 0.3 * 0.5), within(1e-12));
        assertThat(scores[1]).isEqualTo(0.3 / 1.051, within(1e-12));
        assertThat(scores[2]).isEqualTo(1);
        assertThat(scores[3]).isZero();
        assertThat(scores[4]).isNaN();
    }

    @Test
    void endpointWithoutTheLabel_isNeutral_withLlmdsSemantics() {
        assertThat(tokens(50).score(llmD)[4]).isEqualTo(Scorer.NEUTRAL);
    }

    @Test
    void unknownLength_isNeutralEverywhere_orNoLengthAsInLlmD() {
        assertThat(tokens(0).score(scoring)).containsOnly(0.5);
        assertThat(tokens(0).score(llmD)[0]).isGreaterThan(0.9);
        assertThat(tokens(0).filter(filtering)).containsExactly("short", "long", "exact", "wrong", "none");
        assertThat(tokens(0).filter(llmD)).containsExactly("short", "none");
    }

    @Test
    void filtering_keepsWhatFits_andWhatSaysNothing() {
        assertThat(tokens(50).filter(filtering)).containsExactly("short", "exact", "none");
        assertThat(tokens(100).filter(filtering)).containsExactly("short", "none");
        assertThat(tokens(101).filter(filtering)).containsExactly("long", "none");
        assertThat(tokens(20_000).filter(filtering)).containsExactly("none");
    }

    @Test
    void notFiltering_keepsAll() {
        assertThat(tokens(50).filter(scoring)).hasSize(5);
    }

    @Test
    void ownLabel_isUsed() {
        ContextLengthAware own = new ContextLengthAware("len", true, Semantics.CORRECTED);
        TestFleet fleet = TestFleet.builder()
                .endpoint(Endpoint.builder("a", "a:1").label("len", "1-2").build())
                .endpoint(ranged("b", "1-2"))
                .build();

        assertThat(TestCycle.of(fleet, TestRequests.tokens(3)).filter(own)).containsExactly("b");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ContextLengthAware(" ", true, Semantics.CORRECTED))
                .withMessageStartingWith("label: must not be blank.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "5", "-5", "5-", "100-50", "0-100-200", "abc-100", "0-1e3", "1_0-20", "٠-٩"})
    void textThatIsNoRange_isRecognised(String text) {
        assertThat(LengthRange.parse(text)).isEqualTo(LengthRange.NONE);
    }

    @Test
    void spacesAroundNumbers_areSkipped_andHugeNumbersCut() {
        long range = LengthRange.parse(" 7 - 99999999999999999999 ");

        assertThat(LengthRange.min(range)).isEqualTo(7);
        assertThat(LengthRange.max(range)).isEqualTo(Integer.MAX_VALUE);
    }

    @Property
    void ranges_areReadBack(@ForAll @IntRange(min = 0) int one, @ForAll @IntRange(min = 0) int other) {
        int min = Math.min(one, other);
        int max = Math.max(one, other);

        long range = LengthRange.parse(min + "-" + max);

        assertThat(LengthRange.min(range)).isEqualTo(min);
        assertThat(LengthRange.max(range)).isEqualTo(max);
    }

    @Property(tries = 300)
    void inRange_alwaysBeatsOutside_andAllScoresAreInBounds(
            @ForAll @IntRange(min = 1, max = 5000) int length,
            @ForAll @IntRange(min = 0, max = 5000) int min,
            @ForAll @IntRange(min = 0, max = 1_000_000) int width) {
        int max = min + width;
        TestFleet fleet =
                TestFleet.builder().endpoint(ranged("e", min + "-" + max)).build();

        double score = TestCycle.of(fleet, TestRequests.tokens(length)).score(scoring)[0];

        if (min <= length && length <= max) {
            assertThat(score).isGreaterThan(0.3).isLessThanOrEqualTo(1);
        } else {
            assertThat(score).isGreaterThan(0).isLessThan(0.3);
        }
    }

    private static TestCycle tokens(int count) {
        return TestCycle.of(FLEET, TestRequests.tokens(count));
    }

    private static Endpoint ranged(String id, String range) {
        return Endpoint.builder(id, id + ":8000")
                .label(ContextLengthAware.DEFAULT_LABEL, range)
                .build();
    }
}
