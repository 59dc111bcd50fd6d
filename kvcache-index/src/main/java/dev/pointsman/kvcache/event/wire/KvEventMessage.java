// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A published message: the frames topic, sequence number and payload. Immutable, but for the payload, which is not
 * copied.
 */
public final class KvEventMessage {
    private final String topic;
    private final long sequence;
    private final byte[] payload;

    /**
     * Makes a message.
     *
     * @param topic the topic, maybe empty
     * @param sequence its number among the publisher's messages, from 0 on, unsigned
     * @param payload one batch in MessagePack; not to be changed from here on
     */
    public KvEventMessage(String topic, long sequence, byte[] payload) {
        this.topic = requireNonNull(topic, "topic");
        this.sequence = sequence;
        this.payload = requireNonNull(payload, "payload");
    }

    /**
     * Reads frames as they were received.
     *
     * @param frames the frames, in order
     * @throws KvEventFormatException if there are not three, or the second is not 8 bytes long
     */
    public static KvEventMessage of(List<byte[]> frames) throws KvEventFormatException {
        if (frames.size() != 3) {
            throw new KvEventFormatException("frames: must be 3, topic, sequence and payload, but were " + frames.size()
                    + ".\nMaybe something else publishes on this address.");
        }
        byte[] sequence = frames.get(1);
        if (sequence.length != Long.BYTES) {
            throw new KvEventFormatException("frames[1]: must be a sequence number of 8 bytes, but was "
                    + sequence.length + " bytes long.\nMaybe something else publishes on this address.");
        }
        return new KvEventMessage(
                new String(frames.get(0), UTF_8), ByteBuffer.wrap(sequence).getLong(), frames.get(2));
    }

    /** Returns the frames to send. */
    public List<byte[]> frames() {
        return List.of(
                topic.getBytes(UTF_8),
                ByteBuffer.allocate(Long.BYTES).putLong(sequence).array(),
                payload);
    }

    /** Returns the topic, maybe empty; {@link KvTopic} reads it. */
    public String topic() {
        return topic;
    }

    /** Returns the message's number among its publisher's, from 0 on, unsigned. */
    public long sequence() {
        return sequence;
    }

    /** Returns the batch in MessagePack; not to be changed. */
    public byte[] payload() {
        return payload;
    }
}
