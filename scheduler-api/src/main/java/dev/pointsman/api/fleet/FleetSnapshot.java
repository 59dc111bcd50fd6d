// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.fleet;

/**
 * One immutable view of a fleet, read once for each decision.
 *
 * <p>An endpoint has a <em>slot</em>: a small integer that stays its own from joining until it is recycled after leaving.
 * Slots may have holes; loop from 0 to {@link #slotLimit()} and skip those that are not {@linkplain #occupied occupied}.
 * Thread-safe. Every method takes constant time but {@link #copySlots}, and {@link
 * #slotOf} the first time it is asked after endpoints came or went.
 */
public interface FleetSnapshot {
    /** Returns a number that grows with each change of the fleet, metrics included. */
    long version();

    /** Returns the number of endpoints, at least 0. */
    int size();

    /** Returns one more than the highest slot in use; columns indexed by slot are this long. */
    int slotLimit();

    /** Tells whether an endpoint has this slot; false for any slot outside {@code 0 .. slotLimit() - 1}. */
    boolean occupied(int slot);

    /**
     * Returns the endpoint in a slot.
     *
     * @throws IllegalArgumentException if the slot is not occupied
     */
    Endpoint endpoint(int slot);

    /**
     * Returns what was last heard of the endpoint in a slot; {@link EndpointMetrics#UNKNOWN} if nothing yet.
     *
     * @throws IllegalArgumentException if the slot is not occupied
     */
    EndpointMetrics metrics(int slot);

    /**
     * Returns which life of the endpoint this is: a number that no other joining of any endpoint of this fleet has.
     *
     * @throws IllegalArgumentException if the slot is not occupied
     */
    long incarnation(int slot);

    /**
     * Returns the slot of the endpoint with an id, or -1 if the fleet has none of that id.
     *
     * @param endpointId as in {@link Endpoint#id()}
     */
    int slotOf(String endpointId);

    /**
     * Copies the occupied slots, in ascending order. O(slots) or better.
     *
     * @param into at least {@link #size()} long
     * @return how many there are, which is {@link #size()}
     */
    default int copySlots(int[] into) {
        int count = 0;
        for (int slot = 0; slot < slotLimit(); slot++) {
            if (occupied(slot)) {
                into[count++] = slot;
            }
        }
        return count;
    }
}
