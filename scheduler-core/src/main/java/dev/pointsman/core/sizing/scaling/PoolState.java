// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.scaling;

import static java.util.Objects.requireNonNull;

import dev.pointsman.core.sizing.LatencyTarget;
import dev.pointsman.core.sizing.ReplicaOption;
import dev.pointsman.core.sizing.queueing.Queueing;

/**
 * What a pool of replicas of one kind does now. Immutable and thread-safe.
 *
 * @param option the kind
 * @param running replicas that serve; at least 0
 * @param starting replicas that do not serve yet; at least 0
 * @param floor the fewest to run, as the predictive loop set it; at least 0
 * @param most replicas there may be; at least {@code floor}
 * @param queuedSeconds work that waits in the pool, as the time one replica takes for all of it; at least 0
 * @param busy mean share of the time in which a replica reads prompts, in [0, 1]
 * @param ownSeconds time of an average prompt without waiting; at least 0
 * @param kvTokens that running requests hold and waiting ones ask for, of all replicas together; at least 0
 * @param kvCapacity tokens that one replica holds; at least 0
 * @param step time of a decode step
 * @param target how fast answers have to be
 */
public record PoolState(
        ReplicaOption option,
        int running,
        int starting,
        int floor,
        int most,
        double queuedSeconds,
        double busy,
        double ownSeconds,
        double kvTokens,
        double kvCapacity,
        StepTime step,
        LatencyTarget target) {
    /** Checks the numbers. */
    public PoolState {
        requireNonNull(option, "option");
        requireNonNull(step, "step");
        requireNonNull(target, "target");
        notNegative("running", running);
        notNegative("starting", starting);
        notNegative("floor", floor);
        notNegative("queuedSeconds", queuedSeconds);
        notNegative("busy", busy);
        notNegative("ownSeconds", ownSeconds);
        notNegative("kvTokens", kvTokens);
        notNegative("kvCapacity", kvCapacity);
        if (most < floor || busy > 1) {
            throw new IllegalArgumentException(
                    option.id() + ": floor must be at most most, and busy at most 1, but were " + floor + ", " + most
                            + " and " + busy + ".\nMaybe busy is a percentage; divide it by 100.");
        }
    }

    private static void notNegative(String name, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": must be finite and at least 0, but was " + value
                    + ".\nMaybe it was not measured; then leave the pool out.");
        }
    }

    /**
     * A decode step by the KV that it reads: {@code base + perToken * tokens}.
     *
     * @param baseSeconds at least 0
     * @param secondsPerToken at least 0
     */
    public record StepTime(double baseSeconds, double secondsPerToken) {
        /** Checks the numbers. */
        public StepTime {
            notNegative("baseSeconds", baseSeconds);
            notNegative("secondsPerToken", secondsPerToken);
        }

        double seconds(double kvTokens) {
            return baseSeconds + secondsPerToken * kvTokens;
        }
    }

    /** Tells whether so many replicas could take what there is now: with a margin below 1, whether they could take more. */
    boolean suffices(int replicas, double margin) {
        return replicas > 0 && readsInTime(replicas, margin) && generatesInTime(replicas, margin);
    }

    /** Tells whether replicas can meet the target at all, however many there are: whether a prompt and a step alone do. */
    boolean attainable() {
        return !tooLongAlone() && !tooSlowAlone();
    }

    private boolean tooLongAlone() {
        return option.role().prefills() && ownSeconds >= target.ttftSeconds();
    }

    private boolean tooSlowAlone() {
        return option.role().decodes() && step.baseSeconds() > target.tpotSeconds();
    }

    /**
     * A prompt's own time does not shrink with more replicas, so the margin is on what is left for waiting; if nothing is, no number
     * of replicas is enough, and waiting is held to the target by itself. Reading takes its share of the time, whatever waits just now.
     */
    private boolean readsInTime(int replicas, double margin) {
        double left = target.ttftSeconds() - (tooLongAlone() ? 0 : ownSeconds);
        return !option.role().prefills()
                || (busy * running / replicas <= margin && queuedSeconds / replicas <= left * margin);
    }

    private boolean generatesInTime(int replicas, double margin) {
        double each = kvTokens / replicas;
        return !option.role().decodes()
                || each == 0
                || (each < kvCapacity && (tooSlowAlone() || step.seconds(each) <= target.tpotSeconds() * margin));
    }

    /**
     * Returns how much of what the running replicas can take they have: the share of the time in which they read, or of the tokens
     * that memory and TPOT allow, whichever is more. Above 1 if more tokens are asked for than that; 0 if none runs.
     */
    double utilization() {
        double reads = running > 0 && option.role().prefills() ? busy : 0;
        return running > 0 && option.role().decodes() && kvTokens > 0
                ? Math.max(reads, kvTokens / running / Math.max(1, mostTokens()))
                : reads;
    }

    private double mostTokens() {
        double inTime = (target.tpotSeconds() - step.baseSeconds()) / step.secondsPerToken();
        return inTime > 0 ? Math.min(kvCapacity, inTime) : kvCapacity;
    }

    /** Returns the share of requests that so many replicas would serve in time: all or none of decode, a tail of waiting of prefill. */
    double attainment(int replicas) {
        if (replicas == 0) {
            return queuedSeconds == 0 && kvTokens == 0 ? 1 : 0;
        }
        if (tooSlowAlone() && kvTokens > 0) {
            return 0;
        }
        double reads = 1;
        if (option.role().prefills()) {
            // Where nothing ran, how busy replicas will be is not known; what waits now certainly waits.
            double utilization = busy * running == 0 ? 1 : Math.min(1, busy * running / replicas);
            reads = Queueing.waitAttainment(queuedSeconds / replicas, utilization, target.ttftSeconds() - ownSeconds);
        }
        return generatesInTime(replicas, 1) ? reads : 0;
    }
}
