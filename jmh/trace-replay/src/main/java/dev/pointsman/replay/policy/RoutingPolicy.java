// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.policy;

import static java.util.Objects.requireNonNull;

/**
 * A policy that places requests on endpoints.
 *
 * @param name the name
 * @param description one sentence on what it does, ties included
 * @param needsTime whether it reads how busy the servers are, so that it means nothing in a replay without time
 * @param factory makes a fresh policy for a replay
 */
public record RoutingPolicy(String name, String description, boolean needsTime, Factory factory)
        implements PolicyDefinition {
    public RoutingPolicy {
        requireNonNull(name, "name");
        requireNonNull(description, "description");
        requireNonNull(factory, "factory");
    }

    /** Makes a policy for one replay. */
    @FunctionalInterface
    public interface Factory {
        /** Makes a policy that remembers nothing of earlier replays. */
        ReplayPolicy create(Surroundings surroundings);
    }

    /**
     * What a policy is told of the replay that it is made for.
     *
     * @param endpoints endpoints in the fleet, at least 1
     * @param blockTokens tokens in a full block, at least 1
     * @param capacityBlocks blocks that each endpoint's cache holds; {@link Long#MAX_VALUE} if it never evicts
     * @param timed whether the replay has time
     */
    public record Surroundings(int endpoints, int blockTokens, long capacityBlocks, boolean timed) {}
}
