// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decider;

import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.decision.Target;
import org.jspecify.annotations.Nullable;

/**
 * Separates the encoding of requests that carry images, videos or sounds (llm-d's {@code always-disagg-multimodal-decider}).
 * Immutable and thread-safe; constant time, allocates nothing.
 */
public final class AlwaysDisaggMultimodalDecider implements Decider {
    @Override
    public boolean separate(ProductionCycle cycle, @Nullable Target decode) {
        return !cycle.request().multimodalItems().isEmpty();
    }

    @Override
    public String toString() {
        return "AlwaysDisaggMultimodalDecider";
    }
}
