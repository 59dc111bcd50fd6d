// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decider;

import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.decision.Target;

/** What deciders say in explanations. */
final class Reasons {
    private Reasons() {}

    /** Says how much of a prompt is cached where it will be decoded, and what follows. */
    static void note(ProductionCycle cycle, Target decode, long promptTokens, long cachedTokens, boolean separate) {
        if (cycle.explaining()) {
            String endpoint = decode.endpoint().id();
            String fact = cachedTokens == CachedTokens.UNKNOWN
                    ? "it is not known what " + endpoint + " has cached"
                    : Math.max(0, promptTokens - cachedTokens) + " of " + promptTokens + " tokens are not cached on "
                            + endpoint;
            cycle.note(fact + ", so prefill " + (separate ? "runs on an endpoint of its own" : "stays there"));
        }
    }
}
