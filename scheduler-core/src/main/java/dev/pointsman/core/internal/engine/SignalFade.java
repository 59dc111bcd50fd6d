// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import com.google.common.collect.ImmutableList;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.core.SignalAge;
import dev.pointsman.core.internal.builtin.Times;
import java.util.Arrays;

/** Pulls scores that come from old signals toward the median of the fresh ones. Immutable; see {@link SignalAge}. */
final class SignalFade {
    private final long freshNanos;
    private final double halfLifeNanos;

    SignalFade(SignalAge age) {
        freshNanos = age.freshFor().isZero() ? 0 : Times.positiveNanos("freshFor", age.freshFor(), "");
        halfLifeNanos = Times.positiveNanos("halfLife", age.halfLife(), "");
    }

    /**
     * Fades scores where they lie. O(candidates) while all signals are fresh, O(candidates log candidates) otherwise;
     * allocates nothing.
     *
     * @param signals what the scores come from; at least one
     * @param raw the scores as the scorer wrote them; those that are NaN are left alone
     * @param used the scores as they count
     * @param scratch at least as long as there are candidates
     * @return how many were changed
     */
    int fade(
            CandidateList candidates,
            long now,
            ImmutableList<Signal> signals,
            double[] raw,
            double[] used,
            double[] scratch) {
        int size = candidates.size();
        int fresh = 0;
        int known = 0;
        for (int position = 0; position < size; position++) {
            if (!Double.isNaN(raw[position])) {
                known++;
                if (age(candidates.metrics(position), now, signals) <= freshNanos) {
                    scratch[fresh++] = used[position];
                }
            }
        }
        if (fresh == 0 || fresh == known) {
            return 0;
        }
        Arrays.sort(scratch, 0, fresh);
        double median = (scratch[(fresh - 1) / 2] + scratch[fresh / 2]) / 2;
        int changed = 0;
        for (int position = 0; position < size; position++) {
            if (Double.isNaN(raw[position])) {
                continue;
            }
            long age = age(candidates.metrics(position), now, signals);
            if (age > freshNanos) {
                double left = Math.pow(2, (freshNanos - (double) age) / halfLifeNanos);
                used[position] = median + left * (used[position] - median);
                changed++;
            }
        }
        return changed;
    }

    /** Returns the age of the oldest of some signals that is known, or 0 if none is. */
    private static long age(EndpointMetrics metrics, long now, ImmutableList<Signal> signals) {
        long oldest = 0;
        for (int i = 0; i < signals.size(); i++) {
            Signal signal = signals.get(i);
            if (metrics.has(signal)) {
                oldest = Math.max(oldest, now - metrics.observedAt(signal));
            }
        }
        return oldest;
    }
}
