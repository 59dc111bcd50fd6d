// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.micrometer;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.request.Objectives;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one model's requests, all made at once: a series that begins at 0 is one whose first event a rate sees.
 * Thread-safe; nothing allocates.
 */
final class ModelMeters {
    private static final Duration[] FIRST_TOKEN =
            millis(10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000);
    private static final Duration[] EACH_TOKEN =
            millis(2, 5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 500, 1_000, 5_000);
    private static final Duration[] WHOLE =
            millis(100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000);
    private static final double[] TOKENS = {
        16, 64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536, 131_072, 262_144, 1_048_576
    };

    private final LongAdder inFlight = new LongAdder();
    private final Counter whole;
    private final Counter split;
    private final Counter[] rejected;
    private final Counter[] ended;
    private final Counter failovers;
    private final Timer firstToken;
    private final Timer perToken;
    private final Timer betweenTokens;
    private final Timer duration;
    private final DistributionSummary promptWithCached;
    private final DistributionSummary promptWithoutCached;
    private final DistributionSummary cached;
    private final DistributionSummary output;
    private final Objective ttft;
    private final Objective tpot;

    ModelMeters(Meters meters, String model) {
        whole = dispatched(meters, model, "local");
        split = dispatched(meters, model, "split");
        Rejection.Reason[] reasons = Rejection.Reason.values();
        rejected = new Counter[reasons.length];
        for (int i = 0; i < reasons.length; i++) {
            rejected[i] = meters.counter(
                    "rejected", "requests", "Requests that were refused", "model", model, "reason", tag(reasons[i]));
        }
        Ending[] endings = Ending.values();
        ended = new Counter[endings.length];
        for (int i = 0; i < endings.length; i++) {
            ended[i] = meters.counter(
                    "ended", "requests", "Dispatched requests that ended", "model", model, "ending", tag(endings[i]));
        }
        failovers = meters.counter("failovers", null, "Moves of a request to a fallback", "model", model);
        meters.gauge(
                "in.flight",
                "requests",
                "Requests that were dispatched and have not ended",
                inFlight::sum,
                "model",
                model);
        firstToken = meters.timer(
                "ttft", "Time from the request to the first token of its answer", FIRST_TOKEN, "model", model);
        perToken = meters.timer(
                "tpot", "Mean time for each token of a completed answer after its first", EACH_TOKEN, "model", model);
        betweenTokens = meters.timer("itl", "Time between two reports of tokens", EACH_TOKEN, "model", model);
        duration = meters.timer(
                "request.duration",
                "Time from the request to the end of its answer, if completed",
                WHOLE,
                "model",
                model);
        promptWithCached = prompt(meters, model, "told");
        promptWithoutCached = prompt(meters, model, "untold");
        cached = meters.tokens(
                "cached.tokens", "Tokens of prompts that the engine says it had cached", TOKENS, "model", model);
        output = meters.tokens("output.tokens", "Tokens of the answers of requests that ended", TOKENS, "model", model);
        ttft = new Objective(meters, model, "ttft");
        tpot = new Objective(meters, model, "tpot");
    }

    private static Counter dispatched(Meters meters, String model, String path) {
        return meters.counter(
                "dispatched",
                "requests",
                "Requests that were sent on their way; split if stages are on different endpoints",
                "model",
                model,
                "path",
                path);
    }

    private static DistributionSummary prompt(Meters meters, String model, String cached) {
        return meters.tokens(
                "prompt.tokens",
                "Tokens of the prompts of completed requests, by whether the engine told how many were cached",
                TOKENS,
                "model",
                model,
                "cached",
                cached);
    }

