// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.scaling;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.core.sizing.ReplicaOption;
import java.util.List;

/**
 * What an autoscaler should know: numbers of replicas to run, how busy they are, how much waits, how many requests will be served in time. Immutable and
 * thread-safe.
 *
 * @param pools one for each pool
 */
public record ScalingSignals(List<Pool> pools) {
    /** Copies what is given. */
    public ScalingSignals {
        pools = List.copyOf(pools);
    }

    /** Why a pool should have so many replicas. */
    public enum Reason {
        /** They can do what there is, and there is no fewer to try. */
        STEADY,
        /** Some do not serve yet; what they will change is not seen. */
        STARTING,
        /** What waits, or what runs, would miss its target. */
        TOO_SLOW,
        /** No number of replicas would meet the target, since a prompt or a step alone does not: only what waits is worked off. */
        OUT_OF_REACH,
        /** One fewer could take it all, with a margin. */
        IDLE,
        /** One fewer could not. */
        CONSOLIDATION_REFUSED,
        /** The predictive loop wants so many. */
        FLOOR,
        /** There may not be more. */
        CEILING,
        /** There were none, and work waits. */
        FROM_ZERO
    }

    /**
     * What one pool should have.
     *
     * @param option the kind
     * @param present replicas that run or start
     * @param desired replicas to run
     * @param utilization how much of what the running replicas can take they have: the share of the time in which they read, or of
     *     the tokens that memory and TPOT allow, whichever is more; at least 0, and above 1 if they are asked for more
     * @param queuedSeconds work that waits, in seconds of each running replica
     * @param attainment forecast share of requests that meet their target, in [0, 1]
     * @param reason why
     */
    public record Pool(
            ReplicaOption option,
            int present,
            int desired,
            double utilization,
            double queuedSeconds,
            double attainment,
            Reason reason) {
        /** Checks what is given. */
        public Pool {
            requireNonNull(option, "option");
            requireNonNull(reason, "reason");
        }
    }

    /** Tells whether any pool has to start from nothing. */
    public boolean fromZero() {
        return pools.stream().anyMatch(pool -> pool.reason() == Reason.FROM_ZERO);
    }

    /**
     * Reports to an observer, and so to the metrics that hang on it: {@code fleet.desired-replicas}, {@code fleet.present-replicas},
     * {@code fleet.utilization-share}, {@code fleet.queued-seconds}, {@code fleet.attainment-share} and {@code fleet.from-zero} (1 or
     * 0), each for every pool by its {@link ReplicaOption#id()}, which says role, type and TP. A pool that is not told of any more keeps
     * its last numbers there, so tell of it once more, with 0 desired, when you give it up.
     *
     * @param observer who is told
     * @param source the name to tell it under
     */
    public void report(SchedulingObserver observer, String source) {
        for (Pool pool : pools) {
            String kind = pool.option().id();
            observer.measured(source, "fleet.desired-replicas", kind, pool.desired());
            observer.measured(source, "fleet.present-replicas", kind, pool.present());
            observer.measured(source, "fleet.utilization-share", kind, pool.utilization());
            observer.measured(source, "fleet.queued-seconds", kind, pool.queuedSeconds());
            observer.measured(source, "fleet.attainment-share", kind, pool.attainment());
            observer.measured(source, "fleet.from-zero", kind, pool.reason() == Reason.FROM_ZERO ? 1 : 0);
        }
    }
}
