// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.kvcache.feed.ResumePoint;
import org.junit.jupiter.api.Test;

class ZmqKvEventSourceTest {
    private final ZmqKvEventSource source =
            ZmqKvEventSource.of(3, "m", "tcp://host:5557").withReplay("tcp://host:5600");

    @Test
    void rank_movesBothAddresses() {
        assertThat(source.withRank(2).rankAddress()).isEqualTo("tcp://host:5559");
        assertThat(source.withRank(2).rankReplayAddress()).isEqualTo("tcp://host:5602");
        assertThat(source.withTopic("kv@").topic()).isEqualTo("kv@");
        assertThat(ZmqKvEventSource.of(3, "m", "tcp://host:5557").rankReplayAddress())
                .isNull();
    }

    @Test
    void resumePoint_isKeptUntilItIsTakenBack() {
        ResumePoint from = new ResumePoint(7, 1, 5, 2, true, 100);

        ZmqKvEventSource resumed =
                source.withResume(from).withRank(2).withTopic("kv@").withReplay("tcp://host:5700");

        assertThat(resumed.resume()).isEqualTo(from);
        assertThat(resumed.withResume(null).resume()).isNull();
        assertThat(source.resume()).isNull();
    }

    @Test
    void addressToWhichTheRankCannotBeAdded_isRefusedAtOnce() {
        assertThatThrownBy(() -> source.withRank(65_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tcp://host:5557");
        assertThatThrownBy(() -> ZmqKvEventSource.of(-1, "m", "tcp://host:5557"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
