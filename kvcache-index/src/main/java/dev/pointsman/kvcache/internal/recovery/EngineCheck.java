// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.recovery;

/**
 * Whether the engine is still the one whose batches are known: the replay under way begins with a batch that is known, and
 * what the engine has of that number tells. Not thread-safe.
 */
public final class EngineCheck {
    /** What a batch of a replay says about the engine. */
    public enum Verdict {
        /** Nothing, because nobody asked or because it is an earlier batch than the one that tells. */
        NOTHING,
        /** It is the same engine. */
        SAME,
        /** Another batch has that number, so it is another engine. */
        ANOTHER,
        /** No batch has that number any more, so nothing known is certain. */
        GONE
    }

    private boolean pending;
    private long sequence;
    private long fingerprint;

    /** From now on the engine must have a batch of this number with this fingerprint. */
    public void demand(long known, long knownFingerprint) {
        pending = true;
        sequence = known;
        fingerprint = knownFingerprint;
    }

    /** Asks for nothing, or has its answer. */
    public void settle() {
        pending = false;
    }

    /** Tells whether an answer is still waited for. */
    public boolean pending() {
        return pending;
    }

    /** Returns the number of the batch that tells; only while {@link #pending}. */
    public long sequence() {
        return sequence;
    }

    /** Returns what the next batch of a replay, in rising order, says; stays pending whatever it says. */
    public Verdict judge(long reply, long replyFingerprint) {
        if (!pending || reply < sequence) {
            return Verdict.NOTHING;
        }
        if (reply > sequence) {
            return Verdict.GONE;
        }
        return replyFingerprint == fingerprint ? Verdict.SAME : Verdict.ANOTHER;
    }
}
