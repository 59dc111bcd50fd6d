// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Leg;
import java.util.List;
import java.util.Map;

/** Adds headers to the request that goes to the chosen endpoint, such as where its cached prefix can be fetched from. */
@FunctionalInterface
public interface RequestDecorator extends Plugin {
    /**
     * Adds this plugin's headers to a decision; asked once the profile handler has made it, and in the order in which plugins
     * were declared. An empty value asks the host to remove the header. Whatever it throws costs only its own headers.
     *
     * @param cycle the request being scheduled
     * @param primary the leg that answers the caller
     * @param otherLegs the legs that work for it; unmodifiable
     * @param headers where to put them, by lower-case name; has none at first
     */
    void decorate(SchedulingCycle cycle, Leg primary, List<Leg> otherLegs, Map<String, String> headers);
}
