// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.cycle;

import dev.pointsman.api.decision.Rejection;

/**
 * A decision in the making, which a profile handler fills from the profiles' results.
 *
 * <p>Not thread-safe: for the thread that was given it, during the call.
 */
public interface DecisionDraft {
    /**
     * Makes a profile's choice the leg that answers the caller.
     *
     * @throws IllegalArgumentException if the profile has not run or found nothing
     */
    void primary(String profile);

    /**
     * Makes candidates of a profile the leg that answers the caller, in place of those that its picker chose. For a handler that
     * {@linkplain dev.pointsman.api.plugin.ProfileHandler#choosesTogether chooses together}.
     *
     * @param profile a profile that found something
     * @param positions positions of its {@linkplain ProfileResult candidates}: the target, then up to {@value
     *     dev.pointsman.api.decision.Leg#MAX_FALLBACKS} fallbacks, best first; different ones
     * @throws IllegalArgumentException if the profile has not run or found nothing, or the positions are none of its own
     * @throws IllegalStateException if the handler does not choose together, so that the picker's choice is reserved already
     */
    void primary(String profile, int[] positions);

    /**
     * Adds a profile's choice as a leg that works for the primary one.
     *
     * @throws IllegalArgumentException if the profile has not run or found nothing
     */
    void leg(String profile);

    /**
     * Adds candidates of a profile as a leg that works for the primary one, in place of those that its picker chose; see {@link
     * #primary(String, int[])}.
     */
    void leg(String profile, int[] positions);

    /**
     * Says which leg reads the prompt, so that its tokens count as work on that leg's target only. Unless this is said they count
     * on every leg's.
     *
     * @param profile the profile of a leg of this draft
     */
    void promptReadBy(String profile);

    /**
     * Asks the host to set a header on the request, in place of any that came with it, or to remove it. To remove is for
     * headers that tell the model server where to go on: what a client writes there must not be believed.
     *
     * @param lowerCaseName the header's name
     * @param value its value; empty to remove the header
     */
    void header(String lowerCaseName, String value);

    /**
     * Has the answering leg's target and fallbacks reached at another port of their hosts, such as the one that all data-parallel
     * ranks share.
     *
     * @param port 1 to 65535
     */
    void port(int port);

    /** Refuses the request; what was reserved for it is released. */
    void reject(Rejection rejection);
}
