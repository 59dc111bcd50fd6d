// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import dev.pointsman.api.fleet.Role;
import java.util.List;

/** A part of serving a request that some replica has to do. */
enum Stage {
    ENCODE,
    PREFILL,
    DECODE;

    private static final List<Stage> TEXT = List.of(PREFILL, DECODE);
    private static final List<Stage> ALL = List.of(values());

    static List<Stage> of(TrafficClass traffic) {
        return traffic.encoded() ? ALL : TEXT;
    }

    boolean servedBy(Role role) {
        return switch (this) {
            case ENCODE -> role.encodes();
            case PREFILL -> role.prefills();
            case DECODE -> role.decodes();
        };
    }
}
