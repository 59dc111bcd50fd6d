// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import java.nio.ByteBuffer;
import java.util.List;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** A PUB socket that sends whatever it is told, in whatever order. */
final class RawPublisher implements AutoCloseable {
    private final ZContext context = new ZContext();
    private final ZMQ.Socket socket;

    RawPublisher() {
        context.setLinger(0);
        socket = context.createSocket(SocketType.PUB);
        socket.setSndHWM(0);
        socket.bind("tcp://127.0.0.1:*");
    }

    String address() {
        return socket.getLastEndpoint();
    }

    void send(long sequence, byte[] payload) {
        send(new byte[0], sequence(sequence), payload);
    }

    void send(byte[]... frames) {
        Frames.send(socket, List.of(frames));
    }

    static byte[] sequence(long sequence) {
        return ByteBuffer.allocate(Long.BYTES).putLong(sequence).array();
    }

    @Override
    public void close() {
        context.close();
    }
}
