// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.latency;

import dev.pointsman.accel.cost.Estimate;
import dev.pointsman.accel.cost.Predictor;

/**
 * What a request would take at one station, worked out anew for one station after another without allocation. In nanoseconds, if
 * not said otherwise. Not thread-safe.
 */
public final class Forecast {
    private static final double NANOS = 1e9;
    /** 73 years: far beyond any answer, and sums of a few do not overflow. */
    private static final double MOST_NANOS = Long.MAX_VALUE / 4.0;

    private final Estimate answer = new Estimate();
    private final double outputTokens;

    private long ttft;
    private long ttftP90;
    private long tpot;
    private long tpotP90;
    private long slowdown;
    private long cachedTokens;
    private double reading;
    private double interference;
    private double waitPerToken;
    private double dollars;

    /**
     * Makes a forecast for one request.
     *
     * @param outputTokens how many tokens of output it is expected to make, at least 0
     */
    public Forecast(long outputTokens) {
        this.outputTokens = (double) outputTokens;
    }

    /**
     * Works out what a request would take.
     *
     * @param station where; its model is given beside it, because it is known to be there
     * @param model what predicts there
     * @param newTokens tokens of the prompt to be read there, at least 0
     * @param cachedTokens tokens of the prompt that are cached there, at least 0
     * @param ahead tokens of other prompts to be read before, at least 0
     * @param running requests that run there, at least 0
     * @param transferNanos how long KV would be on its way there, at least 0
     */
    public void of(
            Station station,
            LatencyModel model,
            long newTokens,
            long cachedTokens,
            long ahead,
            int running,
            long transferNanos) {
        LatencyModel.Current current = model.current();
        Predictor predictor = current.predictor();

        // What waits is read in steps of a chunk, whatever prompts it belongs to.
        double wait = current.chunkTokenSeconds() * ahead;
        double waitP90 = current.chunkTokenSecondsP90() * ahead;
        if (ahead > 0 && ahead < current.chunkTokens()) {
            predictor.prefill(ahead, 0, answer);
            wait = answer.estimate();
            waitP90 = answer.p90();
        }

        long held = station.requests();
        double ownContext = newTokens + cachedTokens + outputTokens / 2;
        double meanContext = held > 0 ? Math.max(0, (double) station.contextTokens() / held) : ownContext;
        double contexts = meanContext * running;
        double step = 0;
        double stepP90 = 0;
        if (running > 0) {
            predictor.decodeStep(running, (long) contexts, answer);
            step = answer.estimate();
            stepP90 = answer.p90();
        }
        predictor.decodeStep(running + 1, (long) (contexts + ownContext), answer);
        double next = answer.estimate();
        tpot = nanos(next);
        tpotP90 = nanos(answer.p90());

        predictor.prefill(newTokens, cachedTokens, answer);
        double prefill = answer.estimate();
        double transfer = transferNanos / NANOS;
        ttft = nanos(wait + current.stepShare() * step + prefill + transfer);
        ttftP90 = nanos(waitP90 + current.stepShare() * stepP90 + answer.p90() + transfer);

        this.cachedTokens = cachedTokens;
        reading = prefill * NANOS;
        interference = Double.NaN;
        double lost = 0;
        if (running > 0) {
            predictor.interference(newTokens, cachedTokens, answer);
            interference = answer.estimate() * NANOS;
            lost = running * (answer.estimate() + Math.max(0, next - step) * outputTokens);
        }
        slowdown = nanos(lost);
        waitPerToken = current.chunkTokenSeconds() * NANOS;
        // The chips are its own while its prompt is read, and shared with the batch while its answer is made.
        dollars = station.dollarsPerNano() * NANOS * (prefill + outputTokens * next / (running + 1));
    }

    private static long nanos(double seconds) {
        return (long) Math.min(seconds * NANOS, MOST_NANOS);
    }

    /** Returns the time to first token. */
    public long ttft() {
        return ttft;
    }

    /** Returns the time to first token that nine in ten stay below. */
    public long ttftP90() {
        return ttftP90;
    }

    /** Returns the time per output token. */
    public long tpot() {
        return tpot;
    }

    /** Returns the time per output token that nine in ten stay below. */
    public long tpotP90() {
        return tpotP90;
    }

    /** Returns what those that run there would lose, all together. */
    public long slowdown() {
        return slowdown;
    }

    /** Returns how many tokens of the prompt were taken to be cached. */
    public long cachedTokens() {
        return cachedTokens;
    }

    /** Returns what an idle engine takes to read the others. */
    public double reading() {
        return reading;
    }

    /** Returns how much later the next token of each running request comes because of that reading, or NaN if none runs. */
    public double interference() {
        return interference;
    }

    /** Returns what one more token of work ahead would add to the time to first token. */
    public double waitPerToken() {
        return waitPerToken;
    }

    /** Returns what the request's share of the chips' time would cost, in US dollars, or NaN without a price. */
    public double dollars() {
        return dollars;
    }
}
