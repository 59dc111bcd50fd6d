// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.fleet;

/**
 * Hears of endpoints that join and leave, so that whoever keeps state by slot can make room for it and release it.
 *
 * <p>Calls for one fleet come one at a time, in the order of the changes, on the thread that changes the fleet. A slot is
 * recycled only after {@link #left} has returned. An implementation must be quick and must not change the fleet.
 */
public interface FleetListener {
    /**
     * An endpoint joined.
     *
     * @param slot its slot
     * @param incarnation which life of it this is
     * @param endpoint what joined
     */
    default void joined(int slot, long incarnation, Endpoint endpoint) {}

    /**
     * An endpoint left; nothing of this incarnation will be heard again, but late reports about it may still arrive.
     *
     * @param slot its slot, free to be given to another endpoint once this call returns
     * @param incarnation the life that ended
     * @param endpoint what left
     */
    default void left(int slot, long incarnation, Endpoint endpoint) {}
}
