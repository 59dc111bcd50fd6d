// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import java.util.concurrent.atomic.AtomicLong;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMonitor;

/**
 * One SUB socket, to one publisher, and whether it is connected. JeroMQ connects again by itself; it tells of that on its
 * own thread, before it hands out the new connection's first message.
 */
final class LiveConnection {
    private static final int EVENTS = ZMQ.EVENT_CONNECTED | ZMQ.EVENT_DISCONNECTED;

    final ZMQ.Socket socket;

    /** How often the state changed, times two, plus one if it is connected. */
    private final AtomicLong state = new AtomicLong();

    private long seen;

    /** What happened to a connection. */
    enum Change {
        NONE,
        CONNECTED,
        DISCONNECTED,
        /** Both, in this order: something may have come in between. */
        CONNECTED_AND_LOST
    }

    private LiveConnection(ZMQ.Socket socket) {
        this.socket = socket;
    }

    static LiveConnection open(ZContext context, String address, String topic, SubscriberSettings settings) {
        ZMQ.Socket socket = context.createSocket(SocketType.SUB);
        LiveConnection connection = new LiveConnection(socket);
        try {
            socket.setLinger(0);
            socket.setRcvHWM(settings.receiveLimit());
            socket.setMaxMsgSize(settings.maxBatchBytes());
            socket.setReconnectIVL(settings.reconnectMillis());
            socket.setReconnectIVLMax(settings.maxReconnectMillis());
            socket.setHandshakeIvl(settings.heartbeatTimeoutMillis());
            socket.setHeartbeatIvl(settings.heartbeatMillis());
            socket.setHeartbeatTimeout(settings.heartbeatTimeoutMillis());
            socket.setHeartbeatTtl(settings.heartbeatTimeoutMillis());
            socket.setTCPKeepAlive(1);
            socket.setEventHook(event -> connection.note(event.getEvent() == ZMonitor.Event.CONNECTED), EVENTS);
            socket.subscribe(topic);
            socket.connect(address);
            return connection;
        } catch (RuntimeException failure) {
            socket.close();
            throw failure;
        }
    }

    private void note(boolean connected) {
        state.updateAndGet(before -> ((before >> 1) + 1) << 1 | (connected ? 1 : 0));
    }

    /** Returns what happened since this was last asked. */
    Change poll() {
        long now = state.get();
        if (now == seen) {
            return Change.NONE;
        }
        boolean wasConnected = (seen & 1) != 0;
        boolean several = (now >> 1) - (seen >> 1) > 1;
        seen = now;
        if ((now & 1) != 0) {
            return Change.CONNECTED;
        }
        return several || !wasConnected ? Change.CONNECTED_AND_LOST : Change.DISCONNECTED;
    }
}
