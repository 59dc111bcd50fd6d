// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.cycle;

import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.fleet.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * What running a profile came to: a leg, or a reason why there is none.
 *
 * <p>Not thread-safe: for the thread that was given it, during the call.
 */
public interface ProfileResult {
    /** Returns the profile's name. */
    String profile();

    /** Returns the choice, or null if the profile found none. */
    @Nullable
    Leg leg();

    /** Returns why the profile found none, or null if it found one. */
    @Nullable
    Rejection rejection();

    /** Returns how many candidates passed the filters, at least 0. */
    int size();

    /** Returns the endpoint at a position from 0 to {@code size() - 1}. */
    Endpoint endpoint(int position);

    /** Returns the slot of the endpoint at a position, by which columns are read. */
    int slot(int position);

    /** Returns the total of the candidate at a position: a score where most wins, or a cost where least does. */
    double total(int position);
}
