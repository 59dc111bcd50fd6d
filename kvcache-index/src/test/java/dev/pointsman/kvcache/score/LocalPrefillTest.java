// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class LocalPrefillTest {
    @Test
    void thresholds_areExclusive() {
        LocalPrefill rule = new LocalPrefill(100, 0.5);

        assertThat(rule.suits(1000, 57, 16)).isTrue(); // 88 left
        assertThat(rule.suits(1012, 57, 16)).isFalse(); // 100 left
        assertThat(rule.suits(128, 4, 16)).isFalse(); // half left
        assertThat(rule.suits(128, 5, 16)).isTrue();
    }

    @Test
    void matchLongerThanThePrompt_leavesNothing() {
        assertThat(LocalPrefill.tokensLeft(500, 10, 64)).isZero();
        assertThat(LocalPrefill.tokensLeft(500, Long.MAX_VALUE, 1 << 20)).isZero();
        assertThat(LocalPrefill.tokensLeft(0, 0, 16)).isZero();
        assertThat(LocalPrefill.DEFAULT.suits(0, 0, 16)).isTrue();
    }

    @Test
    void thresholdsOutOfRange_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LocalPrefill(-1, 0.5))
                .withMessageStartingWith("local prefill: needs maxTokens >= 0 and maxShare >= 0");
        assertThatIllegalArgumentException().isThrownBy(() -> new LocalPrefill(1, Double.NaN));
    }
}
