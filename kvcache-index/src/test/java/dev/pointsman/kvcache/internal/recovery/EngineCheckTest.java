// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.internal.recovery.EngineCheck.Verdict;
import org.junit.jupiter.api.Test;

class EngineCheckTest {
    private final EngineCheck check = new EngineCheck();

    @Test
    void nothingDemanded_noBatchSaysAnything() {
        assertThat(check.pending()).isFalse();
        assertThat(check.judge(0, 0)).isEqualTo(Verdict.NOTHING);
    }

    @Test
    void theBatchThatIsKnown_tellsTheEngineByItsFingerprint() {
        check.demand(5, 77);

        assertThat(check.sequence()).isEqualTo(5);
        assertThat(check.judge(5, 77)).isEqualTo(Verdict.SAME);
        assertThat(check.judge(5, 78)).isEqualTo(Verdict.ANOTHER);
    }

    @Test
    void earlierBatch_saysNothing_whateverItsFingerprint() {
        check.demand(5, 77);

        assertThat(check.judge(4, 77)).isEqualTo(Verdict.NOTHING);
        assertThat(check.pending()).isTrue();
    }

    @Test
    void laterBatchFirst_thatOneIsGone_whateverItsFingerprint() {
        check.demand(5, 77);

        assertThat(check.judge(6, 77)).isEqualTo(Verdict.GONE);
    }

    @Test
    void settled_noBatchSaysAnythingMore() {
        check.demand(5, 77);

        check.settle();

        assertThat(check.pending()).isFalse();
        assertThat(check.judge(5, 78)).isEqualTo(Verdict.NOTHING);
    }
}
