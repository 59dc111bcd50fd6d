// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.Peer;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.topology.Topology;
import dev.pointsman.core.internal.topology.Topology.Tier;
import java.util.Set;

/**
 * Keeps the endpoints that are near the one that an earlier stage of the request chose, so that the KV cache does not have far to
 * go (llm-d's {@code topology-affinity-filter}). How near two endpoints are is read from the labels {@code
 * kubernetes.io/hostname} and {@code topology.kubernetes.io/rack}, {@code zone} and {@code region}; what is absent or blank is
 * shared with nobody. If there is no earlier stage, or nobody is near enough, all are kept.
 *
 * <p>llm-d compares each tier by itself, so that racks of the same name in two regions count as one; here tiers are nested, and a
 * rack is shared only if the zone and the region, where both state them, are too.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class TopologyAffinityFilter implements Filter {
    private final Topology topology;
    private final Tier widest;

    TopologyAffinityFilter(Semantics semantics, Tier widest) {
        this.topology = new Topology(semantics);
        this.widest = widest;
    }

    /** Keeps endpoints on the same host. */
    public static TopologyAffinityFilter sameHost() {
        return new TopologyAffinityFilter(Semantics.CORRECTED, Tier.HOST);
    }

    /** Keeps endpoints in the same rack, or nearer. */
    public static TopologyAffinityFilter sameRack() {
        return new TopologyAffinityFilter(Semantics.CORRECTED, Tier.RACK);
    }

    /** Keeps endpoints in the same zone, or nearer. */
    public static TopologyAffinityFilter sameZone() {
        return new TopologyAffinityFilter(Semantics.CORRECTED, Tier.ZONE);
    }

    /** Keeps endpoints in the same region, or nearer. */
    public static TopologyAffinityFilter sameRegion() {
        return new TopologyAffinityFilter(Semantics.CORRECTED, Tier.REGION);
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        return Set.of(Peer.ENDPOINT);
    }

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        Endpoint peer = cycle.attribute(Peer.ENDPOINT);
        if (peer == null || !anyNear(peer, candidates)) {
            return;
        }
        for (int i = 0; i < candidates.size(); i++) {
            if (!near(peer, candidates.endpoint(i))) {
                candidates.remove(i);
            }
        }
    }

    private boolean anyNear(Endpoint peer, CandidateSet candidates) {
        for (int i = 0; i < candidates.size(); i++) {
            if (near(peer, candidates.endpoint(i))) {
                return true;
            }
        }
        return false;
    }

    private boolean near(Endpoint peer, Endpoint endpoint) {
        return topology.shared(peer, endpoint).within(widest);
    }

    @Override
    public String toString() {
        return "TopologyAffinityFilter[" + widest + "]";
    }
}
