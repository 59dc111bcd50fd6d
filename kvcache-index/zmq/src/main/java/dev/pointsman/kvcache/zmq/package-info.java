// SPDX-License-Identifier: Apache-2.0

/**
 * KV events over ZMQ. Engines' event streams come in over SUB sockets and, after a loss, over replay sockets; a publisher
 * stands in for an engine in tests and simulated servers. What leaves are batches in order, applied to an index, and each
 * endpoint's health.
 */
@NullMarked
package dev.pointsman.kvcache.zmq;

import org.jspecify.annotations.NullMarked;
