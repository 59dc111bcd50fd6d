// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.feed.EndpointHealth.Doubt;
import dev.pointsman.kvcache.feed.EndpointHealth.State;
import org.junit.jupiter.api.Test;

class JudgementTest {
    private final Judgement judgement = new Judgement(0);

    @Test
    void suspicion_isADoubtToo_andTheNextLiveBatchEndsBoth() {
        judgement.suspect();
        assertThat(judgement.suspicious()).isTrue();
        assertThat(judgement.doubts(Doubt.UNVERIFIED)).isTrue();

        judgement.verified();

        assertThat(judgement.suspicious()).isFalse();
        assertThat(judgement.doubts(Doubt.UNVERIFIED)).isFalse();
    }

    @Test
    void suspicionThatAReplayLooksInto_isDoubtedUntilTheReplayHasEnded() {
        judgement.suspect();

        judgement.lookedInto();
        assertThat(judgement.suspicious()).isFalse();
        assertThat(judgement.doubts(Doubt.UNVERIFIED)).isTrue();
        judgement.informed();

        assertThat(judgement.doubts(Doubt.UNVERIFIED)).isFalse();
    }

    @Test
    void suspicionWhileAReplayRuns_outlivesThatReplay() {
        judgement.lookedInto();
        judgement.suspect();

        judgement.informed();

        assertThat(judgement.suspicious()).isTrue();
        assertThat(judgement.doubts(Doubt.UNVERIFIED)).isTrue();
    }

    @Test
    void forgotten_nothingIsSuspectedOrDoubted() {
        judgement.suspect();
        judgement.doubt(Doubt.LOST_BATCHES);

        judgement.forget();

        assertThat(judgement.suspicious()).isFalse();
        for (Doubt doubt : Doubt.values()) {
            assertThat(judgement.doubts(doubt)).as(doubt.name()).isFalse();
        }
    }

    @Test
    void severalDoubts_theWorstIsTold() {
        judgement.connected(true);
        judgement.doubt(Doubt.MISSING_HISTORY);
        judgement.doubt(Doubt.UNREADABLE_BATCH);

        assertThat(judgement.following(3, 10)).isTrue();

        assertThat(judgement.health())
                .isEqualTo(new EndpointHealth(
                        State.DEGRADED, Doubt.UNREADABLE_BATCH, 10, "A batch up to 3 could not be read in whole."));
        assertThat(judgement.following(4, 20)).as("nothing changed").isFalse();
        assertThat(judgement.health().since()).isEqualTo(10);
    }
}
