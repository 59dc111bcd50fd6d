// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZMQ;

/** Whole messages to and from a socket. */
final class Frames {
    /** More frames than any message has that we read; those after them are passed over. */
    private static final int MOST = 8;

    private Frames() {}

    /** Returns the next message's first frames, or null if there is none now. */
    static @Nullable List<byte[]> receive(ZMQ.Socket socket) {
        byte[] frame = socket.recv(ZMQ.DONTWAIT);
        if (frame == null) {
            return null;
        }
        List<byte[]> frames = new ArrayList<>(4);
        frames.add(frame);
        while (socket.hasReceiveMore()) {
            byte[] next = socket.recv();
            if (next != null && frames.size() < MOST) {
                frames.add(next);
            }
        }
        return frames;
    }

    /** Sends a message; returns false if there was no room for it. */
    static boolean send(ZMQ.Socket socket, List<byte[]> frames) {
        for (int i = 0; i < frames.size(); i++) {
            boolean last = i == frames.size() - 1;
            if (!socket.send(frames.get(i), (last ? 0 : ZMQ.SNDMORE) | ZMQ.DONTWAIT)) {
                return false;
            }
        }
        return true;
    }
}
