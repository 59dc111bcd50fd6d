// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.isolation;

import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.core.Pointsman;
import java.util.Set;

/** Sees, before each request is scheduled, the load that those before it left on the first endpoint. */
final class LoadWitness implements DataProducer {
    long requests = -1;
    long tokens = -1;

    /** Has a look, whatever else comes of the request, and returns requests and tokens together. */
    long look(Pointsman pointsman) {
        requests = -1;
        try {
            pointsman.evaluate(request("probe"));
        } catch (OutOfMemoryError expected) {
            // Producers ran before the plugin that throws it.
        }
        assertThat(requests).isNotNegative();
        return requests + tokens;
    }

    @Override
    public Set<DataKey> produces() {
        return Set.of();
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(InFlightLoad.REQUESTS, InFlightLoad.TOKENS);
    }

    @Override
    public void produce(ProductionCycle cycle, Candidates candidates) {
        requests = cycle.column(InFlightLoad.REQUESTS).get(candidates.slot(0));
        tokens = cycle.column(InFlightLoad.TOKENS).get(candidates.slot(0));
    }
}
