// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.cost.Estimate;
import dev.pointsman.accel.cost.Predictor;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.sizing.TrafficClass.Example;
import dev.pointsman.core.sizing.queueing.ServiceTimes;
import dev.pointsman.core.sizing.queueing.SharedQueue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Works out from accelerator profiles how much of a class of traffic one replica can take. Immutable and thread-safe.
 *
 * <p><b>Prefill</b>: the largest rate at which a queue of prompts meets TTFT ({@link SharedQueue}), less what moving the KV takes; for
 * one replica and for several that share the queue. Times are those of the class's examples, each by its own length, so that a few
 * long prompts count for what they take. A class without examples has the time of its mean prompt, and {@link Headroom#variation}.
 * Prompts that miss the target even alone make the option useless at this TP. Of a prompt that is cached as a whole the last token is
 * read, as engines do.
 *
 * <p><b>Decode</b>: the largest mean batch that leaves its peak within TPOT and KV memory. Sequences that come independently and
 * stay for their answer are an M/G/infinity queue: how many run, {@code n}, varies like a Poisson number, and what they hold is a sum
 * over them with mean {@code n E[K]} and variance {@code n E[K^2]} (Campbell's theorem), {@code K} the context of a running sequence,
 * which grows from the prompt by the answer. The peak is {@code z} standard deviations above both means. A replica that does not hold
 * the longest request serves none of the class.
 *
 * <p><b>Aggregated</b>: the same batch, where a token takes {@code step + n I / steps} on average: every prompt that is read
 * stops the others for {@code I} ({@link Predictor#interference}, but no less than reading it alone takes longer than the steps it is
 * read in), and there are {@code n / (steps * TPOT)} of them in a second; and TTFT as for prefill, each prompt after the step under way.
 * Where answers are so short that a batch of one already asks for more prompts than TPOT allows, fewer come, and {@code n} is below 1.
 *
 * <p>Encoding is not in the profiles: state it.
 */
public final class ReplicaCapacities {
    private static final int MOST_BATCH = 1 << 14;

    /** More replicas than so many gain little by sharing a queue. */
    private static final int MOST_SHARING = 32;

    private final Predictor predictor;
    private final Headroom headroom;
    private final int mostSharing;

    /**
     * How uneven traffic is.
     *
     * @param variation coefficient of variation of the time of a prompt, for classes without examples; 0 if all are alike
     * @param sigmas z, how many standard deviations of what runs must have room
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
        this(requireNonNull(predictor, "predictor"), requireNonNull(headroom, "headroom"), MOST_SHARING);
    }

    private ReplicaCapacities(Predictor predictor, Headroom headroom, int mostSharing) {
        this.predictor = predictor;
        this.headroom = headroom;
        this.mostSharing = mostSharing;
    }

    /**
     * Returns the same for replicas that each have a queue of their own, since requests go where their prefix is: options as {@link
     * ReplicaOption#among} returns them for one replica, in a fraction of the time.
     */
    public ReplicaCapacities withOwnQueues() {
        return new ReplicaCapacities(predictor, headroom, 1);
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
                predictor.deployment().parallelism(),
                dollarsPerChipHour * chips,
                predictor.deployment().accelerator().tdpWatts().orElse(0) * chips,
                transferBytesPerSecond,
                capacities);
    }

    /** Returns what one replica reads, if moving the KV of a request takes so long. */
    public Capacity prefill(TrafficClass traffic, double transferSeconds) {
        Work work = new Work(traffic);
        return sharing(work, replicas -> work.reading(replicas, 0, transferSeconds));
    }

    /** Returns what one replica generates. */
    public Capacity decode(TrafficClass traffic) {
        Work work = new Work(traffic);
        return work.unfit.isEmpty() ? work.batches(false).last() : new Capacity(0, work.unfit);
    }

    /** Returns what one replica serves whole. */
    public Capacity aggregated(TrafficClass traffic) {
        Work work = new Work(traffic);
        if (!work.unfit.isEmpty()) {
            return new Capacity(0, work.unfit);
        }
        Batches batches = work.batches(true);
        return sharing(work, replicas -> work.serving(replicas, batches));
    }

    /** Puts together what each can do alone, and among others. */
    private Capacity sharing(Work work, IntFunction<Capacity> each) {
        Capacity alone = work.unfit.isEmpty() ? each.apply(1) : new Capacity(0, work.unfit);
        if (!alone.feasible()) {
            return alone;
        }
        List<Capacity> shared = new ArrayList<>();
        Capacity last = alone;
        for (int replicas = 2; replicas <= mostSharing; replicas++) {
            Capacity more = each.apply(replicas);
            last = more.requestsPerSecond() > last.requestsPerSecond() ? more : last;
            shared.add(last);
        }
        return new Capacity(alone.requestsPerSecond(), alone.limit(), shared);
    }

    /**
     * What mean batches a replica may have.
     *
     * @param means 1, 2, and so on; or one below 1 if 1 is too large
     * @param rates requests per second that leave such a mean batch; never less than with a smaller one
     * @param steps seconds that each of these takes for a token
     * @param limit what does not allow a larger one
     */
    private record Batches(List<Double> means, List<Double> rates, List<Double> steps, String limit) {
        Capacity last() {
            return of(rates.size() - 1);
        }

        Capacity of(int index) {
            return index < 0
                    ? new Capacity(0, limit)
                    : new Capacity(
                            rates.get(index),
                            String.format(
                                    Locale.ROOT,
                                    means.get(index) < 1 ? "%s: a mean batch of %.2f" : "%s: a mean batch of %.0f",
                                    limit,
                                    means.get(index)));
        }
    }

    private static int read(Example one) {
        return Math.max(1, one.inputTokens() - one.cachedTokens());
    }

    private static int cached(Example one) {
        return Math.max(0, one.inputTokens() - read(one));
    }

    /** What the requests of one class are to a replica. */
    private final class Work {
        private final TrafficClass traffic;
        private final List<Example> requests;
        private final ServiceTimes prompts;
        /** Mean number of steps of an answer. */
        private final double steps;
        /** Mean of what a running sequence holds, in tokens, and of its square. */
        private final double context;

        private final double contextSquared;
        private final long kvTokens;
        /** Why the replica cannot serve the class at all; empty if it can. */
        private final String unfit;

        Work(TrafficClass traffic) {
            this.traffic = traffic;
            boolean known = !traffic.spread().examples().isEmpty();
            int cached = (int) (traffic.inputTokens() - traffic.uncachedTokens());
            requests = known
                    ? traffic.spread().examples()
                    : List.of(new Example(traffic.inputTokens(), cached, traffic.outputTokens()));
            double[] seconds = new double[requests.size()];
            Estimate estimate = new Estimate();
            double allSteps = 0;
            double held = 0;
            double heldSquared = 0;
            for (int i = 0; i < seconds.length; i++) {
                Example one = requests.get(i);
                predictor.prefill(read(one), cached(one), estimate);
                seconds[i] = estimate.estimate();
                double input = one.inputTokens();
                double output = one.outputTokens();
                double its = Math.max(1, output - 1);
                allSteps += its;
                held += its * Math.max(1, input + output / 2);
                heldSquared += its * (input * input + input * output + output * output / 3);
            }
            prompts = known ? ServiceTimes.of(seconds) : ServiceTimes.ofMean(seconds[0], headroom.variation());
            steps = allSteps / seconds.length;
            context = held / allSteps;
            contextSquared = heldSquared / allSteps;
            boolean fits = predictor.deployment().kvCapacity().fits();
            kvTokens = fits ? predictor.deployment().kvCapacity().tokens() : 0;
            long longest = traffic.longestTokens();
            unfit = fits && longest <= kvTokens
                    ? ""
                    : fits
                            ? String.format(
                                    Locale.ROOT,
                                    "memory: %,d tokens fit, and the longest request has %,d",
                                    kvTokens,
                                    longest)
                            : "memory: the weights do not fit";
        }

        /** Returns what each of some replicas that share a queue can read, if each prompt takes so much longer, and then waits. */
        Capacity reading(int replicas, double longer, double after) {
            ServiceTimes times = longer == 0 ? prompts : prompts.plus(longer);
            SharedQueue queue = new SharedQueue(replicas, traffic.spread().dispersion(), times);
            double target = traffic.target().ttftSeconds() - after;
            double rate = queue.mostRate(target, traffic.target().quantile()) / replicas;
            String beside = longer == 0 ? "" : String.format(Locale.ROOT, " with a step of %.1f ms", longer * 1000);
            return new Capacity(
                    rate,
                    rate == 0
                            ? String.format(
                                    Locale.ROOT,
                                    "TTFT: an idle replica takes %.0f ms%s, and %.0f ms are left for it",
                                    times.mean() * 1000,
                                    beside,
                                    target * 1000)
                            : String.format(
                                    Locale.ROOT,
                                    "TTFT: rho* %.2f of prompts of %.0f ms%s",
                                    rate * times.mean(),
                                    times.mean() * 1000,
                                    beside));
        }

        /** Returns the mean batches whose peaks fit memory and TPOT, with or without prompts that are read beside them. */
        Batches batches(boolean prompts) {
            double stops = prompts ? stops() : 0;
            double target = traffic.target().tpotSeconds();
            List<Double> means = new ArrayList<>();
            List<Double> rates = new ArrayList<>();
            List<Double> times = new ArrayList<>();
            String limit = "a batch of " + MOST_BATCH;
            Estimate estimate = new Estimate();
            double most = 0;
            for (int mean = 1; mean <= MOST_BATCH; mean++) {
                // One sequence alone is always one, however it varies.
                double sigmas = mean == 1 ? 0 : headroom.sigmas();
                int peak = (int) Math.ceil(mean + sigmas * Math.sqrt(mean));
                double held = mean * context + sigmas * Math.sqrt(mean * contextSquared);
                predictor.decodeStep(peak, Math.round(held), estimate);
                if (held > kvTokens || estimate.estimate() + mean * stops / steps > target) {
                    limit = held > kvTokens ? "KV memory" : "TPOT";
                    if (mean == 1 && held <= kvTokens) {
                        double left = target - estimate.estimate();
                        if (left <= 0) {
                            limit = String.format(
                                    Locale.ROOT, "TPOT: one sequence takes more than %.1f ms", target * 1000);
                        } else {
                            means.add(left * steps / stops);
                            times.add(estimate.estimate());
                            rates.add(left / (stops * target));
                        }
                    }
                    break;
                }
                predictor.decodeStep(mean, Math.round(mean * context), estimate);
                means.add((double) mean);
                times.add(estimate.estimate());
                most = Math.max(most, mean / (steps * estimate.estimate() + mean * stops));
                rates.add(most);
            }
            return new Batches(means, rates, times, limit);
        }

        /** Returns how long a prompt stops the others on average: a step that reads a chunk takes no less than reading it alone. */
        private double stops() {
            Estimate estimate = new Estimate();
            predictor.decodeStep(1, Math.round(context), estimate);
            double step = estimate.estimate();
            double chunk = predictor.deployment().prefillChunkTokens();
            double sum = 0;
            for (Example one : requests) {
                int read = read(one);
                predictor.prefill(read, cached(one), estimate);
                double longer = estimate.estimate() - step * Math.ceil(read / chunk);
                predictor.interference(read, cached(one), estimate);
                sum += Math.max(longer, estimate.estimate());
            }
            return sum / requests.size();
        }

        /** Returns what each of some replicas can serve whole: a larger batch generates more and delays prompts more. */
        Capacity serving(int replicas, Batches batches) {
            int low = 0;
            int high = batches.rates().size();
            while (low < high) {
                int middle = (low + high) / 2;
                double reads = reading(replicas, batches.steps().get(middle), 0).requestsPerSecond();
                if (reads <= batches.rates().get(middle)) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            if (low == batches.rates().size()) {
                return batches.last();
            }
            Capacity reads = reading(replicas, batches.steps().get(low), 0);
            Capacity smaller = batches.of(low - 1);
            return reads.requestsPerSecond() >= smaller.requestsPerSecond() ? reads : smaller;
        }
    }
}
