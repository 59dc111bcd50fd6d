// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.recovery;

/**
 * The last live batch heard of an engine since it started, by its number: from that alone it tells whether the next one is of
 * an engine that began anew. A number that goes back is, and so is the same one again after a connection that nobody could
 * ask about; otherwise the same one again is merely heard twice. Not thread-safe.
 */
public final class LiveSequence {
    private static final long NONE = -1;

    private long last = NONE;

    /** Whether a connection was made after the last live batch, with no replay to tell what was missed. */
    private boolean reconnected;

    /** Returns the number of the last one, or -1 if none was heard. */
    public long last() {
        return last;
    }

    /** Tells whether any was heard. */
    public boolean any() {
        return last != NONE;
    }

    /** Tells whether a live batch of this number can only be of an engine that began anew. */
    public boolean tellsOfRestart(long sequence) {
        return sequence < last || (reconnected && sequence == last);
    }

    /** A live batch came. */
    public void heard(long sequence) {
        last = sequence;
        reconnected = false;
    }

    /** A connection was made, and nobody can be asked what was missed before it. */
    public void reconnected() {
        reconnected = true;
    }

    /** A replay tells what was missed before the connection. */
    public void asked() {
        reconnected = false;
    }

    /** Nothing was heard of this engine. */
    public void forget() {
        last = NONE;
    }
}
