// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RankAddressTest {
    @Test
    void ranks_moveThePort() {
        assertThat(IntStream.range(0, 4).mapToObj(rank -> RankAddress.of("tcp://*:5557", rank)))
                .containsExactly("tcp://*:5557", "tcp://*:5558", "tcp://*:5559", "tcp://*:5560");
        assertThat(RankAddress.of("tcp://[::1]:5557", 1)).isEqualTo("tcp://[::1]:5558");
    }

    @Test
    void ranksWithinAProcess_haveASuffix() {
        assertThat(RankAddress.of("inproc://events", 2)).isEqualTo("inproc://events_dp2");
        assertThat(RankAddress.of("inproc://events", 0)).isEqualTo("inproc://events");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp://host",
                "ipc:///tmp/events",
                "tcp://host:65535",
                "tcp://host:*",
                "",
                "5557",
                "tcp://:99999999999"
            })
    void addressWithoutAPort_isRefusedForOtherRanks(String address) {
        assertThat(RankAddress.of(address, 0)).isEqualTo(address);
        assertThatThrownBy(() -> RankAddress.of(address, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void negativeRank_isRefused() {
        assertThatThrownBy(() -> RankAddress.of("tcp://host:1", -1)).isInstanceOf(IllegalArgumentException.class);
    }
}
