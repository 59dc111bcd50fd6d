// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.decision;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.fleet.Endpoint;

/**
 * An endpoint as it was when it was chosen. Immutable.
 *
 * @param endpoint where to send
 * @param slot its slot then, at least 0
 * @param incarnation which life of it was chosen
 * @param total its weighted score, at least 0, or its cost in a cost profile in that profile's unit; finite
 */
public record Target(Endpoint endpoint, int slot, long incarnation, double total) {
    public Target {
        requireNonNull(endpoint, "endpoint");
    }
}
