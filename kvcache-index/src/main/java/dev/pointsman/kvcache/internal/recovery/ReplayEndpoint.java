// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.recovery;

/**
 * What is known of whom replays are asked of: whether there is anybody, whether batches are kept there, and when to ask once
 * more one that did not answer. Engines have no replay endpoint unless told to, whatever a host has been told. So after some
 * replays in a row that nothing at all answered, the engine counts as having none; now and then a probe asks whether somebody
 * answers after all. Not thread-safe.
 */
public final class ReplayEndpoint {
    /** How many replays in a row of which nothing was heard make it count as absent. */
    public static final int SILENT_REPLAYS = 3;

    /** How long it counts as absent before it is asked once more. */
    private static final long ASK_AGAIN_NANOS = 600_000_000_000L;

    private final boolean configured;
    private final long idleNanos;

    private boolean keepsBatches;
    private boolean answered;
    private int silentReplays;
    private boolean unanswered;
    private long askAgainAt;
    private boolean probing;
    private long probedAt;

    /**
     * Makes it.
     *
     * @param configured whether the host knows of one
     * @param idleNanos how long a probe may say nothing
     */
    public ReplayEndpoint(boolean configured, long idleNanos) {
        this.configured = configured;
        this.idleNanos = idleNanos;
    }

    /** Tells whether what is missing can be asked for. */
    public boolean available() {
        return configured && !unanswered;
    }

    /** Tells whether it counts as absent though the host knows of one, because nobody answers. */
    public boolean unanswered() {
        return unanswered;
    }

    /** Tells whether any replay ever brought a batch, so that the engine is known to keep some. */
    public boolean keepsBatches() {
        return keepsBatches;
    }

    /** A replay is wanted. */
    public void wanted() {
        answered = false;
    }

    /** The replay under way was answered, if only by its end. */
    public void answered() {
        answered = true;
    }

    /** The replay under way brought a batch. */
    public void brought() {
        answered = true;
        keepsBatches = true;
    }

    /** The replay under way failed; returns whether the endpoint counts as absent from now on. */
    public boolean failed(long now) {
        silentReplays = answered ? 0 : silentReplays + 1;
        if (silentReplays < SILENT_REPLAYS) {
            return false;
        }
        unanswered = true;
        askAgainAt = now + ASK_AGAIN_NANOS;
        return true;
    }

    /** Tells whether it is time for a probe. */
    public boolean probeDue(long now) {
        return unanswered && !probing && now - askAgainAt >= 0;
    }

    /** There is cause to probe as soon as may be. */
    public void probeSoon(long now) {
        askAgainAt = now;
    }

    /** Nobody answered a probe: the next one is for after some time. */
    public void probeLater(long now) {
        askAgainAt = now + ASK_AGAIN_NANOS;
    }

    /** A probe is asked for. */
    public void probe(long now) {
        probing = true;
        probedAt = now;
    }

    /** Tells whether a probe is under way. */
    public boolean probing() {
        return probing;
    }

    /** Tells whether a probe is under way that has said nothing for longer than it may. */
    public boolean probeIdle(long now) {
        return probing && now - probedAt >= idleNanos;
    }

    /** The probe was answered or given up. */
    public void probeOver() {
        probing = false;
    }

    /** Somebody answered a probe: the endpoint is asked as others are from now on. */
    public void answersAgain() {
        unanswered = false;
        silentReplays = 0;
    }
}
