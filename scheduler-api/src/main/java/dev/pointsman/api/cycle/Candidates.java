// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.cycle;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;

/**
 * The endpoints still in the running, indexed by candidate position from 0 to {@code size() - 1}. Positions change from
 * one filter to the next; slots do not. The order carries no meaning. Every method takes constant time and allocates
 * nothing.
 *
 * <p>Not thread-safe: for the thread that was given it, during the call.
 */
public interface Candidates {
    /** Returns the number of candidates, at least 0. */
    int size();

    /** Returns the slot of the candidate at a position. */
    int slot(int position);

    /** Returns the endpoint at a position. */
    Endpoint endpoint(int position);

    /** Returns what was last heard of the endpoint at a position. */
    EndpointMetrics metrics(int position);

    /**
     * Returns one candidate for the convenience forms. The same object is moved and returned again by the next call, so
     * it must not be kept.
     */
    Candidate candidate(int position);
}
