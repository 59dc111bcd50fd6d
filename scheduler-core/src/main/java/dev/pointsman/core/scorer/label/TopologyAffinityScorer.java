// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer.label;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.Peer;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.topology.Topology;
import java.util.Arrays;
import java.util.Set;

/**
 * Keeps the stages of a request near each other, where moving its KV cache is fast: 1 for an endpoint on the same host as the
 * one that the earlier stage chose ({@link Peer#ENDPOINT}), 0.2 in the same rack, 0.05 in the same zone, 0.02 in the same
 * region, and 0 elsewhere (llm-d's {@code topology-affinity-scorer}). Where endpoints are, their labels say: {@code
 * kubernetes.io/hostname}, {@code topology.kubernetes.io/rack}, {@code topology.kubernetes.io/zone} and {@code
 * topology.kubernetes.io/region}. An endpoint that does not say is not known to be near, and scores 0.
 *
 * <p><b>Departures from llm-d</b>, unless {@link Semantics#LLM_D} is asked for. llm-d looks at each label by itself, so that racks
 * of one name in two regions are the same rack; otherwise endpoints that differ in a wider place do not share a narrower one.
 * llm-d gives all 0 if there is no earlier stage; otherwise all score neutral, which ranks the same. llm-d takes a pod's own
 * name for its host if the label is absent; here that is not known.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class TopologyAffinityScorer implements Scorer {
    private static final double[] SCORES = new double[Topology.Tier.values().length];

    static {
        SCORES[Topology.Tier.HOST.ordinal()] = 1;
        SCORES[Topology.Tier.RACK.ordinal()] = 0.2;
        SCORES[Topology.Tier.ZONE.ordinal()] = 0.05;
        SCORES[Topology.Tier.REGION.ordinal()] = 0.02;
    }

    private final Topology topology;
    private final double alone;

    /** Takes hosts, racks, zones and regions as nested. */
    public TopologyAffinityScorer() {
        this(Semantics.CORRECTED);
    }

    /**
     * Reads labels in one way or the other.
     *
     * @param semantics whether places are nested, and whether all score neutral without an earlier stage, or 0
     */
    public TopologyAffinityScorer(Semantics semantics) {
        topology = new Topology(semantics);
        alone = semantics == Semantics.LLM_D ? 0 : NEUTRAL;
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        return Set.of(Peer.ENDPOINT);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        int size = candidates.size();
        Endpoint peer = cycle.attribute(Peer.ENDPOINT);
        if (peer == null) {
            Arrays.fill(scores, 0, size, alone);
            return;
        }
        for (int i = 0; i < size; i++) {
            scores[i] = SCORES[topology.shared(peer, candidates.endpoint(i)).ordinal()];
        }
    }
}
