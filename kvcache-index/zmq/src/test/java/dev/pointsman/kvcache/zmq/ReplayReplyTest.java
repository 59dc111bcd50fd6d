// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayReplyTest {
    private static final byte[] EMPTY = {};
    private static final byte[] PAYLOAD = {1, 2};

    private static ReplayReply read(byte[]... frames) {
        return requireNonNull(ReplayReply.read(List.of(frames)));
    }

    @Test
    void bothShapes_areRead() {
        ReplayReply old = read(EMPTY, RawPublisher.sequence(7), PAYLOAD);
        ReplayReply withTopic = read(EMPTY, "topic".getBytes(UTF_8), RawPublisher.sequence(7), PAYLOAD);

        assertThat(old.sequence()).isEqualTo(7);
        assertThat(old.payload()).isEqualTo(PAYLOAD);
        assertThat(old.isEnd()).isFalse();
        assertThat(withTopic.sequence()).isEqualTo(7);
        assertThat(withTopic.payload()).isEqualTo(PAYLOAD);
    }

    @Test
    void allBitsSet_isTheEndInBothShapes() {
        assertThat(read(EMPTY, RawPublisher.sequence(-1), EMPTY).isEnd()).isTrue();
        assertThat(read(EMPTY, EMPTY, RawPublisher.sequence(-1), EMPTY).isEnd()).isTrue();
        assertThat(read(EMPTY, "topic".getBytes(UTF_8), RawPublisher.sequence(-1), EMPTY)
                        .isEnd())
                .isTrue();
    }

    @Test
    void otherShapes_areNoReplies() {
        assertThat(ReplayReply.read(List.of(EMPTY))).isNull();
        assertThat(ReplayReply.read(List.of(EMPTY, new byte[7], PAYLOAD))).isNull();
        assertThat(ReplayReply.read(List.of(PAYLOAD, RawPublisher.sequence(1), PAYLOAD)))
                .isNull();
        assertThat(ReplayReply.read(List.of(EMPTY, RawPublisher.sequence(-2), PAYLOAD)))
                .isNull();
        assertThat(ReplayReply.read(List.of(EMPTY, EMPTY, EMPTY, RawPublisher.sequence(1), PAYLOAD)))
                .isNull();
    }

    @Test
    void request_hasAnEmptyFrameAndTheStart() {
        assertThat(ReplayReply.request(258)).containsExactly(EMPTY, new byte[] {0, 0, 0, 0, 0, 0, 1, 2});
    }
}
