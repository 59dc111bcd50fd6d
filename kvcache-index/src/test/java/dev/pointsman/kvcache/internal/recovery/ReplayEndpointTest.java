// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReplayEndpointTest {
    private static final long IDLE = 10;
    private static final long TEN_MINUTES = Duration.ofMinutes(10).toNanos();

    private final ReplayEndpoint endpoint = new ReplayEndpoint(true, IDLE);

    /** As many silent replays as it takes, the last one at time 0. */
    private void nobodyAnswers() {
        for (int i = 1; i <= ReplayEndpoint.SILENT_REPLAYS; i++) {
            endpoint.wanted();
            assertThat(endpoint.failed(0)).isEqualTo(i == ReplayEndpoint.SILENT_REPLAYS);
        }
    }

    @Test
    void noneThatTheHostKnowsOf_isNotAvailable_andIsNeverAskedOnceMore() {
        ReplayEndpoint none = new ReplayEndpoint(false, IDLE);

        assertThat(none.available()).isFalse();
        assertThat(none.unanswered()).isFalse();
        none.probeSoon(0);
        assertThat(none.probeDue(TEN_MINUTES)).isFalse();
    }

    @Test
    void silentReplaysInARow_countAsNobodyThere() {
        nobodyAnswers();

        assertThat(endpoint.available()).isFalse();
        assertThat(endpoint.unanswered()).isTrue();
    }

    @Test
    void replayThatFailedThoughSomethingWasHeard_breaksTheRow() {
        endpoint.wanted();
        endpoint.failed(0);
        endpoint.wanted();
        endpoint.failed(0);
        endpoint.wanted();
        endpoint.answered();

        assertThat(endpoint.failed(0)).isFalse();
        nobodyAnswers();
        assertThat(endpoint.keepsBatches()).isFalse();
    }

    @Test
    void anyReplayThatBroughtABatch_showsThatSomeAreKept() {
        endpoint.wanted();
        endpoint.brought();

        endpoint.wanted();

        assertThat(endpoint.keepsBatches()).isTrue();
    }

    @Test
    void nobodyThere_isProbedAfterTenMinutes_andTenAfterAProbeThatFailed() {
        nobodyAnswers();
        assertThat(endpoint.probeDue(TEN_MINUTES - 1)).isFalse();
        assertThat(endpoint.probeDue(TEN_MINUTES)).isTrue();

        endpoint.probe(TEN_MINUTES);
        assertThat(endpoint.probing()).isTrue();
        assertThat(endpoint.probeDue(TEN_MINUTES)).isFalse();
        assertThat(endpoint.probeIdle(TEN_MINUTES + IDLE - 1)).isFalse();
        assertThat(endpoint.probeIdle(TEN_MINUTES + IDLE)).isTrue();

        endpoint.probeOver();
        endpoint.probeLater(TEN_MINUTES + IDLE);
        assertThat(endpoint.probing()).isFalse();
        assertThat(endpoint.unanswered()).isTrue();
        assertThat(endpoint.probeDue(2 * TEN_MINUTES + IDLE - 1)).isFalse();
        assertThat(endpoint.probeDue(2 * TEN_MINUTES + IDLE)).isTrue();
    }

    @Test
    void causeToProbe_isDueAtOnce() {
        nobodyAnswers();

        endpoint.probeSoon(5);

        assertThat(endpoint.probeDue(5)).isTrue();
    }

    @Test
    void probeThatIsAnswered_isAskedAsOthersAre_andItsSilentReplaysAreForgotten() {
        nobodyAnswers();
        endpoint.probe(TEN_MINUTES);

        endpoint.probeOver();
        endpoint.answersAgain();

        assertThat(endpoint.available()).isTrue();
        assertThat(endpoint.probing()).isFalse();
        assertThat(endpoint.unanswered()).isFalse();
        nobodyAnswers();
    }
}
