// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.recovery;

import java.util.Map;
import java.util.TreeMap;

/**
 * Live batches that wait for a replay to end, in order of their sequence. Bounded: what comes when it is full is turned
 * away, so that what it has stays without a hole at its front and the rest can be asked for again.
 */
public final class HeldBatches<B> {
    private record Held<B>(B batch, int bytes, long fingerprint) {}

    private final int maxBatches;
    private final long maxBytes;
    private final TreeMap<Long, Held<B>> bySequence = new TreeMap<>();
    private long bytes;
    private boolean overflowed;

    public HeldBatches(int maxBatches, long maxBytes) {
        this.maxBatches = maxBatches;
        this.maxBytes = maxBytes;
    }

    /** Returns whether there was room. Of two batches with one sequence the later one stays. */
    public boolean add(long sequence, B batch, int size, long fingerprint) {
        if (bySequence.size() >= maxBatches || size > maxBytes - bytes) {
            overflowed = true;
            return false;
        }
        Held<B> before = bySequence.put(sequence, new Held<>(batch, size, fingerprint));
        bytes += size - (before == null ? 0 : before.bytes);
        return true;
    }

    public boolean isEmpty() {
        return bySequence.isEmpty();
    }

    public int size() {
        return bySequence.size();
    }

    /** Tells whether any was turned away since {@link #forgetOverflow}. */
    public boolean overflowed() {
        return overflowed;
    }

    public void forgetOverflow() {
        overflowed = false;
    }

    public long firstSequence() {
        return bySequence.firstKey();
    }

    public long lastSequence() {
        return bySequence.lastKey();
    }

    public B firstBatch() {
        return bySequence.firstEntry().getValue().batch;
    }

    public long firstFingerprint() {
        return bySequence.firstEntry().getValue().fingerprint;
    }

    public void removeFirst() {
        Map.Entry<Long, Held<B>> first = bySequence.pollFirstEntry();
        if (first != null) {
            bytes -= first.getValue().bytes;
        }
    }

    public void clear() {
        bySequence.clear();
        bytes = 0;
        overflowed = false;
    }
}
