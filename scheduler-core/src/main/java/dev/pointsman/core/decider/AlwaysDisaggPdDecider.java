// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decider;

import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.decision.Target;
import org.jspecify.annotations.Nullable;

/**
 * Separates every prefill (llm-d's {@code always-disagg-pd-decider}). Immutable and thread-safe; constant time, allocates
 * nothing.
 */
public final class AlwaysDisaggPdDecider implements Decider {
    @Override
    public boolean separate(ProductionCycle cycle, @Nullable Target decode) {
        return true;
    }

    @Override
    public String toString() {
        return "AlwaysDisaggPdDecider";
    }
}
