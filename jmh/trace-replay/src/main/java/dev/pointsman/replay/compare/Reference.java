// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.run.ReplayResult;
import dev.pointsman.replay.run.ReplayTimeline;
import dev.pointsman.replay.run.ServiceTime;
import org.jspecify.annotations.Nullable;

/**
 * An oracle: what no policy can do better than on this trace, because it has what no policy has. Immutable.
 *
 * <p>Its times to first token are those of a fleet without queues, in which every request starts at once and only
 * computes the tokens that the oracle's cache lacks.
 *
 * @param name what the table calls it
 * @param meaning one sentence that says what it has that no policy has
 * @param hitRatio its token-weighted hit ratio, in [0, 1]
 * @param meanTtftMicros its mean time to first token
 * @param ttft all its times to first token, if no request of any policy can have a shorter one; null if only the mean
 *     is a bound, or if they are not known
 */
public record Reference(
        String name,
        String meaning,
        double hitRatio,
        double meanTtftMicros,
        @Nullable TtftDistribution ttft) {

    public Reference {
        requireNonNull(name, "name");
        requireNonNull(meaning, "meaning");
    }

    /** One cache for the whole fleet that never forgets: a bound for each single request. */
    static Reference infiniteCache(ReplayResult pooled, ServiceTime serviceTime) {
        ReplayTimeline timeline = pooled.timeline();
        return new Reference(
                "infinite cache",
                "one cache for the whole fleet that never evicts, and no queue",
                pooled.cache().tokenHitRatio(),
                meanServiceMicros(pooled, serviceTime),
                timeline == null ? null : TtftDistribution.of(serviceMicros(timeline, serviceTime)));
    }

    /** One cache of the fleet's size that knows the future: a bound for the sum, not for each request. */
    static Reference clairvoyantCache(ReplayResult pooled, ServiceTime serviceTime) {
        return new Reference(
                "clairvoyant cache",
                "one cache as large as the fleet's together that knows what will be asked for (Belady), and no queue",
                pooled.cache().tokenHitRatio(),
                meanServiceMicros(pooled, serviceTime),
                null);
    }

    private static double meanServiceMicros(ReplayResult pooled, ServiceTime serviceTime) {
        double meanTokens = (double) pooled.uncachedTokens() / Math.max(1, pooled.requests());
        return (serviceTime.fixedNanos() + serviceTime.nanosPerToken() * meanTokens) / 1e3;
    }

    private static long[] serviceMicros(ReplayTimeline timeline, ServiceTime serviceTime) {
        long[] micros = new long[timeline.size()];
        for (int i = 0; i < micros.length; i++) {
            micros[i] = serviceTime.nanos(timeline.uncachedTokens(i)) / 1000;
        }
        return micros;
    }
}
