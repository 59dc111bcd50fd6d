// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.api.plugin.Scorer;
import java.util.Set;

/**
 * Prefers the least used KV cache if every candidate reports its use, and otherwise the fewest requests in flight for all,
 * {@code kv-usage-or-requests-scorer}: {@code 1 - usage}, or {@code 1 - requests / greatest}. One unit for all, because a
 * share and a count cannot be told apart by a picker that compares them (SMG's rule for power of two choices).
 *
 * <p>A score is missing if the usage of some and this candidate's requests are not known. Immutable and thread-safe.
 * O(candidates), allocates nothing.
 */
public final class KvUsageOrRequestsScorer implements Scorer {
    @Override
    public Set<DataKey> consumes() {
        return Set.of(InFlightLoad.REQUESTS);
    }

    @Override
    public Set<Signal> signals() {
        return Set.of(Signal.KV_USAGE);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        LongColumn requests = cycle.column(InFlightLoad.REQUESTS);
        boolean usageKnown = true;
        long greatest = 1;
        for (int i = 0; i < candidates.size(); i++) {
            usageKnown &= candidates.metrics(i).has(Signal.KV_USAGE);
            greatest = Math.max(greatest, requests.get(candidates.slot(i)));
        }
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            if (usageKnown) {
                scores[i] = 1 - candidates.metrics(i).kvUsage();
            } else {
                scores[i] = requests.has(slot) ? 1 - (double) Math.max(0, requests.get(slot)) / greatest : MISSING;
            }
        }
    }
}
