// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.fleet;

import java.util.Set;

/**
 * Which LoRA adapters an endpoint has at work. Immutable.
 *
 * @param active adapters with running requests
 * @param waiting adapters with waiting requests only
 * @param maxActive how many adapters may be active at once, at least 0
 */
public record LoraState(Set<String> active, Set<String> waiting, int maxActive) {
    public LoraState {
        active = Set.copyOf(active);
        waiting = Set.copyOf(waiting);
        if (maxActive < 0) {
            throw new IllegalArgumentException("maxActive: must be at least 0, but was " + maxActive
                    + ".\nMaybe the engine's max_lora label could not be read; then report no LoRA state at all.");
        }
    }
}
