// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.feed.KvIndexListener;
import dev.pointsman.kvcache.feed.RecoverySettings;
import dev.pointsman.kvcache.feed.ReplayLimiter;
import java.util.function.LongSupplier;

/** What all of a subscriber's endpoints share. */
record SubscriberSettings(
        TieredPrefixIndex index,
        int blockSize,
        RecoverySettings recovery,
        ReplayLimiter limiter,
        KvIndexListener listener,
        LongSupplier clock,
        boolean windowOnlyRanks,
        int receiveLimit,
        int maxBatchBytes,
        int maxTranslatedBlocks,
        int reconnectMillis,
        int maxReconnectMillis,
        int heartbeatMillis,
        long watchdogNanos) {
    int heartbeatTimeoutMillis() {
        return 3 * heartbeatMillis;
    }
}
