// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.cost.Estimate;
import dev.pointsman.accel.cost.Predictor;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.sizing.queueing.Queueing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Works out from accelerator profiles how much of a class of traffic one replica can take. Immutable and thread-safe.
 *
 * <p><b>Prefill</b>: the largest rate at which an M/G/1 queue of prompts meets TTFT, less what moving the KV takes; a prompt that
 * misses it alone makes the option useless at this TP. <b>Decode</b>: the largest mean batch {@code n} that leaves {@code n + z sqrt(n)}
 * within TPOT and KV memory, since the number of running requests varies like a Poisson number; {@code n / (steps * step time)}
 * requests per second. <b>Aggregated</b>: the same batch, where a token takes {@code step + n I / steps}: every prompt that is read
 * stops the others for {@code I} ({@link Predictor#interference}), and there are {@code n / (steps * TPOT)} of them in a second; and
 * TTFT as for prefill, after the step under way.
 *
 * <p>Encoding is not in the profiles: state it.
 */
public final class ReplicaCapacities {
    private static final int MOST_BATCH = 1 << 14;

    private final Predictor predictor;
    private final Headroom headroom;

    /**
     * How uneven traffic is.
     *
     * @param variation coefficient of variation of the time of a prompt; 0 if all are alike
     * @param sigmas z, how many standard deviations of the number that run must have room
     */
    public record Headroom(double variation, double sigmas) {
        /** Prompts that vary by half their mean, and two standard deviations. */
        public static final Headroom DEFAULT = new Headroom(0.5, 2);

        /** Checks the numbers. */
        public Headroom {
            FleetProblem.notNegative("variation", variation);
            FleetProblem.notNegative("sigmas", sigmas);
        }
    }

    /** Works with what a cost model predicts for a deployment. */
    public ReplicaCapacities(Predictor predictor, Headroom headroom) {
        this.predictor = requireNonNull(predictor, "predictor");
        this.headroom = requireNonNull(headroom, "headroom");
    }

    /**
     * Makes an option of the deployment.
     *
     * @param role {@link Role#PREFILL}, {@link Role#DECODE} or {@link Role#PREFILL_DECODE}
     * @param classes what it may have to serve
     * @param dollarsPerChipHour price of a chip
     * @param transferBytesPerSecond what one replica can send or receive of KV
     */
    public ReplicaOption option(
            Role role, List<TrafficClass> classes, double dollarsPerChipHour, double transferBytesPerSecond) {
        Map<String, Capacity> capacities = new LinkedHashMap<>();
        for (TrafficClass one : classes) {
            capacities.put(
                    one.name(),
                    switch (role) {
                        case PREFILL -> prefill(one, one.transferBytes() / transferBytesPerSecond);
                        case DECODE -> decode(one);
                        case PREFILL_DECODE -> aggregated(one);
                        default ->
                            throw new IllegalArgumentException(
                                    "role: must be PREFILL, DECODE or PREFILL_DECODE, but was " + role
                                            + ".\nMaybe state the capacity of encoders, which profiles do not know.");
                    });
        }
        int chips = predictor.deployment().chips();
        return new ReplicaOption(
                role,
                predictor.deployment().accelerator().id(),
                predictor.deployment().parallelism().tensor(),
                chips,
                dollarsPerChipHour * chips,
                predictor.deployment().accelerator().tdpWatts().orElse(0) * chips,
                transferBytesPerSecond,
                capacities);
    }

    /** Returns what one replica reads, if moving the KV of a request takes so long. */
    public Capacity prefill(TrafficClass traffic, double transferSeconds) {
        double service = promptSeconds(traffic);
        double target = traffic.target().ttftSeconds() - transferSeconds;
        return reading(traffic, service, target, "");
    }

    private Capacity reading(TrafficClass traffic, double service, double target, String beside) {
        if (!predictor.deployment().kvCapacity().fits()) {
            return new Capacity(0, "memory: the weights do not fit");
        }
        double rate = Queueing.mostRate(
                service, headroom.variation(), target, traffic.target().quantile());
        if (rate == 0) {
            return new Capacity(
                    0,
                    String.format(
                            Locale.ROOT,
                            "TTFT: an idle replica takes %.0f ms%s, and %.0f ms are left for it",
                            service * 1000,
                            beside,
                            target * 1000));
        }
        return new Capacity(
                rate,
                String.format(
                        Locale.ROOT,
                        "TTFT: rho* %.2f of prompts of %.0f ms%s",
                        rate * service,
                        service * 1000,
                        beside));
    }

    private double promptSeconds(TrafficClass traffic) {
        long read = traffic.uncachedTokens();
        return predictor.prefill(read, traffic.inputTokens() - read).estimate();
    }

    /** Returns what one replica generates. */
    public Capacity decode(TrafficClass traffic) {
        return generating(traffic, 0, Double.POSITIVE_INFINITY);
    }

    /** Returns what one replica serves whole. */
    public Capacity aggregated(TrafficClass traffic) {
        long read = traffic.uncachedTokens();
        double stops =
                predictor.interference(read, traffic.inputTokens() - read).estimate();
        return generating(traffic, stops, promptSeconds(traffic));
    }

    private Capacity generating(TrafficClass traffic, double stops, double prompt) {
        boolean alone = prompt == Double.POSITIVE_INFINITY;
        double context = Math.max(1, traffic.inputTokens() + traffic.outputTokens() / 2.0);
        double steps = Math.max(1, traffic.outputTokens() - 1);
        double memory = predictor.deployment().kvCapacity().tokens() / context;
        double target = traffic.target().tpotSeconds();
        Estimate estimate = new Estimate();
        Capacity best = new Capacity(
                0,
                memory < 1
                        ? "memory: not one sequence fits"
                        : String.format(Locale.ROOT, "TPOT: one sequence takes more than %.1f ms", target * 1000));
        for (int mean = 1; mean <= MOST_BATCH; mean++) {
            int peak = (int) Math.ceil(mean + headroom.sigmas() * Math.sqrt(mean));
            // One sequence alone is always one, however it varies.
            peak = mean == 1 ? 1 : peak;
            predictor.decodeStep(peak, Math.round(peak * context), estimate);
            double atPeak = estimate.estimate() + peak * stops / steps;
            if (peak > memory || atPeak > target) {
                return limited(best, peak > memory ? "KV memory" : "TPOT");
            }
            predictor.decodeStep(mean, Math.round(mean * context), estimate);
            double step = estimate.estimate();
            double rate = mean / (steps * (step + mean * stops / steps));
            if (!alone) {
                Capacity reads = reading(
                        traffic,
                        prompt + step,
                        traffic.target().ttftSeconds(),
                        String.format(Locale.ROOT, " with a step of %.1f ms", step * 1000));
                if (reads.requestsPerSecond() <= rate) {
                    return reads.requestsPerSecond() > best.requestsPerSecond() || !best.feasible() ? reads : best;
                }
            }
            if (rate > best.requestsPerSecond()) {
                best = new Capacity(rate, String.format(Locale.ROOT, "a mean batch of %d", mean));
            }
        }
        return best;
    }

    private static Capacity limited(Capacity best, String limit) {
        return best.feasible() ? new Capacity(best.requestsPerSecond(), limit + ": " + best.limit()) : best;
    }
}
