// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.DataKey;
import java.util.Set;

/**
 * Computes data about a request once, before it is scored.
 *
 * <p>Producers run one after the other, each after those whose data it consumes; a cycle among them is refused when the
 * scheduler is built. One that throws costs only its own data.
 */
public interface DataProducer extends Plugin {
    /** Returns the keys that {@link #produce} may write under. Asked once, when the scheduler is built. */
    Set<DataKey> produces();

    /**
     * Writes this producer's data.
     *
     * @param cycle the request being scheduled, and where to write
     * @param candidates the endpoints that screeners let through
     */
    void produce(ProductionCycle cycle, Candidates candidates);
}
