// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer.attribute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import org.junit.jupiter.api.Test;

class MmEmbeddingsCacheScorerTest {
    private static final TestCycle CYCLE = TestCycle.of(TestFleet.of("half", "none", "unknown"))
            .with(MmEmbeddingsCacheScorer.matchedShare(MmEmbeddingsCacheScorer.DEFAULT_PRODUCER), "half", 0.5)
            .with(MmEmbeddingsCacheScorer.matchedShare(MmEmbeddingsCacheScorer.DEFAULT_PRODUCER), "none", 0);

    @Test
    void share_isTheScore_andWhatIsUnknownIsMissing() {
        assertThat(CYCLE.score(new MmEmbeddingsCacheScorer())).containsExactly(0.5, 0, Scorer.MISSING);
    }

    @Test
    void unknown_isZero_withLlmdsSemantics() {
        assertThat(CYCLE.score(new MmEmbeddingsCacheScorer(MmEmbeddingsCacheScorer.DEFAULT_PRODUCER, Semantics.LLM_D)))
                .containsExactly(0.5, 0, 0);
    }

    @Test
    void otherProducer_isReadWhenNamed() {
        MmEmbeddingsCacheScorer other = new MmEmbeddingsCacheScorer("other", Semantics.LLM_D);

        assertThat(CYCLE.score(other)).containsExactly(0, 0, 0);
        assertThat(other.consumes()).containsExactly(MmEmbeddingsCacheScorer.matchedShare("other"));
    }
}
