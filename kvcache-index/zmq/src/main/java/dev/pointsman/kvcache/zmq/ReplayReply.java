// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One message of a replay, in either shape: an empty frame, since vLLM #45177 the topic, the sequence, and the payload. */
final class ReplayReply {
    /** The sequence that ends a replay: all bits set. */
    static final long END = -1;

    private static final int FRAMES_WITHOUT_TOPIC = 3;
    private static final int FRAMES_WITH_TOPIC = 4;

    private final long sequence;
    private final byte[] payload;

    private ReplayReply(long sequence, byte[] payload) {
        this.sequence = sequence;
        this.payload = payload;
    }

    /** Reads the frames as they were received; null if they are no reply. */
    static @Nullable ReplayReply read(List<byte[]> frames) {
        int count = frames.size();
        if (count != FRAMES_WITHOUT_TOPIC && count != FRAMES_WITH_TOPIC) {
            return null;
        }
        byte[] sequence = frames.get(count - 2);
        if (frames.get(0).length != 0 || sequence.length != Long.BYTES) {
            return null;
        }
        long number = ByteBuffer.wrap(sequence).getLong();
        return number < END ? null : new ReplayReply(number, frames.get(count - 1));
    }

    /** Returns the frames of a request for batches from a sequence on, as a DEALER sends them. */
    static List<byte[]> request(long from) {
        return List.of(
                new byte[0], ByteBuffer.allocate(Long.BYTES).putLong(from).array());
    }

    /** Returns the batch's place, or {@link #END}. */
    long sequence() {
        return sequence;
    }

    /** Returns the batch; not to be changed. */
    byte[] payload() {
        return payload;
    }

    boolean isEnd() {
        return sequence == END;
    }
}
