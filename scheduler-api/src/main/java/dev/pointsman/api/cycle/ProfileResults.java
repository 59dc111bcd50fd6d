// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.cycle;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The results of the profiles that a request has run so far.
 *
 * <p>Not thread-safe: for the thread that was given it, during the call.
 */
public interface ProfileResults {
    /** Returns the names of all profiles of the scheduler, in the order in which they were declared. */
    List<String> declared();

    /** Returns a profile's result, or null if it has not been run for this request. */
    @Nullable
    ProfileResult result(String profile);

    /** Returns the results so far, in the order in which the profiles ran. */
    List<ProfileResult> results();
}
