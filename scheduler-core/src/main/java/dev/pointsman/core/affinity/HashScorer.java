// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.Scorer;
import java.util.Set;

/** What scorers by one hash or another have in common: their {@link HashPlacement}. Thread-safe. */
abstract class HashScorer implements Scorer, FleetListener {
    static final AffinityKey DEFAULT_KEY =
            AffinityKey.session().or(AffinityKey.prompt(AffinityKey.DEFAULT_PREFIX_TOKENS));

    private final HashPlacement placement;

    HashScorer(HashPlacement placement) {
        this.placement = placement;
    }

    @Override
    public final Set<DataKey> consumes() {
        return placement.consumes();
    }

    @Override
    public final void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        placement.score(cycle, candidates, scores);
    }

    @Override
    public final void joined(int slot, long incarnation, Endpoint endpoint) {
        placement.joined(slot, incarnation, endpoint.id());
    }

    @Override
    public final void left(int slot, long incarnation, Endpoint endpoint) {
        placement.left(slot, incarnation);
    }
}
