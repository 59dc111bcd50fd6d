// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class KvEventMessageTest {
    @Test
    void threeFrames_areAMessage() throws KvEventFormatException {
        byte[] payload = {1, 2};
        KvEventMessage message =
                KvEventMessage.of(List.of("kv@a@b".getBytes(UTF_8), new byte[] {0, 0, 0, 0, 0, 0, 1, 2}, payload));

        assertThat(message.topic()).isEqualTo("kv@a@b");
        assertThat(message.sequence()).isEqualTo(258);
        assertThat(message.payload()).isSameAs(payload);
        assertThat(message.frames().get(0)).isEqualTo("kv@a@b".getBytes(UTF_8));
        assertThat(message.frames().get(1)).containsExactly(0, 0, 0, 0, 0, 0, 1, 2);
        assertThat(message.frames().get(2)).isSameAs(payload);
    }

    @Test
    void otherFrames_areRefused() {
        byte[] sequence = new byte[8];
        assertRefused(List.of(), "frames: must be 3, topic, sequence and payload, but were 0.");
        assertRefused(List.of(sequence, sequence), "frames: must be 3, topic, sequence and payload, but were 2.");
        assertRefused(
                List.of(sequence, sequence, sequence, sequence),
                "frames: must be 3, topic, sequence and payload, but were 4.");
        assertRefused(
                List.of(sequence, new byte[7], sequence),
                "frames[1]: must be a sequence number of 8 bytes, but was 7 bytes long.");
        assertRefused(
                List.of(sequence, new byte[9], sequence),
                "frames[1]: must be a sequence number of 8 bytes, but was 9 bytes long.");
    }

    private static void assertRefused(List<byte[]> frames, String fact) {
        assertThatThrownBy(() -> KvEventMessage.of(frames))
                .isInstanceOf(KvEventFormatException.class)
                .hasMessageStartingWith(fact + "\nMaybe ");
    }

    @Test
    void topic_saysPodAndModel_orIsAPodAsAWhole() {
        assertThat(KvTopic.parse("kv@10.0.0.1:8000@TestModel")).isEqualTo(new KvTopic("10.0.0.1:8000", "TestModel"));
        assertThat(KvTopic.parse("kv@pod@org/model@v2")).isEqualTo(new KvTopic("kv@pod@org/model@v2", ""));
        assertThat(KvTopic.parse("anything")).isEqualTo(new KvTopic("anything", ""));
        assertThat(KvTopic.parse("")).isEqualTo(new KvTopic("", ""));
        assertThat(KvTopic.parse("kv@pod")).isEqualTo(new KvTopic("kv@pod", ""));
        assertThat(KvTopic.parse("kv@@model")).isEqualTo(new KvTopic("kv@@model", ""));
        assertThat(KvTopic.parse("xkv@pod@model")).isEqualTo(new KvTopic("xkv@pod@model", ""));
        assertThat(KvTopic.parse("kv@pod@")).isEqualTo(new KvTopic("pod", ""));
        assertThat(new KvTopic("10.0.0.1:8000", "TestModel")).hasToString("kv@10.0.0.1:8000@TestModel");
        assertThat(new KvTopic("anything", "")).hasToString("anything");
    }
}
