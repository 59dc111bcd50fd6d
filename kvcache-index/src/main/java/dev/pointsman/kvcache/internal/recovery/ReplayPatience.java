// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.recovery;

/**
 * How long a replay is waited for and how often it is asked for again, and for how long nothing is asked once it failed. A
 * replay may be asked for any number of times as long as each brings something new, and not for longer than its time in all.
 * Not thread-safe.
 */
public final class ReplayPatience {
    private final int mostTries;
    private final long idleNanos;
    private final long totalNanos;
    private final long coolDownNanos;

    private int tries;
    private long began;
    private long appliedWhenAsked;
    private long lastReply;
    private long coolUntil;

    /**
     * Makes it.
     *
     * @param mostTries after how many requests in a row without anything new a replay failed, at least 1
     * @param idleNanos how long a request may say nothing
     * @param totalNanos how long a replay may take in all
     * @param coolDownNanos how long nothing is asked after a replay that failed
     */
    public ReplayPatience(int mostTries, long idleNanos, long totalNanos, long coolDownNanos) {
        this.mostTries = mostTries;
        this.idleNanos = idleNanos;
        this.totalNanos = totalNanos;
        this.coolDownNanos = coolDownNanos;
    }

    /** A replay is wanted. */
    public void wanted() {
        tries = 0;
    }

    /** The replay is about to be asked for the first time. */
    public void begins(long now) {
        began = now;
    }

    /** The engine is asked, with this much applied before. */
    public void asked(long applied, long now) {
        appliedWhenAsked = applied;
        lastReply = now;
    }

    /** The engine answered. */
    public void heard(long now) {
        lastReply = now;
    }

    /** What was waited for came in another way: the count of requests begins anew. */
    public void madeProgress() {
        tries = 0;
    }

    /** The request brought too little; returns whether to ask once more. */
    public boolean onceMore(long applied) {
        tries = applied > appliedWhenAsked ? 0 : tries + 1;
        return tries < mostTries;
    }

    /** Returns how many requests in a row brought nothing new. */
    public int tries() {
        return tries;
    }

    /** Tells whether the replay has failed if the request under way brings nothing either. */
    public boolean lastTry() {
        return tries + 1 >= mostTries;
    }

    /** Tells whether the replay has taken longer than it may in all. */
    public boolean tookTooLong(long now) {
        return now - began >= totalNanos;
    }

    /** Tells whether the engine has said nothing for longer than it may. */
    public boolean idle(long now) {
        return now - lastReply >= idleNanos;
    }

    /** The replay failed: nothing is asked for some time. */
    public void coolDown(long now) {
        coolUntil = now + coolDownNanos;
    }

    /** Tells whether that time is over. */
    public boolean coolDownOver(long now) {
        return now - coolUntil >= 0;
    }
}
