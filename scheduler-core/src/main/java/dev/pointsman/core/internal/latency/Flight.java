// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.latency;

import dev.pointsman.accel.calibrate.Conditions;
import dev.pointsman.accel.calibrate.DecodeSample;
import dev.pointsman.accel.calibrate.FirstTokenSample;
import org.jspecify.annotations.Nullable;

/**
 * One request under way: what it counts for on its endpoint, and what its times say about that endpoint.
 *
 * <p>A time to first token is wait, prefill and transfer together. Only the prefill says something about the chip, so the wait is
 * taken off: an engine reads prompts in order, so this one was begun when it was sent, or when the one before had its first token
 * if that was later. Where the wait is more than a quarter of the time, or the engine still had tokens of other prompts to read
 * when this one came, or another endpoint had a part in it, nothing is learnt from it. Nor is anything where the engine runs many
 * more requests than this scheduler sent it: what they do there is not known.
 *
 * <p>Guarded by its own lock: events of one dispatch may come from several threads, and the sweep from another.
 */
final class Flight {
    private static final double MOST_WAIT = 0.25;
    private static final double NANOS = 1e-9;
    private static final long NEVER = Long.MIN_VALUE;

    private final FlightPlan plan;
    private final Conditions conditions;
    private boolean asPlanned = true;

    private @Nullable Station station;
    private long context;
    private long sent;
    private long lastEvent;
    private long firstToken = NEVER;
    private long answerTokens;
    private long batchAtFirst;
    private long contextAtFirst;
    private long promptsAtFirst;
    private long promptTokensAtFirst;

    /**
     * Counts a request in.
     *
     * @param station its endpoint
     * @param plan what is known of it
     * @param now when it was dispatched
     */
    Flight(Station station, FlightPlan plan, long now) {
        this.plan = plan;
        conditions = plan.kvUsage() >= 0 ? Conditions.kvUsage(plan.kvUsage()) : Conditions.USUAL;
        sent = now;
        lastEvent = now;
        enter(station);
    }

    private void enter(Station next) {
        station = next;
        context = plan.newTokens() + plan.cachedTokens();
        next.add(context, plan.countedOutput(), plan.tpotTarget());
    }

    private void leave() {
        if (station != null) {
            if (firstToken != NEVER) {
                station.decoded(context);
            }
            station.remove(context, plan.countedOutput(), plan.tpotTarget());
            station = null;
        }
    }

    synchronized void sent(long now) {
        sent = now;
        lastEvent = now;
    }

    synchronized void firstToken(long now) {
        lastEvent = now;
        Station here = station;
        if (here == null) {
            return;
        }
        learnPrefill(here, now);
        here.promptRead(plan.singleLeg() ? plan.newTokens() : 0, context, now);
        firstToken = now;
        batchAtFirst = here.decoding();
        contextAtFirst = here.decodingContext();
        promptsAtFirst = here.promptsRead();
        promptTokensAtFirst = here.promptTokensRead();
    }

    private void learnPrefill(Station here, long now) {
        LatencyModel model = here.model();
        boolean alone = asPlanned && plan.singleLeg() && plan.workAhead() == 0 && !plan.foreignLoad();
        if (model == null || !alone || plan.newTokens() == 0 || now <= sent) {
            return;
        }
        long begun = Math.max(sent, here.lastFirstToken());
        long wait = begun - sent;
        if (wait <= MOST_WAIT * (double) (now - sent)) {
            int others = (int) Math.max(0, Math.min(Integer.MAX_VALUE, here.decoding()));
            long contexts = others == 0 ? 0 : Math.max(0, here.decodingContext());
            model.learn(new FirstTokenSample(
                    plan.newTokens(),
                    plan.cachedTokens(),
                    wait * NANOS,
                    (now - begun) * NANOS,
                    0,
                    others,
                    contexts,
                    conditions));
        }
    }

    synchronized void tokens(long count, long now) {
        lastEvent = now;
        answerTokens += count;
        if (station != null) {
            context += count;
            station.grow(count, firstToken != NEVER);
        }
    }

    /** Moves to another endpoint, which reads the prompt again; nothing is learnt there, since what it has cached is not known. */
    synchronized void moved(@Nullable Station next, long now) {
        lastEvent = now;
        leave();
        asPlanned = false;
        firstToken = NEVER;
        answerTokens = 0;
        if (next != null) {
            enter(next);
        }
    }

    /**
     * Counts the request out.
     *
     * @param outputTokens tokens of the whole answer, or -1 if it was not delivered
     */
    synchronized void ended(long outputTokens, long now) {
        if (station != null
                && asPlanned
                && !plan.foreignLoad()
                && firstToken != NEVER
                && outputTokens > 1
                && now > firstToken) {
            learnDecode(station, outputTokens - 1, now);
        }
        leave();
    }

    private void learnDecode(Station here, long steps, long now) {
        LatencyModel model = here.model();
        if (model != null) {
            // Sizes between those at the beginning and the end of the answer.
            double batch = Math.max(1, (batchAtFirst + here.decoding()) / 2.0);
            double contexts = Math.max(0, (contextAtFirst + here.decodingContext()) / 2.0);
            long prompts = here.promptsRead() - promptsAtFirst;
            long promptTokens = prompts == 0 ? 0 : (here.promptTokensRead() - promptTokensAtFirst) / prompts;
            model.learn(new DecodeSample(
                    batch,
                    contexts,
                    (double) prompts / steps,
                    Math.max(0, promptTokens),
                    (now - firstToken) * NANOS / steps,
                    conditions));
        }
    }

    /** Returns the tokens of the answer that were reported, the first included. */
    synchronized long answerTokens() {
        return firstToken == NEVER ? answerTokens : answerTokens + 1;
    }

    synchronized long lastEvent() {
        return lastEvent;
    }
}
