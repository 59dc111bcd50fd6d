// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.cache.CacheCapacity;
import org.jspecify.annotations.Nullable;

/**
 * What a replay was run on: the size of the fleet, the cache of each endpoint and, with queues, how long a prompt takes.
 * Immutable.
 *
 * @param endpoints endpoints in the fleet, 1 to {@value #MOST_ENDPOINTS}
 * @param capacity the cache of each endpoint
 * @param serviceTime how long a prompt takes, or null in a replay without time
 */
public record ReplaySettings(
        int endpoints, CacheCapacity capacity, @Nullable ServiceTime serviceTime) {
    /** The largest fleet that can be replayed. */
    public static final int MOST_ENDPOINTS = 100_000;

    public ReplaySettings {
        requireNonNull(capacity, "capacity");
        if (endpoints < 1 || endpoints > MOST_ENDPOINTS) {
            throw new IllegalArgumentException("endpoints: must be between 1 and " + MOST_ENDPOINTS + ", but was "
                    + endpoints + ".\nMaybe start with the size of your fleet, such as 8.");
        }
    }

    /** Makes settings for a replay without time. */
    public static ReplaySettings cacheOnly(int endpoints, CacheCapacity capacity) {
        return new ReplaySettings(endpoints, capacity, null);
    }
}
