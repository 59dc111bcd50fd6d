// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import static java.util.Objects.requireNonNull;

/**
 * A way to split requests: a configuration of the scheduler, with a name. Immutable.
 *
 * @param name what to call it
 * @param configuration an {@code EndpointPickerConfig}, in YAML or JSON
 */
public record StagePolicy(String name, String configuration) {
    /** Checks that both are there. */
    public StagePolicy {
        requireNonNull(name, "name");
        requireNonNull(configuration, "configuration");
    }
}
