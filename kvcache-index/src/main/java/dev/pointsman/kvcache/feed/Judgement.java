// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import dev.pointsman.kvcache.feed.EndpointHealth.Doubt;
import dev.pointsman.kvcache.feed.EndpointHealth.State;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Remembers what speaks against an endpoint, and puts its health into words. Written by one thread, read by all. */
final class Judgement {
    /** Read for each batch, and {@link Doubt#values} makes a copy each time. */
    private static final Doubt[] WORST_FIRST = Doubt.values();

    private final Set<Doubt> doubts = EnumSet.noneOf(Doubt.class);
    private boolean everConnected;
    private boolean connected;
    private boolean heard;
    private boolean informed;
    private String failure = "";
    private boolean unanswered;

    /** Whether something unreadable came live that no replay was asked about since. */
    private boolean suspicious;

    private volatile EndpointHealth health;

    Judgement(long now) {
        health = new EndpointHealth(State.COLD, null, now, "Nothing was heard of it yet.");
    }

    EndpointHealth health() {
        return health;
    }

    void connected(boolean isConnected) {
        everConnected = true;
        connected = isConnected;
    }

    boolean connected() {
        return connected;
    }

    /** A live batch came, so there is a connection, even if nobody tells of connections. */
    void heard() {
        heard = true;
    }

    /** The engine has said all that it has, even if that was nothing. */
    void informed() {
        informed = true;
        failure = "";
        if (!suspicious) {
            doubts.remove(Doubt.UNVERIFIED);
        }
    }

    void failed(String why) {
        failure = why;
    }

    /** Whether the engine is followed as if it had no replay endpoint, because none answers. */
    void unanswered(boolean nobodyAnswers) {
        unanswered = nobodyAnswers;
    }

    /** A live batch was unreadable: if it was the engine's, it was missed. */
    void suspect() {
        suspicious = true;
        doubts.add(Doubt.UNVERIFIED);
    }

    boolean suspicious() {
        return suspicious;
    }

    /** A replay is wanted, and it will tell whether that was missed. */
    void lookedInto() {
        suspicious = false;
    }

    /** The next live batch came: nothing before it can still turn out to be missed. */
    void verified() {
        suspicious = false;
        doubts.remove(Doubt.UNVERIFIED);
    }

    void doubt(Doubt doubt) {
        doubts.add(doubt);
    }

    boolean doubts(Doubt doubt) {
        return doubts.contains(doubt);
    }

    void dispel(Doubt doubt) {
        doubts.remove(doubt);
    }

    /** Everything known was forgotten, and so is what speaks against it. */
    void forget() {
        suspicious = false;
        doubts.clear();
    }

    /** The engine's cache is empty, and so nothing of what was missed matters. */
    void emptied() {
        doubts.remove(Doubt.LOST_BATCHES);
        doubts.remove(Doubt.UNREADABLE_BATCH);
        doubts.remove(Doubt.MISSING_HISTORY);
    }

    /** The replay failed, and nothing is done until some time has passed. */
    boolean coolingDown(long applied, long now) {
        return set(State.DEGRADED, Doubt.REPLAY_FAILED, applied, now);
    }

    boolean replaying(long applied, long now) {
        return set(State.REPLAYING, null, applied, now);
    }

    /** Live batches are followed; tells whether the health changed. */
    boolean following(long applied, long now) {
        if (applied < 0 && !informed && doubts.isEmpty()) {
            return set(State.COLD, null, applied, now);
        }
        Doubt worst = worst();
        return set(worst == null ? State.FRESH : State.DEGRADED, worst, applied, now);
    }

    private @Nullable Doubt worst() {
        // What a replay brought is a picture of the past only, until something follows the engine.
        boolean followed = connected || (heard && !everConnected);
        boolean cut = !followed && (everConnected || informed);
        for (Doubt doubt : WORST_FIRST) {
            if (doubts.contains(doubt) || (doubt == Doubt.DISCONNECTED && cut)) {
                return doubt;
            }
        }
        return null;
    }

    private boolean set(State state, @Nullable Doubt doubt, long applied, long now) {
        if (health.state() == state && health.doubt() == doubt) {
            return false;
        }
        health = new EndpointHealth(state, doubt, now, words(state, doubt, applied));
        return true;
    }

    private String words(State state, @Nullable Doubt doubt, long applied) {
        if (doubt == null) {
            return switch (state) {
                case COLD -> "Nothing was heard of it yet.";
                case REPLAYING -> "It is asked for what was missed, from batch " + (applied + 1) + " on.";
                default -> "Nothing that it said is missing.";
            };
        }
        return switch (doubt) {
            case LOST_BATCHES ->
                "Batches before " + applied + " were lost, and "
                        + (unanswered ? "its replay endpoint does not answer." : "it has no replay endpoint.");
            case UNREADABLE_BATCH -> "A batch up to " + applied + " could not be read in whole.";
            case REPLAY_FAILED -> "A replay failed, because " + failure + "; all is asked for again after a cool-down.";
            case DISCONNECTED ->
                applied < 0 ? "There is no connection." : "There has been no connection since batch " + applied + ".";
            case UNVERIFIED ->
                "Batches after " + applied + " may have been missed"
                        + (failure.isEmpty() ? "." : ", because " + failure + ".");
            case MISSING_HISTORY ->
                applied < 0
                        ? "What the engine stored so far is not known"
                                + (unanswered ? ", because its replay endpoint does not answer." : ".")
                        : "Not all that the engine stored up to batch " + applied + " is known"
                                + (unanswered ? ", and its replay endpoint does not answer." : ".");
        };
    }
}
