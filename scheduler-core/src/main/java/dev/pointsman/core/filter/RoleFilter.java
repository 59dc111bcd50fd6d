// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.api.plugin.Filter;

/**
 * Keeps the endpoints that serve one stage of a request (llm-d's {@code decode-filter}, {@code prefill-filter} and {@code
 * encode-filter}). An endpoint without a role serves whole requests, so it passes as decode and as nothing else; one of an
 * unknown role passes as nothing.
 *
 * <p>A constraint. Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class RoleFilter implements Filter {
    private final Stage stage;

    private RoleFilter(Stage stage) {
        this.stage = stage;
    }

    /** Keeps endpoints that decode, which includes those that serve whole requests. */
    public static RoleFilter decode() {
        return new RoleFilter(Stage.DECODE);
    }

    /** Keeps endpoints that take separate prefill work. */
    public static RoleFilter prefill() {
        return new RoleFilter(Stage.PREFILL);
    }

    /** Keeps endpoints that take separate encode work. */
    public static RoleFilter encode() {
        return new RoleFilter(Stage.ENCODE);
    }

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        for (int i = 0; i < candidates.size(); i++) {
            if (!stage.servedBy(candidates.endpoint(i).role())) {
                candidates.remove(i);
            }
        }
    }

    @Override
    public boolean constraint() {
        return true;
    }

    @Override
    public String toString() {
        return "RoleFilter[" + stage + "]";
    }

    private enum Stage {
        ENCODE,
        PREFILL,
        DECODE;

        boolean servedBy(Role role) {
            return switch (this) {
                case ENCODE -> role.encodes();
                case PREFILL -> role.prefills();
                case DECODE -> role.decodes();
            };
        }
    }
}
