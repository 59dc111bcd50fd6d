// SPDX-License-Identifier: Apache-2.0

/** KV events over ZMQ: a subscriber with replay, and a publisher. */
module dev.pointsman.kvcache.zmq {
    requires static org.jspecify;
    requires transitive dev.pointsman.kvcache;
    requires org.slf4j;
    requires org.zeromq.jeromq;

    exports dev.pointsman.kvcache.zmq;
}
