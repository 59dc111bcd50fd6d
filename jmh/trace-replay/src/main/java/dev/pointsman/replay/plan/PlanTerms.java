// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.catalog.PriceKind;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.sizing.LatencyTarget;
import dev.pointsman.core.sizing.ReplicaCapacities;
import dev.pointsman.replay.stages.StageFleet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Of what a fleet may be built, and how fast it has to be. Immutable.
 *
 * @param servers what all servers have in common
 * @param chips which chips
 * @param tensorParallel over how many chips a replica may be spread
 * @param roles which kinds of replicas there may be
 * @param prices which kind of price counts where the user has none of his own
 * @param available how many chips there are, by a name that the catalog knows, whether used here or not; kept by id; without end
 *     where nothing is said
 * @param target how fast answers have to be
 * @param headroom how uneven traffic is taken to be
 */
public record PlanTerms(
        StageFleet.Terms servers,
        List<Accelerator> chips,
        List<Integer> tensorParallel,
        List<Role> roles,
        PriceKind prices,
        Map<String, Integer> available,
        LatencyTarget target,
        ReplicaCapacities.Headroom headroom) {
    /**
     * Copies what is given.
     *
     * @throws IllegalArgumentException if a chip is said to be available that the catalog does not have, or one twice
     */
    public PlanTerms {
        requireNonNull(servers, "servers");
        requireNonNull(prices, "prices");
        requireNonNull(target, "target");
        requireNonNull(headroom, "headroom");
        chips = List.copyOf(chips);
        tensorParallel = List.copyOf(tensorParallel);
        roles = List.copyOf(roles);
        available = byId(available, servers);
    }

    private static Map<String, Integer> byId(Map<String, Integer> available, StageFleet.Terms servers) {
        Map<String, Integer> chips = new TreeMap<>();
        available.forEach((name, most) -> {
            String id = servers.accelerators().get(name).id();
            if (chips.put(id, most) != null) {
                throw new IllegalArgumentException(
                        "available: " + id + " is there twice, under two names.\nMaybe remove one.");
            }
        });
        return Map.copyOf(chips);
    }
}