    private static String tag(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static Duration[] millis(long... millis) {
        Duration[] durations = new Duration[millis.length];
        for (int i = 0; i < millis.length; i++) {
            durations[i] = Duration.ofMillis(millis[i]);
        }
        return durations;
    }

    void dispatched(Dispatch dispatch) {
        inFlight.increment();
        (dispatch.decision().otherLegs().isEmpty() ? whole : split).increment();
    }

    void rejected(Rejection.Reason reason) {
        rejected[reason.ordinal()].increment();
    }

    void failedOver() {
        failovers.increment();
    }

    void firstToken(Dispatch dispatch, long now) {
        firstToken.record(between(dispatch.scheduledAt(), now), TimeUnit.NANOSECONDS);
    }

    void tokens(Dispatch dispatch, int count, long now) {
        long last = dispatch.lastTokenAt();
        if (count > 0 && last != Dispatch.NOT_YET) {
            betweenTokens.record(between(last, now), TimeUnit.NANOSECONDS);
        }
    }

    void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
        inFlight.decrement();
        ended[ending.ordinal()].increment();
        boolean said = usage.outputTokens() >= 0;
        long tokens = said ? usage.outputTokens() : dispatch.reportedTokens();
        if (said || tokens > 0) {
            output.record((double) tokens);
        }
        judgeFirstToken(dispatch, ending, now);
        if (ending == Ending.COMPLETED) {
            completed(dispatch, usage, tokens, now);
        }
    }

    /**
     * Judges an answer once, by its last target. One that broke off before its first token missed its objective if that was due by
     * then; of one that nobody spoke of any more, or that completed without a word of its tokens, nothing is known.
     */
    private void judgeFirstToken(Dispatch dispatch, Ending ending, long now) {
        Duration target = objectives(dispatch).ttftTarget();
        long first = dispatch.firstTokenAt();
        if (first != Dispatch.NOT_YET) {
            ttft.judge(target, between(dispatch.scheduledAt(), first));
        } else if (ending == Ending.FAILED || ending == Ending.CANCELLED) {
            ttft.judgeIfMissed(target, between(dispatch.scheduledAt(), now));
        }
    }

    private void completed(Dispatch dispatch, Usage usage, long tokens, long now) {
        duration.record(between(dispatch.scheduledAt(), now), TimeUnit.NANOSECONDS);
        int read = usage.promptTokens() >= 0
                ? usage.promptTokens()
                : dispatch.request().prompt().tokenCount();
        boolean told = usage.cachedTokens() >= 0;
        if (read > 0) {
            (told ? promptWithCached : promptWithoutCached).record(read);
        }
        if (told) {
            cached.record(usage.cachedTokens());
        }
        long first = dispatch.firstTokenAt();
        if (first != Dispatch.NOT_YET && tokens > 1) {
            long nanos = between(first, now) / (tokens - 1);
            perToken.record(nanos, TimeUnit.NANOSECONDS);
            tpot.judge(objectives(dispatch).tpotTarget(), nanos);
        }
    }

    private static Objectives objectives(Dispatch dispatch) {
        return dispatch.request().objectives();
    }

    /** Returns the time between two moments, 0 if the clock went back or so far that the difference is no number. */
    private static long between(long from, long to) {
        return Math.max(0, to - from);
    }

    /** Counts answers that had an objective by whether they kept it. */
    private static final class Objective {
        private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

        private final Counter met;
        private final Counter missed;

        Objective(Meters meters, String model, String objective) {
            met = counter(meters, model, objective, "met");
            missed = counter(meters, model, objective, "missed");
        }

        private static Counter counter(Meters meters, String model, String objective, String result) {
            return meters.counter(
                    "objectives",
                    null,
                    "Answers to requests that had an objective, by whether they kept it",
                    "model",
                    model,
                    "objective",
                    objective,
                    "result",
                    result);
        }

        void judge(@Nullable Duration target, long nanos) {
            if (target != null) {
                (kept(target, nanos) ? met : missed).increment();
            }
        }

        /** Counts what took so long already, unless it could have kept its objective yet. */
        void judgeIfMissed(@Nullable Duration target, long nanos) {
            if (target != null && !kept(target, nanos)) {
                missed.increment();
            }
        }

        private static boolean kept(Duration target, long nanos) {
            return target.compareTo(LONGEST) >= 0 || nanos <= target.toNanos();
        }
    }
}
