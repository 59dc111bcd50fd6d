// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import dev.pointsman.kvcache.event.DropReason;
import dev.pointsman.kvcache.feed.EndpointHealth;
import dev.pointsman.kvcache.feed.RecoverySettings;
import dev.pointsman.kvcache.feed.RecoverySteps;
import dev.pointsman.kvcache.feed.ReplayLimiter;
import dev.pointsman.kvcache.feed.SequenceTracker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An engine as a recovery case describes it: it sends sequences and answers replays. Writes down, in words, what is done about
 * it.
 */
final class Engine implements RecoverySteps<Long> {
    private static final int MOST_REPLAYS = 100;
    private static final Set<String> FAILURES = Set.of("fail", "fails", "failed", "error", "timeout");

    private final Case one;
    private final SequenceTracker<Long> tracker;
    private final List<String> done = new ArrayList<>();
    private final List<Object> answers = new ArrayList<>();
    private long now;
    private long replayFrom = -1;
    private int replays;

    Engine(Case one) {
        this.one = one;
        boolean configured = one.has("replayConfigured")
                ? one.flag("replayConfigured", true)
                : !one.has("replay") || one.raw("replay") != null;
        RecoverySettings settings = RecoverySettings.builder()
                .replay(configured)
                .auditAfter(Duration.ZERO)
                .build();
        tracker = new SequenceTracker<>(settings, new ReplayLimiter(), this, now);
        takeAnswers(one);
    }

    List<String> done() {
        return done;
    }

    EndpointHealth health() {
        return tracker.health();
    }

    void run() {
        if (one.flag(one.either("connect", "onConnect", "proactive"), false)) {
            tracker.connected(now);
            answer();
        }
        for (String field : new String[] {"live", "liveAfterReplay", "afterReplay"}) {
            for (Object sequence : one.list(field)) {
                live(sequence);
            }
        }
        for (String field : new String[] {"steps", "events", "then"}) {
            for (Case step : one.objects(field)) {
                take(step);
            }
        }
    }

    private void take(Case step) {
        int known = 0;
        if (step.has("replay")) {
            answers.clear();
            takeAnswers(step);
            known++;
        }
        String wait = step.either("waitMs", "advanceMs");
        if (step.has(wait)) {
            now += Duration.ofMillis(step.integer(wait)).toNanos();
            tracker.tick(now);
            answer();
            known++;
        }
        if (step.flag("disconnect", false)) {
            tracker.disconnected(now);
            known++;
        }
        if (step.flag(step.either("connect", "reconnect"), false)) {
            tracker.connected(now);
            answer();
            known++;
        }
        for (Object sequence : step.list("live")) {
            live(sequence);
            known++;
        }
        if (known == 0) {
            throw new Mismatch(step.path() + ": is a step of a kind not known to this runner: " + step);
        }
    }

    private void live(@Nullable Object sequence) {
        if (sequence instanceof String word && word.startsWith("reconnect")) {
            tracker.disconnected(now);
            tracker.connected(now);
        } else {
            sendLive(Case.integer(one.path() + ".live", sequence));
        }
        answer();
    }

    private void sendLive(long sequence) {
        if (sequence < 0) {
            throw new Mismatch(one.path() + ".live: " + sequence + " is no sequence");
        }
        tracker.live(sequence, sequence, 1, sequence, now);
    }

    private void takeAnswers(Case place) {
        Object replay = place.raw("replay");
        List<?> list = place.list("replay");
        if (!list.isEmpty() && list.get(0) instanceof List<?>) {
            answers.addAll(list);
        } else if (replay != null) {
            answers.add(replay);
        } else if (place.flag("replayFails", false)) {
            answers.add("fails");
        }
    }

    private boolean fails(Object answer) {
        return one.flag("replayFails", false)
                || (answer instanceof String word && FAILURES.contains(word))
                || (answer instanceof Map<?, ?> map && FAILURES.stream().anyMatch(map::containsKey));
    }

    /** Answers the replays that were asked for, each with the next answer of the case, the last one again and again. */
    private void answer() {
        while (replayFrom >= 0 && !answers.isEmpty() && replays++ < MOST_REPLAYS) {
            long from = replayFrom;
            replayFrom = -1;
            for (Object sequence :
                    one.list(one.either("liveDuringReplay", "duringReplay", "liveWhileReplaying", "liveWhileReplay"))) {
                if (replays == 1) {
                    sendLive(Case.integer(one.path() + ".liveDuringReplay", sequence));
                }
            }
            Object answer = answers.size() > 1 ? answers.remove(0) : answers.get(0);
            if (fails(answer)) {
                tracker.replayFailed("as the case says", now);
                continue;
            }
            List<?> sequences = answer instanceof List<?> list ? list : List.of(answer);
            for (Object sequence : sequences) {
                long number = Case.integer(one.path() + ".replay", sequence);
                if (number >= from && replayFrom < 0) {
                    tracker.replayed(number, number, number, now);
                }
            }
            if (replayFrom < 0) {
                tracker.replayEnded(now);
            }
        }
    }

    @Override
    public void apply(long sequence, Long batch) {
        done.add("apply " + sequence);
    }

    @Override
    public void clear() {
        done.add("clear");
    }

    @Override
    public void replay(long from) {
        done.add("replay from " + from);
        replayFrom = from;
    }

    @Override
    public void stopReplay() {
        replayFrom = -1;
    }

    @Override
    public void dropped(DropReason reason, long batches) {
        done.add("drop " + reason);
    }

    @Override
    public void healthChanged(EndpointHealth health) {
        done.add("mark " + health.state() + (health.doubt() == null ? "" : " " + health.doubt()));
    }
}
